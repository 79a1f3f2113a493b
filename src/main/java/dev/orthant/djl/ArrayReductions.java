package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Tensor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: sums, extremes, averages and running sums along axes. No axes given means all of them. */
abstract class ArrayReductions extends ArrayFunctions {
  private static final int[] ALL = {};

  ArrayReductions(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  // ---- sums and products: INT64 of whole numbers ------------------------------------------------------------------

  @Override
  public NDArray sum() {
    return sum(ALL, false);
  }

  @Override
  public NDArray sum(int[] axes, boolean keepDims) {
    return compute(() -> whole(real("sum"), DType.I64, t -> t.sum(keepDims, axes)));
  }

  @Override
  public NDArray prod() {
    return prod(ALL, false);
  }

  @Override
  public NDArray prod(int[] axes, boolean keepDims) {
    return compute(() -> whole(real("prod"), DType.I64, t -> t.prod(keepDims, axes)));
  }

  @Override
  public NDArray mean() {
    return mean(ALL, false);
  }

  @Override
  public NDArray mean(int[] axes, boolean keepDims) {
    return compute(() -> fractions("mean").mean(keepDims, axes));
  }

  /** A reduction, of whole numbers with a result of {@code type}. */
  private static Tensor whole(Tensor t, DType type, Function<Tensor, Tensor> work) {
    return t.dtype().isFloating() ? work.apply(t) : work.apply(t.cast(DType.F64)).cast(type);
  }

  /** The tensor, floating. */
  private Tensor fractions(String method) {
    Tensor t = real(method);
    if (!t.dtype().isFloating()) {
      throw new DTypeException(
          method + ": takes floating numbers, got " + getShape() + ' ' + getDataType() + " on " + getDevice()
              + "; convert it with toType");
    }
    return t;
  }

  @Override
  public NDArray trace(int offset, int axis1, int axis2) {
    try (NDArray diagonal = diagonal(offset, axis1, axis2)) {
      return diagonal.sum(new int[] {-1});
    }
  }

  // ---- extremes ----------------------------------------------------------------------------------------------------

  @Override
  public NDArray max() {
    return max(ALL, false);
  }

  @Override
  public NDArray max(int[] axes, boolean keepDims) {
    return compute(() -> {
      Tensor t = some("max");
      return whole(t, t.dtype(), x -> x.max(keepDims, axes));
    });
  }

  @Override
  public NDArray min() {
    return min(ALL, false);
  }

  @Override
  public NDArray min(int[] axes, boolean keepDims) {
    return compute(() -> {
      Tensor t = some("min");
      return whole(t, t.dtype(), x -> x.min(keepDims, axes));
    });
  }

  /** The tensor, if it has elements. */
  private Tensor some(String method) {
    Tensor t = real(method);
    if (t.shape().elements() == 0) {
      throw new ShapeException(method + ": an array without elements has none: " + getShape() + ' ' + getDataType()
          + " on " + getDevice());
    }
    return t;
  }

  @Override
  public NDArray argMax() {
    return compute(() -> flat("argMax").argMax(0));
  }

  @Override
  public NDArray argMax(int axis) {
    return compute(() -> lined("argMax").argMax(axis));
  }

  @Override
  public NDArray argMin() {
    return compute(() -> flat("argMin").argMin(0));
  }

  @Override
  public NDArray argMin(int axis) {
    return compute(() -> lined("argMin").argMin(axis));
  }

  private Tensor flat(String method) {
    Tensor t = some(method);
    return t.reshape(t.shape().elements());
  }

  /** The tensor, a scalar as an array of one. */
  private Tensor lined(String method) {
    Tensor t = some(method);
    return t.shape().rank() == 0 ? t.reshape(1) : t;
  }

  // ---- running -----------------------------------------------------------------------------------------------------

  @Override
  public NDArray cumSum() {
    if (isScalar()) {
      return reshape(1);
    }
    return isEmpty() ? reshape(0) : cumSum(0);
  }

  @Override
  public NDArray cumSum(int axis) {
    return compute(() -> whole(real("cumSum"), DType.I64, t -> t.cumSum(axis)));
  }

  @Override
  public NDArray cumProd(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cumProd(int axis, DataType dataType) {
    try (NDArray converted = toType(dataType, true)) {
      return converted.cumProd(axis);
    }
  }

  // ---- order -------------------------------------------------------------------------------------------------------

  @Override
  public NDArray percentile(Number percentile) {
    return percentile(percentile, new int[] {-1});
  }

  @Override
  public NDArray percentile(Number percentile, int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray median() {
    return median(new int[] {-1});
  }

  @Override
  public NDArray median(int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  // ---- norms -------------------------------------------------------------------------------------------------------

  @Override
  public NDArray norm(boolean keepDims) {
    return norm(2, ALL, keepDims);
  }

  @Override
  public NDArray norm(int ord, int[] axes, boolean keepDims) {
    if (ord < 1) {
      throw new InvalidInputException("norm: ord " + ord);
    }
    return compute(() -> fractions("norm").norm(ord, keepDims, axes));
  }
}
