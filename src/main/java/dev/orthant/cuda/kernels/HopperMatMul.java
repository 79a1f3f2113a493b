package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.Summation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Products of F16 and BF16 matrices by {@code wgmma}, their operands fetched by Hopper's copy engine:
 * {@code hopper_matmul.cu}. The engine copies in units of 16 bytes: the contiguous axis of either operand must be a
 * multiple of 8 elements. Outputs may have any width.
 */
final class HopperMatMul implements FastPath {
  @Override
  public String name() {
    return "wgmma matmul";
  }

  @Override
  public MatrixUnits needs() {
    return MatrixUnits.WGMMA;
  }

  @Override
  public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
    return problem(trial).flatMap(p -> problem(call).map(HopperMatMul::tile).flatMap(t -> launch(planner, trial, p, t)))
        .map(List::of);
  }

  private static Optional<HopperProduct> problem(Call call) {
    return call.op() instanceof MatMul op ? HopperProduct.of(call, op) : Optional.empty();
  }

  private static HopperTile tile(HopperProduct p) {
    return HopperTile.choose(p.rows(), p.cols(), p.batch());
  }

  private static Optional<Launch> launch(Planner planner, Call call, HopperProduct p, HopperTile tile) {
    GpuLimits limits = planner.limits();
    boolean staged = p.storesBoxes();
    int stages = tile.stages(limits.dynamicSharedBytes(), staged);
    long tiles = tile.tilesM(p.rows()) * tile.tilesN(p.cols()) * p.batch();
    return stages < 2 || tiles > Integer.MAX_VALUE - 1024L ? Optional.empty()
        : Optional.of(p.launch(planner, call, tile, stages, tile.grid(tiles, limits.units(), stages, staged)));
  }

  @Override
  public String kind(Call call) {
    HopperProduct p = problem(call).orElseThrow();
    return kind(p, tile(p));
  }

  private static String kind(HopperProduct p, HopperTile t) {
    return p.type().shortName() + (p.op().transposeLhs() ? " T" : " N") + (p.op().transposeRhs() ? "T" : "N")
        + ", tile "
        + t.m() + "x" + t.n() + ", clusters of " + t.cluster() + (p.storesBoxes() ? "" : ", outputs of any width")
        + (HopperTile.isDeep(p.slices()) ? ", deep" : "");
  }

  /**
   * Two tiles and a bit each way, all stages used and some again, one matrix and several, of a deep product two blocks;
   * an epilogue that reads a row and the output's own place.
   */
  @Override
  public List<Call> trials(Call call) {
    HopperProduct p = problem(call).orElseThrow();
    HopperTile tile = tile(p);
    long m = tile.m() + 8L;
    // Odd when the call's is, which the right operand's layout may forbid.
    long n = tile.n() + (p.storesBoxes() ? 24L : 11L);
    long k = (HopperTile.MAX_STAGES + 1L) * HopperTile.K + 8;
    List<Call> trials = new ArrayList<>();
    trials.add(trial(p, m, n, k, Shape.of(), Shape.of()));
    trials.add(trial(p, 8, p.storesBoxes() ? 8 : 1, 8, Shape.of(3), p.op().transposeLhs() ? Shape.of() : Shape.of(3)));
    if (HopperTile.isDeep(p.slices())) {
      trials.add(trial(p, 8, p.storesBoxes() ? 8 : 1, Summation.MATRIX_UNIT.block() + 8, Shape.of(), Shape.of()));
    }
    return trials;
  }

  private static Call trial(HopperProduct p, long m, long n, long k, Shape lhsBatch, Shape rhsBatch) {
    MatMul op = p.op();
    DType type = p.type();
    TensorSpec a = new TensorSpec(type, op.transposeLhs() ? lhsBatch.append(k, m) : lhsBatch.append(m, k));
    TensorSpec b = new TensorSpec(type, op.transposeRhs() ? rhsBatch.append(n, k) : rhsBatch.append(k, n));
    TensorSpec bias = TensorSpec.of(type, n);
    TensorSpec residual = new TensorSpec(type, lhsBatch.broadcast(rhsBatch).append(m, n));
    return Call.of("trial", op.withEpilogue(TRIAL), List.of(a, b, bias, residual));
  }
}
