package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.walk.Broadcast;
import java.util.List;

/**
 * Y = epilogue(op(A)·op(B)), op being the identity or the transpose of the last two axes.
 *
 * <p>Shapes: A (…, m, k), B (…, k, n) (each with its last two axes swapped when transposed), Y (…, m, n); the leading
 * axes broadcast as in NumPy. Both operands have rank ≥ 2. k = 0 gives sums of 0.
 *
 * @param transposeLhs A is stored as (…, k, m)
 * @param transposeRhs B is stored as (…, n, k)
 * @param math how F32 operands are multiplied
 */
public record MatMul(boolean transposeLhs, boolean transposeRhs, Epilogue epilogue, MathMode math)
    implements Contraction {
  /** Neither operand transposed, no epilogue. */
  public static final MatMul PLAIN = new MatMul(false, false, Epilogue.NONE);

  /** A product in true F32. */
  public MatMul(boolean transposeLhs, boolean transposeRhs, Epilogue epilogue) {
    this(transposeLhs, transposeRhs, epilogue, MathMode.IEEE);
  }

  /** With A stored as (…, k, m). */
  public MatMul lhsTransposed() {
    return lhsTransposed(true);
  }

  /** With A stored as (…, k, m), or as (…, m, k). */
  public MatMul lhsTransposed(boolean is) {
    return new MatMul(is, transposeRhs, epilogue, math);
  }

  /** With B stored as (…, n, k), as the weights of PyTorch's Linear are. */
  public MatMul rhsTransposed() {
    return rhsTransposed(true);
  }

  /** With B stored as (…, n, k), or as (…, k, n). */
  public MatMul rhsTransposed(boolean is) {
    return new MatMul(transposeLhs, is, epilogue, math);
  }

  /** This product computed in another way. */
  public MatMul math(MathMode other) {
    return new MatMul(transposeLhs, transposeRhs, epilogue, other);
  }

  /** The extents of one product. */
  public record Extents(long m, long n, long k) {}

  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public MatMul withEpilogue(Epilogue other) {
    return new MatMul(transposeLhs, transposeRhs, other, math);
  }

  /** m, n and k of operands that are valid for this op. */
  public Extents extents(TensorSpec lhs, TensorSpec rhs) {
    return new Extents(lhs.shape().dim(transposeLhs ? -1 : -2), rhs.shape().dim(transposeRhs ? -2 : -1),
        lhs.shape().dim(transposeLhs ? -2 : -1));
  }

  @Override
  public TensorSpec product(TensorSpec lhs, TensorSpec rhs) {
    if (lhs.shape().rank() < 2 || rhs.shape().rank() < 2) {
      throw new ShapeException("matmul: takes matrices (rank 2 or more), got lhs " + lhs + ", rhs " + rhs);
    }
    Extents e = extents(lhs, rhs);
    long k = rhs.shape().dim(transposeRhs ? -1 : -2);
    if (e.k != k) {
      throw new ShapeException(
          "matmul: inner dimensions differ: lhs " + lhs + mark(transposeLhs) + ", rhs " + rhs + mark(transposeRhs)
              + "; expected rhs " + (transposeRhs ? "(n, " + e.k + ")" : "(" + e.k + ", n)"));
    }
    try {
      return new TensorSpec(lhs.dtype(), batch(lhs).broadcast(batch(rhs)).append(e.m, e.n));
    } catch (ShapeException x) {
      throw new ShapeException("matmul: lhs " + lhs + ", rhs " + rhs + ": " + x.getMessage());
    }
  }

  private static String mark(boolean transposed) {
    return transposed ? " transposed" : "";
  }

  /** The leading axes of an operand. */
  public static Shape batch(TensorSpec operand) {
    return operand.shape().slice(0, operand.shape().rank() - 2);
  }

  @Override
  public long depth(TensorSpec lhs, TensorSpec rhs) {
    return extents(lhs, rhs).k;
  }

  @Override
  public void terms(TensorSpec lhs, TensorSpec rhs, long output, TermVisitor visitor) {
    Extents e = extents(lhs, rhs);
    long j = output % e.n;
    long i = output / e.n % e.m;
    long g = output / e.n / e.m;
    Broadcast walk = Broadcast.of(batch(lhs).broadcast(batch(rhs)), List.of(batch(lhs), batch(rhs)));
    long a0 = walk.offset(0, g) * e.m * e.k;
    long b0 = walk.offset(1, g) * e.k * e.n;
    for (long p = 0; p < e.k; p++) {
      visitor.multiply(a0 + (transposeLhs ? p * e.m + i : i * e.k + p),
          b0 + (transposeRhs ? j * e.k + p : p * e.n + j));
    }
  }
}
