package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.math.Elimination;
import dev.orthant.djl.types.Axes;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;

/** The part of {@link OrthantNDArray}: matrix products and inverses. Both operands have one type, as in PyTorch. */
sealed interface ArrayProducts extends NDArray permits OrthantNDArray {
  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  // ---- products ----------------------------------------------------------------------------------------------------

  /**
   * As NumPy's dot: of vectors the inner product, of matrices the matrix product, with a scalar the product; else the
   * sum of products over this one's last axis and the other's last but one (or only one), with the other axes of both.
   */
  @Override
  default NDArray dot(NDArray other) {
    requireMultipliable("dot", other);
    int left = self().rank();
    int right = other.getShape().dimension();
    if (left == 0 || right == 0) {
      return mul(other);
    }
    int inner = Math.max(0, right - 2);
    requireInner("dot", other, getShape().get(left - 1), other.getShape().get(inner));
    if (right <= 2) {
      return self().compute(() -> self().tensor().matMul(self().operand(other)));
    }
    return self().compute(() -> {
      Tensor b = self().operand(other);
      Tensor rows = b.transpose(Axes.order(right, false, inner)).reshape(b.shape().dim(inner), outer(b, inner));
      Tensor a = self().tensor();
      Shape lead = a.shape().slice(0, left - 1);
      Shape rest = b.shape().slice(0, inner).append(b.shape().dim(-1));
      return a.reshape(lead.elements(), a.shape().dim(-1)).matMul(rows).reshape(lead.append(rest.dims()).dims());
    });
  }

  private static long outer(Tensor t, int axis) {
    return Axes.product(t.shape().dims(), 0, axis) * Axes.product(t.shape().dims(), axis + 1, t.shape().rank());
  }

  /**
   * The matrix product; a vector is a row on the left and a column on the right, and that axis goes; leading axes
   * broadcast.
   */
  @Override
  default NDArray matMul(NDArray other) {
    requireMultipliable("matMul", other);
    if (getShape().isScalar() || other.getShape().isScalar()) {
      throw new ShapeException(
          "matMul: takes arrays of 1 axis or more, got " + getShape() + " and " + other.getShape()
              + "; scalars multiply with mul");
    }
    int right = other.getShape().dimension();
    requireInner("matMul", other, getShape().get(self().rank() - 1), other.getShape().get(Math.max(0, right - 2)));
    return self().compute(() -> self().tensor().matMul(self().operand(other)));
  }

  /** Of as many matrices on either side: (b, m, k) · (b, k, n) = (b, m, n). */
  @Override
  default NDArray batchMatMul(NDArray other) {
    requireMultipliable("batchMatMul", other);
    requireBatches("batchMatMul", other);
    return self().compute(() -> self().tensor().matMul(self().operand(other)));
  }

  /** The same as {@link #batchMatMul}. */
  @Override
  default NDArray batchDot(NDArray other) {
    requireMultipliable("batchDot", other);
    requireBatches("batchDot", other);
    return self().compute(() -> self().tensor().matMul(self().operand(other)));
  }

  private void requireBatches(String method, NDArray other) {
    ai.djl.ndarray.types.Shape b = other.getShape();
    if (self().rank() != 3 || b.dimension() != 3 || getShape().get(0) != b.get(0)) {
      throw new ShapeException(method + ": takes (b, m, k) and (b, k, n), got " + getShape() + " and " + b);
    }
    requireInner(method, other, getShape().get(2), b.get(1));
  }

  private void requireMultipliable(String method, NDArray other) {
    if (other.getDataType() != getDataType() || self().isComplex() || self().tensor().dtype() == DType.BOOL) {
      throw new DTypeException(
          method + ": takes two arrays of one type, of numbers but not complex, got " + getDataType()
              + " and " + other.getDataType() + "; convert one with toType, as in toType(DataType."
              + other.getDataType()
              + ", false)");
    }
  }

  private void requireInner(String method, NDArray other, long left, long right) {
    if (left != right) {
      throw new ShapeException(method + ": the inner extents differ: " + getShape() + " and " + other.getShape() + ", "
          + left + " and " + right + " (on " + getDevice() + ")");
    }
  }

  // ---- inverse -----------------------------------------------------------------------------------------------------

  /**
   * The inverses X of matrices A (…, n, n), computed on the host in double by {@link Elimination} and rounded once. To
   * a gradient the result is X + X·(A₀ − A)·X, where A₀ has A's value and is constant: its value is X, its derivative
   * that of the inverse, −X·dA·X.
   *
   * @throws InvalidInputException when one is singular
   */
  @Override
  default NDArray inverse() {
    Tensor held = self().tensor();
    int rank = held.shape().rank();
    if (self().isComplex() || (held.dtype() != DType.F32 && held.dtype() != DType.F64)) {
      throw new DTypeException("inverse: takes FLOAT32 or FLOAT64, got " + getShape() + ' ' + getDataType());
    }
    if (rank < 2 || held.shape().dim(-1) != held.shape().dim(-2)) {
      throw new ShapeException("inverse: takes square matrices (…, n, n), got " + getShape());
    }
    return self().compute(() -> {
      Tensor a = self().tensor();
      double[] inverses = Elimination.inverses(a.toDoubleArray(), Math.toIntExact(a.shape().dim(-1)));
      Tensor x = Tensor.of(a.device(), a.dtype(), a.shape(), inverses);
      return Tape.isOpen() ? x.add(x.matMul(a.detach().sub(a)).matMul(x)) : x;
    });
  }
}
