package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Expr;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code matMul} of operands that {@link MatMul} does not take as they are: vectors, integers, and two types.
 *
 * @param op without an epilogue
 */
record MatrixProduct(MatMul op) {
  /** The product, in the type that both operands are brought to. */
  Tensor of(Tensor lhs, Tensor rhs) {
    DType type = common(lhs, rhs);
    boolean plain = lhs.dtype() == type && rhs.dtype() == type && type.isFloating()
        && lhs.shape().rank() >= 2 && rhs.shape().rank() >= 2;
    // What is multiplied directly keeps its epilogue open.
    return plain ? lhs.product(op, rhs)
        : prepared(lhs, rhs, type);
  }

  /**
   * Floating types that differ meet in the wider one, F16 and BF16 in F32; an integer takes the other's floating type.
   */
  private static DType common(Tensor lhs, Tensor rhs) {
    DType a = lhs.dtype();
    DType b = rhs.dtype();
    if (a == b && a != DType.BOOL) {
      return a;
    }
    if (a.isFloating() && b.isFloating()) {
      return a.size() == b.size() ? DType.F32 : a.size() > b.size() ? a : b;
    }
    if (a.isFloating() || b.isFloating()) {
      return a.isFloating() ? a : b;
    }
    DType type = Pointwise.integers(List.of(a, b));
    if (type == DType.BOOL) {
      throw new DTypeException("matmul: takes numbers, got lhs " + lhs.spec() + ", rhs " + rhs.spec() + " (on "
          + lhs.device().name() + "); cast one of them");
    }
    return type;
  }

  private Tensor prepared(Tensor lhs, Tensor rhs, DType type) {
    boolean row = lhs.shape().rank() == 1;
    boolean column = rhs.shape().rank() == 1;
    if (lhs.shape().rank() == 0 || rhs.shape().rank() == 0) {
      throw new ShapeException("matmul: takes vectors and matrices (rank 1 or more), got lhs " + lhs.spec() + ", rhs "
          + rhs.spec() + " (on " + lhs.device().name() + "); multiply by a scalar with mul");
    }
    // A vector is its own transpose.
    MatrixProduct how = new MatrixProduct(
        op.lhsTransposed(op.transposeLhs() && !row).rhsTransposed(op.transposeRhs() && !column));
    rhs.onDevice("matmul", lhs.device());
    try (Scope scope = Scope.open()) {
      Tensor a = lhs.cast(type);
      Tensor b = rhs.cast(type);
      Tensor y = how.matrices(row ? a.expandDims(0) : a, column ? b.expandDims(-1) : b);
      Tensor narrow = column ? y.squeeze(-1) : y;
      return scope.keep(row ? narrow.squeeze(column ? -1 : -2) : narrow);
    }
  }

  private Tensor matrices(Tensor a, Tensor b) {
    return a.dtype().isFloating() ? a.product(op, b) : integers(a, b);
  }

  /**
   * Σ_k a·b as a reduction in integers of 64 bits, of which the type keeps the low ones: exact but for wrapping around,
   * on every device, at a reduction's speed. The walk is (…, m, k, n), or (…, m, n, k) where the right operand is
   * stored so: nothing is copied but a transposed left operand.
   */
  private Tensor integers(Tensor a, Tensor b) {
    op.product(a.spec(), b.spec());
    int last = a.shape().rank() - 1;
    int[] swapped = IntStream.rangeClosed(0, last).map(i -> i < last - 1 ? i : 2 * last - 1 - i).toArray();
    Tensor rows = op.transposeLhs() ? a.transpose(swapped) : a;
    Shape left = rows.shape();
    Shape right = b.shape();
    int batch = Math.max(last - 1, right.rank() - 2);
    Tensor x = op.transposeRhs() ? rows.expandDims(-2) : rows.expandDims(-1);
    Tensor y = b.reshape(right.slice(0, right.rank() - 2).append(1, right.dim(-2), right.dim(-1)).dims());
    Reduce sum = new Reduce(List.of(op.transposeRhs() ? batch + 2 : batch + 1),
        List.of(new Reduce.Stage(Reduce.Kind.SUM, Expr.input(0).times(Expr.input(1)))),
        List.of(new Reduce.Result(Reduce.stage(2, 0), true, a.dtype())), 2, List.of());
    Tensor kept = Launcher.reduceUnrecorded("matmul", sum, List.of(x, y), false).getFirst();
    Shape lead = MatMul.batch(a.spec()).broadcast(MatMul.batch(b.spec()));
    return kept.reshape(lead.append(left.dim(-2), right.dim(op.transposeRhs() ? -2 : -1)).dims());
  }
}
