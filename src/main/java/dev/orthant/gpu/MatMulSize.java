package dev.orthant.gpu;

import dev.orthant.core.Shape;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;

/**
 * A matrix product as kernels see it: {@code batch} products of rows×depth by depth×cols.
 *
 * @param batchAxes how many of the output's leading axes are counted by {@code batch}; the others but the last are rows
 */
record MatMulSize(int batchAxes, long batch, long rows, long cols, long depth) {
  static MatMulSize of(Call call, MatMul op) {
    Shape out = call.output().shape();
    MatMul.Extents e = op.extents(call.input(0), call.input(1));
    int batchAxes = isOneMatrix(call, op) ? 0 : out.rank() - 2;
    long batch = out.slice(0, batchAxes).elements();
    return new MatMulSize(batchAxes, batch, out.elements() / (batch * e.n()), e.n(), e.k());
  }

  /** When all of a batch of lhs are multiplied by the same rhs, they are one matrix with more rows. */
  private static boolean isOneMatrix(Call call, MatMul op) {
    Shape out = call.output().shape();
    return !op.transposeLhs() && MatMul.batch(call.input(1)).elements() == 1
        && MatMul.batch(call.input(0)).elements() == out.slice(0, out.rank() - 2).elements();
  }
}
