package dev.orthant.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which products in true F32 copy ahead, how wide their copies are, and what proves them. */
class SimtMatMulTest {
  private static final GpuLimits A100 =
      new GpuLimits(1024, Integer.MAX_VALUE, 48 << 10, 108, false, MatrixUnits.MMA_SYNC, 163 << 10);

  private final SimtMatMul special = new SimtMatMul();
  private final Planner planner = new Planner(A100, "cuda.h");

  private static Call call(DType type, boolean ta, boolean tb, long m, long n, long k) {
    TensorSpec a = ta ? TensorSpec.of(type, k, m) : TensorSpec.of(type, m, k);
    TensorSpec b = tb ? TensorSpec.of(type, n, k) : TensorSpec.of(type, k, n);
    return Call.of("cuda:0", new MatMul(ta, tb, Epilogue.NONE), List.of(a, b));
  }

  private Optional<Launch> plan(Call call) {
    return special.plan(planner, call).map(List::getFirst);
  }

  @Test
  void largeProductsInTrueF32CopyAhead() {
    Launch launch = plan(call(DType.F32, false, false, 4096, 4096, 4096)).orElseThrow();
    assertThat(launch.source()).contains("#line 1 \"cuda/simt_matmul.cu\"", "#define LANES_B 4\n");
    assertThat(launch.grid()).isEqualTo(new Grid(1024, 256, 50_688, 1));
    assertThat(plan(call(DType.F32, false, false, 128, 128, 4096))).as("too few tiles of that size").isEmpty();
    assertThat(plan(call(DType.F32, false, false, 4096, 4096, 0))).isEmpty();
    assertThat(plan(call(DType.BF16, false, false, 4096, 4096, 4096))).isEmpty();
    assertThat(plan(call(DType.F64, false, false, 4096, 4096, 4096))).isEmpty();
    GpuLimits little = new GpuLimits(1024, 100, 48 << 10, 108, false, MatrixUnits.MMA_SYNC, 48 << 10);
    assertThat(special.plan(new Planner(little, "cuda.h"), call(DType.F32, false, false, 4096, 4096, 4096))).isEmpty();
  }

  @Test
  void copiesAreAsWideAsTheirPlacesAllow() {
    assertThat(plan(call(DType.F32, true, false, 4096, 4097, 5)).orElseThrow().source())
        .contains("#define LANES_A 4\n", "#define LANES_B 1\n");
    assertThat(special.kind(call(DType.F32, true, false, 4096, 4097, 5))).isEqualTo("T4N1");
    assertThat(special.kind(call(DType.F32, false, true, 4097, 4097, 5))).isEqualTo("NT");
  }

  /** A trial is of its call's kind, whatever its own size, and so is its text. */
  @Test
  void trialsAreOfTheCallsKind() {
    for (int i = 0; i < 16; i++) {
      Call call = call(DType.F32, (i & 1) != 0, (i & 2) != 0, 4096 + (i & 4) / 4, 4096 + (i & 8) / 8, 64);
      for (Call trial : special.trials(call)) {
        assertThat(special.kind(trial)).as("%s", trial).isEqualTo(special.kind(call));
        assertThat(special.plan(planner, trial, call)).isPresent();
      }
    }
  }
}
