package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.MainLoop;
import dev.orthant.gpu.plan.MatMulPlan;
import dev.orthant.gpu.plan.MatMulSize;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.gpu.source.GemmTile;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.op.Summation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Large products in true F32 by ordinary arithmetic, whose slices are copied to shared memory while others are
 * multiplied ({@code cp.async}, which came with the matrix units that F32 has no use for): {@code cuda/simt_matmul.cu}.
 */
final class SimtMatMul implements FastPath, MainLoop {
  private static final GemmTile TILE = new GemmTile(128, 128, 16, 8, 8, false, false);
  private static final int STAGES = 3;
  /** Rows of a slice are padded by four elements. */
  private static final int SHARED_BYTES = STAGES * TILE.k() * (TILE.m() + 4 + TILE.n() + 4) * Float.BYTES;

  @Override
  public String name() {
    return "cp.async f32 matmul";
  }

  @Override
  public MatrixUnits needs() {
    return MatrixUnits.MMA_SYNC;
  }

  @Override
  public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
    return isFor(planner.limits(), call) && trial.op() instanceof MatMul op
        ? Optional.of(List.of(new MatMulPlan(planner, trial, op).launch(this)))
        : Optional.empty();
  }

  @Override
  public String kernel() {
    return "gemm";
  }

  @Override
  public List<String> files() {
    return List.of("cuda/mma.h", "cuda/simt_matmul.cu");
  }

  @Override
  public Grid define(KernelSource source, KernelParameters parameters, long rows, long cols, long depth, long batch,
      GpuLimits limits) {
    source.define("DEEP", isDeep(depth));
    source.define("LANES_A", lanes(rows));
    source.define("LANES_B", lanes(cols));
    long tiles = TILE.parameters(parameters, rows, cols, batch);
    return new Grid(Math.min(tiles, limits.groups()), TILE.items(), SHARED_BYTES, 1);
  }

  /** Only where the ordinary loop would take as large a tile: what is smaller is better cut finer. */
  private static boolean isFor(GpuLimits limits, Call call) {
    if (!(call.op() instanceof MatMul op) || call.input(0).dtype() != DType.F32
        || limits.dynamicSharedBytes() < SHARED_BYTES) {
      return false;
    }
    MatMulSize p = MatMulSize.of(call, op);
    GemmTile tile = GemmTile.choose(limits, p.rows(), p.cols(), p.batch(), Float.BYTES);
    return p.depth() > 0 && tile.m() == TILE.m() && tile.n() == TILE.n();
  }

  /**
   * How many neighbours are copied at a time along rows or columns of that length: a copy's place must be a multiple of
   * its size.
   */
  private static int lanes(long extent) {
    return extent % 4 == 0 ? 4 : 1;
  }

  @Override
  public String kind(Call call) {
    MatMul op = (MatMul) call.op();
    MatMulSize p = MatMulSize.of(call, op);
    return (op.transposeLhs() ? "T" + lanes(p.rows()) : "N") + (op.transposeRhs() ? "T" : "N" + lanes(p.cols()))
        + (isDeep(p.depth()) ? ", deep" : "");
  }

  /** Whether sums of blocks are kept as well. */
  private static boolean isDeep(long depth) {
    return depth > Summation.DOT.block();
  }

  /**
   * Two tiles and a bit each way, all stages used and some again, of a deep product two blocks; one slice that is not
   * full.
   */
  @Override
  public List<Call> trials(Call call) {
    MatMul op = (MatMul) call.op();
    MatMulSize p = MatMulSize.of(call, op);
    List<Call> trials = new ArrayList<>();
    long several = 5L * TILE.k() + 3 + (isDeep(p.depth()) ? Summation.DOT.block() : 0);
    for (long k : new long[] {several, 3}) {
      long m = (long) TILE.m() + lanes(p.rows());
      long n = (long) TILE.n() + lanes(p.cols());
      Shape a = op.transposeLhs() ? Shape.of(2, k, m) : Shape.of(2, m, k);
      Shape b = op.transposeRhs() ? Shape.of(n, k) : Shape.of(k, n);
      trials.add(Call.of("trial", op.withEpilogue(Epilogue.NONE.plusOperand()),
          List.of(new TensorSpec(DType.F32, a), new TensorSpec(DType.F32, b), TensorSpec.of(DType.F32, n))));
    }
    return trials;
  }
}
