package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.MatMulPlan;
import dev.orthant.gpu.plan.MatMulSize;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.Summation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Matrix products of 16-bit operands, and of F32 operands in the TF32 modes, by {@code mma.sync}:
 * {@code mma_matmul.cu}. Any extents.
 */
final class MmaMatMul implements FastPath {
  private final GpuLimits limits;

  MmaMatMul(GpuLimits limits) {
    this.limits = limits;
  }

  @Override
  public String name() {
    return "mma.sync matmul";
  }

  @Override
  public MatrixUnits needs() {
    return MatrixUnits.MMA_SYNC;
  }

  @Override
  public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
    return Product.of(limits, call)
        .map(p -> List.of(plan(planner, trial, (MatMul) trial.op(), p.tile, p.operand)));
  }

  /** The launch with that tile. */
  static Launch plan(Planner planner, Call call, MatMul op, MmaTile tile, MmaOperand operand) {
    MmaLoop loop = new MmaLoop(tile, operand, "cuda/mma_matmul.cu", (source, rows, cols, depth) -> {
      source.define("LHS_VECTOR", operand.vector(op.transposeLhs() ? rows : depth));
      source.define("RHS_VECTOR", operand.vector(op.transposeRhs() ? depth : cols));
    });
    return new MatMulPlan(planner, call, op).launch(loop);
  }

  /** A product that matrix units are for. */
  private record Product(MatMul op, MmaOperand operand, MatMulSize size, MmaTile tile) {
    static Optional<Product> of(GpuLimits limits, Call call) {
      if (!(call.op() instanceof MatMul op)) {
        return Optional.empty();
      }
      MatMulSize s = MatMulSize.of(call, op);
      return MmaOperand.of(call.input(0).dtype(), op)
          .flatMap(o -> MmaTile.choose(limits, o, s.rows(), s.cols(), s.depth(), s.batch())
              .map(t -> new Product(op, o, s, t)));
    }

    int lhsVector() {
      return operand.vector(op.transposeLhs() ? size.rows() : size.depth());
    }

    int rhsVector() {
      return operand.vector(op.transposeRhs() ? size.depth() : size.cols());
    }

    /**
     * An extent above {@code least}, odd unless it is that of rows in memory, which allow the call's copies and no
     * wider ones.
     */
    long extent(long least, boolean ofLhs, boolean ofRhs) {
      return ofLhs ? operand.ragged(least, lhsVector())
          : ofRhs ? operand.ragged(least, rhsVector()) : least + 1 + least % 2;
    }
  }

  private Product product(Call call) {
    return Product.of(limits, call).orElseThrow();
  }

  @Override
  public String kind(Call call) {
    Product p = product(call);
    return p.operand.label() + (p.op.transposeLhs() ? " T" : " N") + (p.op.transposeRhs() ? "T" : "N") + ", " + p.tile
        + (p.operand.isDeep(p.size.depth()) ? ", deep" : "")
        + ", copies of " + p.lhsVector() + " and " + p.rhsVector() + " bytes";
  }

  /**
   * A tile and a bit each way, all stages used and some again; and several small products by one slice that is not
   * filled; of a deep one two blocks.
   */
  @Override
  public List<Call> trials(Call call) {
    Product p = product(call);
    int slice = MmaTile.SLICE / p.operand.size();
    List<Call> trials = new ArrayList<>();
    trials.add(trial(p, p.tile.m(), p.tile.n(), (p.tile.stages() + 1L) * slice, Shape.of()));
    trials.add(trial(p, 2, 2, 2, Shape.of(3)));
    if (p.operand.isDeep(p.size.depth())) {
      trials.add(trial(p, 2, 2, Summation.MATRIX_UNIT.block() + slice, Shape.of()));
    }
    return trials;
  }

  private static Call trial(Product p, long least, long leastN, long leastK, Shape batch) {
    MatMul op = p.op;
    DType type = p.operand.size() == 4 ? DType.F32 : DType.named(p.operand.label());
    long m = p.extent(least, op.transposeLhs(), false);
    long n = p.extent(leastN, false, !op.transposeRhs());
    long k = p.extent(leastK, !op.transposeLhs(), op.transposeRhs());
    TensorSpec a = op.transposeLhs() ? TensorSpec.of(type, k, m) : TensorSpec.of(type, m, k);
    TensorSpec b = new TensorSpec(type, op.transposeRhs() ? batch.append(n, k) : batch.append(k, n));
    return Call.of("trial", op.withEpilogue(TRIAL),
        List.of(a, b, TensorSpec.of(type, n), new TensorSpec(type, batch.append(m, n))));
  }
}
