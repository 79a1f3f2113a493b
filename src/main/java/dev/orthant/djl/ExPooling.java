package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.nn.Pooling;
import dev.orthant.op.Pool2d;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;

/** The part of {@link OrthantNDArrayEx}: pooling, of one to three dimensions. See {@link Pooling}. */
sealed interface ExPooling extends NDArrayEx permits OrthantNDArrayEx {
  private OrthantNDArray array() {
    return (OrthantNDArray) getArray();
  }

  /** Pools what is in the array; whole numbers exactly, and whole again, an average towards 0. */
  private NDArray pool(String name, Pool2d.Kind kind, Shape kernel, Shape stride, Shape padding, boolean ceil,
      boolean countPadding) {
    return array().compute(() -> {
      Tensor x = numbers(name);
      return Pooling.of(name, kind, x, kernel, stride, padding, ceil, countPadding, 0).apply(x)
          .cast(array().tensor().dtype());
    });
  }

  /** What is in the array, as floating numbers that hold it. */
  private Tensor numbers(String name) {
    DType type = array().tensor().dtype();
    if (array().isComplex() || type == DType.BOOL) {
      throw new DTypeException(name + ": takes numbers that are not complex, got " + array().getShape() + ' '
          + array().getDataType() + " on " + array().getDevice() + "; convert it with toType");
    }
    return type.isFloating() ? array().tensor()
        : array().tensor().cast(type == DType.I32 || type == DType.I64 ? DType.F64 : DType.F32);
  }

  /** All elements of each image, in one window: as signals. */
  private Tensor whole(String name) {
    long[] d = array().getShape().getShape();
    if (d.length < 3 || d.length > 5) {
      throw new ShapeException(name + ": takes an input (n, c, …) of rank 3 to 5, got " + array().getShape() + " on "
          + array().getDevice());
    }
    return numbers(name).reshape(d[0], d[1], Arrays.stream(d, 2, d.length).reduce(1, (a, b) -> a * b));
  }

  private static Shape all(Tensor signals) {
    return new Shape(signals.shape().dim(2));
  }

  @Override
  default NDArray maxPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    return pool("maxPool", Pool2d.Kind.MAX, kernelShape, stride, padding, ceilMode, false);
  }

  /** The largest element of each channel: (n, c). */
  @Override
  default NDArray globalMaxPool() {
    return array().compute(() -> {
      Tensor x = whole("globalMaxPool");
      // Not a reduction: of several largest elements, the first has the gradient.
      return Pooling.of("globalMaxPool", Pool2d.Kind.MAX, x, all(x), all(x), new Shape(0), false, false, 0).apply(x)
          .squeeze(2).cast(array().tensor().dtype());
    });
  }

  @Override
  default NDArray avgPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode, boolean countIncludePad) {
    return pool("avgPool", Pool2d.Kind.AVERAGE, kernelShape, stride, padding, ceilMode, countIncludePad);
  }

  /** The average of each channel: (n, c). */
  @Override
  default NDArray globalAvgPool() {
    return array().compute(() -> whole("globalAvgPool").mean(2));
  }

  /** FLOAT32 of whole numbers. */
  private Tensor real(Tensor x) {
    return array().getDataType().isFloating() ? x : x.cast(DType.F32);
  }

  @Override
  default NDArray lpPool(float normType, Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    return array()
        .compute(() -> norms("lpPool", real(numbers("lpPool")), normType, kernelShape, stride, padding, ceilMode));
  }

  /**
   * (Σ x^p)^(1/p), which for an odd p is not Σ|x|^p: as PyTorch's, the root of a negative sum is NaN, and a window that
   * hangs over the end counts as if the elements it lacks were the average of those it has.
   */
  private static Tensor norms(String name, Tensor x, float p, Shape kernel, Shape stride, Shape padding,
      boolean ceil) {
    if (!(p > 0)) {
      throw new InvalidInputException(name + ": takes a norm greater than 0, got " + p);
    }
    boolean even = p % 2 == 0;
    Pooling how = Pooling.of(name, even && !ceil ? Pool2d.Kind.LP : Pool2d.Kind.AVERAGE, x, kernel, stride, padding,
        ceil, true, p);
    if (how.kind() == Pool2d.Kind.LP) {
      return how.apply(x);
    }
    double count = how.size().stream().mapToDouble(i -> i).reduce(1, (a, b) -> a * b);
    return how.apply(x.pow(p)).mul(count).pow(1 / (double) p);
  }

  /** The norm of each channel: (n, c). */
  @Override
  default NDArray globalLpPool(float normType) {
    return array().compute(() -> {
      Tensor x = real(whole("globalLpPool"));
      return norms("globalLpPool", x, normType, all(x), all(x), new Shape(0), false).squeeze(2);
    });
  }
}
