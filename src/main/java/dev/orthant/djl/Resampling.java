package dev.orthant.djl;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.djl.types.Axes;
import dev.orthant.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * How an axis of n elements becomes one of m, place i of the result lying at (i + ½)·n/m of the source.
 *
 * <p>{@link #NEAREST} takes element ⌊i·n/m⌋, {@link #AREA} the mean of those that the place covers; the others weigh
 * the elements by a function of their distance, which is stretched where the axis shrinks (as PyTorch with
 * anti-aliasing), and the weights sum to 1. Each axis is one matrix product, so all can be differentiated.
 */
enum Resampling {
  NEAREST(0, _ -> 0),
  BILINEAR(1, x -> 1 - x),
  AREA(0, _ -> 0),
  /** Keys (1981), a = −½. */
  BICUBIC(2, x -> x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2);

  private final double reach;
  private final DoubleUnaryOperator weight;

  Resampling(double reach, DoubleUnaryOperator weight) {
    this.reach = reach;
    this.weight = weight;
  }

  /** By DJL's number, that of {@code Image.Interpolation}. */
  static Resampling of(String method, int mode) {
    if (mode < 0 || mode >= values().length) {
      throw new InvalidInputException(
          method + ": the interpolation must be 0 (nearest), 1 (bilinear), 2 (area) or 3 (bicubic), got " + mode);
    }
    return values()[mode];
  }

  /** {@code x} with {@code size} elements along an axis. */
  Tensor along(Tensor x, int axis, long size) {
    int n = Math.toIntExact(x.shape().dim(axis));
    int m = Math.toIntExact(size);
    if (this == NEAREST) {
      float scale = (float) n / m;
      long[] from = new long[m];
      for (int i = 0; i < m; i++) {
        from[i] = Math.min((int) (i * scale), n - 1);
      }
      return x.gather(axis, Indices.of(x.device(), Shape.of(m), from));
    }
    if (n == m) {
      return x;
    }
    Tensor weights = Tensor.of(x.device(), x.dtype(), Shape.of(m, n), weights(n, m));
    int rank = x.shape().rank();
    long behind = Axes.product(x.shape().dims(), axis + 1, rank);
    // Rows of what lies behind the axis: the weights multiply from the left, and nothing is moved.
    Tensor y = weights.matMul(x.reshape(Axes.product(x.shape().dims(), 0, axis), n, behind));
    long[] dims = x.shape().dims();
    dims[axis] = m;
    return y.reshape(dims);
  }

  private double[] weights(int n, int m) {
    double[] w = new double[m * n];
    double scale = (double) n / m;
    double stretch = Math.max(1, scale);
    for (int i = 0; i < m; i++) {
      double center = (i + 0.5) * scale;
      int from = this == AREA ? (int) ((long) i * n / m) : (int) Math.max(center - reach * stretch + 0.5, 0);
      int to =
          this == AREA ? (int) Math.ceilDiv((i + 1L) * n, (long) m) : (int) Math.min(center + reach * stretch + 0.5, n);
      double sum = 0;
      for (int j = from; j < to; j++) {
        double x = Math.abs(j - center + 0.5) / stretch;
        w[i * n + j] = this == AREA ? 1 : x < reach ? weight.applyAsDouble(x) : 0;
        sum += w[i * n + j];
      }
      for (int j = from; j < to; j++) {
        w[i * n + j] /= sum;
      }
    }
    return w;
  }
}
