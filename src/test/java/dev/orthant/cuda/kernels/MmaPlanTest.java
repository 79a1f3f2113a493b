package dev.orthant.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.op.Op;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which calls go to matrix units, in which tiles, and what proves them. */
class MmaPlanTest {
  private static final GpuLimits A100 =
      new GpuLimits(1024, Integer.MAX_VALUE, 48 << 10, 108, false, MatrixUnits.MMA_SYNC, 163 << 10);

  private final Planner planner = new Planner(A100, "cuda.h");

  private static Call call(Op op, DType type, long[]... shapes) {
    return Call.of("cuda:0", op, java.util.Arrays.stream(shapes).map(s -> TensorSpec.of(type, s)).toList());
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  private Optional<Launch> matMul(GpuLimits limits, MatMul op, DType type, long[] a, long[] b) {
    return new MmaMatMul(limits).plan(planner, call(op, type, a, b)).map(List::getFirst);
  }

  private Optional<Launch> square(DType type, long n) {
    return matMul(A100, MatMul.PLAIN, type, dims(n, n), dims(n, n));
  }

  @Test
  void halvesAndTf32GoToMatrixUnitsTrueF32DoesNot() {
    assertThat(square(DType.BF16, 512)).isPresent();
    assertThat(square(DType.F16, 512)).isPresent();
    assertThat(square(DType.F32, 512)).isEmpty();
    assertThat(square(DType.F64, 512)).isEmpty();
    for (MathMode mode : List.of(MathMode.TF32, MathMode.TF32X3)) {
      assertThat(
          matMul(A100, MatMul.PLAIN.math(mode), DType.F32, dims(512, 512), dims(512, 512)).orElseThrow().source())
          .contains("#define OPERAND " + (mode == MathMode.TF32 ? "tf32\n" : "tf32x3\n"), "mma_gemm(PARAMETERS)");
    }
    assertThat(FastPaths.of(A100)).extracting(FastPath::name).containsExactly("mma.sync matmul", "mma.sync conv2d",
        "cp.async f32 matmul");
    assertThat(FastPaths.of(new GpuLimits(256, 10, 48 << 10, 4, false))).isEmpty();
  }

  @Test
  void smallProductsStay() {
    assertThat(square(DType.BF16, 32)).isEmpty();
    assertThat(square(DType.BF16, 64)).isPresent();
    assertThat(matMul(A100, MatMul.PLAIN, DType.BF16, dims(8, 4096), dims(4096, 4096))).isEmpty();
    assertThat(matMul(A100, MatMul.PLAIN, DType.BF16, dims(512, 0), dims(0, 512))).isEmpty();
  }

  @Test
  void tilesSuitTheProductAndTheDevice() {
    assertThat(square(DType.BF16, 4096).orElseThrow().grid()).isEqualTo(new Grid(1024, 128, 64 << 10, 1));
    assertThat(square(DType.BF16, 256).orElseThrow().grid()).isEqualTo(new Grid(16, 128, 32 << 10, 1));
    Launch tall =
        matMul(A100, MatMul.PLAIN, DType.BF16, dims(65_536, 1024), dims(1024, 64)).orElseThrow();
    assertThat(tall.source()).contains("#define TILE_M 128\n#define TILE_N 64\n");
    GpuLimits little = new GpuLimits(1024, 100, 48 << 10, 108, false, MatrixUnits.MMA_SYNC, 48 << 10);
    Grid grid = matMul(little, MatMul.PLAIN, DType.BF16, dims(4096, 4096), dims(4096, 4096)).orElseThrow().grid();
    assertThat(grid.sharedBytes()).isEqualTo(48 << 10);
  }

  @Test
  void copiesAreAsWideAsRowsAllow() {
    MatMul nt = new MatMul(false, true, Epilogue.NONE);
    assertThat(source(nt, DType.BF16, dims(200, 128), dims(200, 128))).contains("LHS_VECTOR 16", "RHS_VECTOR 16");
    assertThat(source(nt, DType.BF16, dims(200, 132), dims(200, 132))).contains("LHS_VECTOR 8", "RHS_VECTOR 8");
    assertThat(source(MatMul.PLAIN, DType.F16, dims(200, 130), dims(130, 201))).contains("LHS_VECTOR 4",
        "RHS_VECTOR 2");
    assertThat(source(new MatMul(true, false, Epilogue.NONE, MathMode.TF32), DType.F32, dims(130, 201),
        dims(130, 202))).contains("LHS_VECTOR 4", "RHS_VECTOR 8");
  }

  private String source(MatMul op, DType type, long[] a, long[] b) {
    return matMul(A100, op, type, a, b).orElseThrow().source();
  }

  @Test
  void convolutionsOfWholePiecesOfChannels() {
    Conv2d same = Conv2d.PLAIN.padding(1).layout(Layout.NHWC);
    MmaConv2d special = new MmaConv2d(A100);
    Call good = call(same, DType.BF16, dims(256, 56, 56, 64), dims(64, 3, 3, 64));
    assertThat(special.plan(planner, good).orElseThrow().getFirst().source()).contains("#define TILE_N 64",
        "mma_conv2d.cu");
    assertThat(special.plan(planner, call(same, DType.BF16, dims(8, 56, 56, 12), dims(64, 3, 3, 12)))).isEmpty();
    assertThat(special.plan(planner, call(same.layout(Layout.NCHW), DType.BF16, dims(8, 64, 56, 56),
        dims(64, 64, 3, 3)))).isEmpty();
    assertThat(special.plan(planner, call(same.groups(64), DType.BF16, dims(8, 56, 56, 64), dims(64, 3, 3, 1))))
        .isEmpty();
  }

  /** A proof speaks for its kind: the same text but for the epilogue, the same tile and copies. */
  @Test
  void trialsAreOfTheCallsKind() {
    for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
      for (long n : new long[] {4096, 260, 101, 102, 104}) {
        for (int transposed = 0; transposed < 4; transposed++) {
          MatMul op = new MatMul((transposed & 1) != 0, (transposed & 2) != 0, Epilogue.NONE, MathMode.TF32X3);
          sameText(new MmaMatMul(A100), call(op, type, dims(n, n), dims(n, n)));
        }
      }
      for (int padding = 0; padding < 2; padding++) {
        Conv2d op = Conv2d.PLAIN.padding(padding).layout(Layout.NHWC).math(MathMode.TF32);
        sameText(new MmaConv2d(A100), call(op, type, dims(4, 20, 20, 64), dims(96, 3, 3, 64)));
      }
    }
  }

  private void sameText(FastPath special, Call call) {
    List<String> expected = definitions(special.plan(planner, call).orElseThrow().getFirst());
    List<Call> trials = special.trials(call);
    assertThat(trials).hasSize(2);
    for (Call trial : trials) {
      Launch launch = special.plan(planner, trial, call).orElseThrow().getFirst();
      assertThat(definitions(launch)).as("%s for %s", trial, call).isEqualTo(expected);
    }
    assertThat(special.plan(planner, trials.getFirst(), call).orElseThrow().getFirst().grid().groups())
        .as("edges on both sides").isGreaterThanOrEqualTo(4);
  }

  private static List<String> definitions(Launch launch) {
    return launch.source().lines().filter(
        l -> l.matches("#define (OPERAND|OPERAND_SIZE|TILE_.|WARPS_.|STAGES|BLOCKS|TRANSPOSE_.|..._VECTOR|PADDED) .*"))
        .toList();
  }
}
