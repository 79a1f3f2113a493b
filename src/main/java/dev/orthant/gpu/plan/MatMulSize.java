package dev.orthant.gpu.plan;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.source.Coordinates;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;

/**
 * A matrix product as kernels see it: {@code batch} products of rows×depth by depth×cols.
 *
 * @param out the output's shape
 * @param batchAxes how many of the output's leading axes are counted by {@code batch}; the others but the last are rows
 */
public record MatMulSize(Shape out, int batchAxes, long batch, long rows, long cols, long depth) {
  public static MatMulSize of(Call call, MatMul op) {
    Shape out = call.output().shape();
    MatMul.Extents e = op.extents(call.input(0), call.input(1));
    int batchAxes = isOneMatrix(call, op) ? 0 : out.rank() - 2;
    long batch = out.slice(0, batchAxes).elements();
    return new MatMulSize(out, batchAxes, batch, out.elements() / (batch * e.n()), e.n(), e.k());
  }

  /** When all of a batch of lhs are multiplied by the same rhs, they are one matrix with more rows. */
  private static boolean isOneMatrix(Call call, MatMul op) {
    Shape out = call.output().shape();
    return !op.transposeLhs() && MatMul.batch(call.input(1)).elements() == 1
        && MatMul.batch(call.input(0)).elements() == out.slice(0, out.rank() - 2).elements();
  }

  /** What a kernel knows of the output element it is at. */
  public Coordinates coordinates() {
    int last = out.rank() - 1;
    return new Coordinates(out, "at", List.of(new Coordinates.Name("batch", 0, batchAxes),
        new Coordinates.Name("row", batchAxes, last), new Coordinates.Name("col", last, last + 1)));
  }

  /** How many matrices an operand has, one when they are rows of one. */
  public long matrices(TensorSpec operand) {
    return batches(operand).elements();
  }

  /**
   * The C text of the number of the operand's matrix that belongs to {@code batch}; {@code name} begins the parameters
   * it needs.
   */
  public String matrix(TensorSpec operand, String name, KernelParameters parameters) {
    return Coordinates.flat(out.slice(0, batchAxes), "batch").index(batches(operand), name, parameters);
  }

  private Shape batches(TensorSpec operand) {
    return batchAxes == 0 ? Shape.of() : MatMul.batch(operand);
  }
}
