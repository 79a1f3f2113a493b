package dev.orthant.gpu.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Copy.Axis;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.Op;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs are few: shapes and types of one size share them. */
class MovePlansTest {
  private static final GpuLimits GPU = new GpuLimits(256, 1L << 22, 48 << 10, 80, false);

  private static TensorSpec spec(DType type, long... dims) {
    return TensorSpec.of(type, dims);
  }

  private static List<Launch> plan(Op op, TensorSpec... inputs) {
    return new Planner(GPU, "opencl.h").plan(Call.of("fake", op, List.of(inputs)));
  }

  private static String source(Op op, TensorSpec... inputs) {
    return plan(op, inputs).getFirst().source();
  }

  @Test
  void shapesAndTypesShareMoves() {
    String transposed = source(Copy.of(Axis.all(5, 1), Axis.all(4, 0)), spec(DType.F32, 4, 5));
    assertThat(source(Copy.of(Axis.all(50, 2), Axis.all(6, 0), Axis.all(7, 1)), spec(DType.I32, 6, 7, 50)))
        .as("neighbouring axes are one").isEqualTo(transposed);
    assertThat(source(new Concat(0), spec(DType.BF16, 4))).isEqualTo(source(new Concat(1), spec(DType.F16, 2, 9)));
    assertThat(source(new Gather(0, false), spec(DType.F64, 4, 5), spec(DType.I32, 3)))
        .isEqualTo(source(new Gather(1, false), spec(DType.I64, 4, 5), spec(DType.I32, 3, 3)))
        .as("no doubles in it").doesNotStartWith("#define");
    assertThat(source(new Sort(0, true), spec(DType.F64, 9)))
        .isEqualTo(source(new Sort(1, false), spec(DType.F64, 3, 9))).doesNotStartWith("#define");
    assertThat(source(new Cast(DType.U8), spec(DType.F32, 9)))
        .isEqualTo(source(new Cast(DType.I64), spec(DType.F32, 4, 4))).doesNotStartWith("#define");
    assertThat(source(new Cast(DType.F64), spec(DType.F32, 9))).startsWith("#define ORTHANT_F64\n");
  }

  @Test
  void emptyInputsAreNotLaunched() {
    assertThat(plan(new Concat(0), spec(DType.F32, 4), spec(DType.F32, 0), spec(DType.F32, 1))).hasSize(2);
    assertThat(plan(new ScatterAdd(0, false, 3), spec(DType.F32, 0, 2), spec(DType.I32, 0))).hasSize(1);
    assertThat(plan(new Sort(0, false), spec(DType.F32, 0))).isEmpty();
  }

  @Test
  void longRowsAreMergedInDoublings() {
    assertThat(plan(new Sort(0, false), spec(DType.F32, 1024))).hasSize(1);
    assertThat(plan(new Sort(0, false), spec(DType.F32, 1025))).extracting(Launch::kernel)
        .containsExactly("sort_blocks", "sort_merge");
    assertThat(plan(new Sort(0, false), spec(DType.F32, 1 << 20))).hasSize(11);
    assertThat(plan(new CumSum(0, false, false), spec(DType.F32, 5000))).extracting(Launch::kernel)
        .containsExactly("cumsum_long");
    assertThat(plan(new CumSum(1, false, false), spec(DType.F32, 5000, 5000))).extracting(Launch::kernel)
        .containsExactly("cumsum_long");
    assertThat(plan(new CumSum(1, false, false), spec(DType.F32, 6000, 500))).extracting(Launch::kernel)
        .containsExactly("cumsum");
  }
}
