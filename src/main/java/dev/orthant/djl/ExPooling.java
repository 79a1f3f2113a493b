package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.op.Pool2d;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;

/** The part of {@link OrthantNDArrayEx}: pooling, of one to three dimensions. See {@link Pooling}. */
abstract class ExPooling extends ExActivations {
  ExPooling(OrthantNDArray array) {
    super(array);
  }

  private NDArray pool(String name, Pool2d.Kind kind, Shape kernel, Shape stride, Shape padding, boolean ceil,
      boolean countPadding, double p) {
    Pooling pooling = Pooling.of(name, kind, array.tensor(), kernel, stride, padding, ceil, countPadding, p);
    return array.compute(() -> pooling.apply(array.tensor()));
  }

  /** All elements of each image, in one window: as signals. */
  private Tensor whole(String name) {
    long[] d = array.getShape().getShape();
    if (d.length < 3 || d.length > 5) {
      throw new ShapeException(name + ": takes an input (n, c, …) of rank 3 to 5, got " + array.getShape() + " on "
          + array.getDevice());
    }
    return array.tensor().reshape(d[0], d[1], Arrays.stream(d, 2, d.length).reduce(1, (a, b) -> a * b));
  }

  private static Shape all(Tensor signals) {
    return new Shape(signals.shape().dim(2));
  }

  @Override
  public NDArray maxPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    return pool("maxPool", Pool2d.Kind.MAX, kernelShape, stride, padding, ceilMode, false, 0);
  }

  /** The largest element of each channel: (n, c). */
  @Override
  public NDArray globalMaxPool() {
    return array.compute(() -> {
      Tensor x = whole("globalMaxPool");
      // Not a reduction: of several largest elements, the first has the gradient.
      return Pooling.of("globalMaxPool", Pool2d.Kind.MAX, x, all(x), all(x), new Shape(0), false, false, 0).apply(x)
          .squeeze(2);
    });
  }

  @Override
  public NDArray avgPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode, boolean countIncludePad) {
    return pool("avgPool", Pool2d.Kind.AVERAGE, kernelShape, stride, padding, ceilMode, countIncludePad, 0);
  }

  /** The average of each channel: (n, c). */
  @Override
  public NDArray globalAvgPool() {
    return array.compute(() -> whole("globalAvgPool").mean(2));
  }

  @Override
  public NDArray lpPool(float normType, Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    Tensor x = array.tensor();
    if (isEven(normType)) {
      return norm(normType, kernelShape, stride, padding, ceilMode);
    }
    // The sum of powers has their sign, as PyTorch's: the root of a negative one is NaN.
    Pooling average =
        Pooling.of("lpPool", Pool2d.Kind.AVERAGE, x, kernelShape, stride, padding, ceilMode, true, 0);
    double count = average.size().stream().mapToDouble(i -> i).reduce(1, (a, b) -> a * b);
    return array.compute(() -> average.apply(array.tensor().pow(normType)).mul(count).pow(1 / (double) normType));
  }

  /** Whether x^p is |x|^p. */
  private static boolean isEven(float p) {
    if (!(p > 0)) {
      throw new InvalidInputException("lpPool: takes a norm greater than 0, got " + p);
    }
    return p % 2 == 0;
  }

  private NDArray norm(float p, Shape kernel, Shape stride, Shape padding, boolean ceil) {
    return pool("lpPool", Pool2d.Kind.LP, kernel, stride, padding, ceil, false, p);
  }

  /** The norm of each channel: (n, c). */
  @Override
  public NDArray globalLpPool(float normType) {
    OrthantNDArray signals = array.compute(() -> whole("globalLpPool"));
    try (signals; NDArray y = signals.getNDArrayInternal().lpPool(normType, all(signals.tensor()), new Shape(1),
        new Shape(0), false)) {
      return y.squeeze(2);
    }
  }
}
