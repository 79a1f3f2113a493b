package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.CompensatedSum;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * The gradient of {@link Pool2d} by its input: dx_i = Σ dy_o · ∂y_o/∂x_i over the windows o that cover i, ascending.
 * Inputs: dy, and for MAX and LP also x and y; output dx of shape {@code image}.
 *
 * <p>MAX: the gradient goes to the first of a window's largest elements (row-major in the window; the first NaN if
 * there is one). LP: ∂y/∂x = sign(x)·(|x|/y)^(p−1), 0 where y is 0; for p = ∞ sign(x)/count at those of the largest
 * magnitude, which is the limit; NaN where y is.
 */
public record Pool2dBackward(Pool2d pool, Shape image) implements Op {
  @Override
  public String name() {
    return "pool2d_backward";
  }

  /** How many inputs there are: AVERAGE needs the gradient alone. */
  public int operands() {
    return pool.kind() == Pool2d.Kind.AVERAGE ? 1 : 3;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != operands()) {
      throw new ShapeException("pool2d_backward: takes " + operands() + " inputs, got " + inputs);
    }
    TensorSpec dy = inputs.getFirst();
    TensorSpec x = new TensorSpec(dy.dtype(), image);
    TensorSpec y = pool.infer(List.of(x)).getFirst();
    if (!dy.equals(y) || (operands() == 3 && !inputs.equals(List.of(y, x, y)))) {
      throw new ShapeException("pool2d_backward: takes (dy, x, y) of " + y + ", " + x + ", " + y + ", got " + inputs);
    }
    return List.of(x);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) inputs.getFirst().shape().elements() * pool.height() * pool.width();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    TensorSpec x = new TensorSpec(inputs.getFirst().dtype(), image);
    CompensatedSum[] dx = new CompensatedSum[Math.toIntExact(image.elements())];
    Arrays.setAll(dx, i -> new CompensatedSum());
    double[] dy = values[0];
    for (int i = 0; i < dy.length; i++) {
      int o = i;
      switch (pool.kind()) {
        case AVERAGE -> {
          double share = dy[o] / pool.divisor(x, o);
          pool.elements(x, o, at -> dx[(int) at].add(share));
        }
        case LP -> {
          double norm = values[2][o];
          long count = attaining(x, o, norm, at -> values[1][(int) at]);
          pool.elements(x, o, at -> {
            double v = values[1][(int) at];
            dx[(int) at]
                .add(pool.p() < Double.POSITIVE_INFINITY || takesPart(v, norm) ? dy[o] * share(v, norm, count) : 0);
          });
        }
        case MAX -> dx[(int) largest(x, o, values[1])].add(dy[o]);
      }
    }
    return new double[][] {Arrays.stream(dx).mapToDouble(CompensatedSum::value).toArray()};
  }

  /** How many elements under an output's window have the magnitude {@code norm}; asked for p = ∞ only, else 0. */
  public long attaining(TensorSpec x, long output, double norm, LongToDoubleFunction values) {
    long[] count = {0};
    if (pool.p() == Double.POSITIVE_INFINITY) {
      pool.elements(x, output, at -> count[0] += Math.abs(values.applyAsDouble(at)) == norm ? 1 : 0);
    }
    return count[0];
  }

  /** ∂y/∂x of LP. */
  private double share(double x, double norm, long count) {
    if (pool.p() == Double.POSITIVE_INFINITY) {
      return largestShare(x, norm, count);
    }
    return norm == 0 ? 0 : Math.signum(x) * Math.pow(Math.abs(x) / norm, pool.p() - 1);
  }

  /** Whether with p = ∞ an element's slope is not 0. The others get 0 also of an infinite gradient. */
  public static boolean takesPart(double x, double y) {
    return Math.abs(x) == y || Double.isNaN(y);
  }

  /** ∂y/∂x of LP with p = ∞ for what {@link #takesPart}, where {@code count} elements have the magnitude y. */
  public static double largestShare(double x, double y, long count) {
    return Double.isNaN(y) ? y : Math.signum(x) / (double) count;
  }

  /** The first of the largest elements under a window. */
  private long largest(TensorSpec x, long output, double[] values) {
    long[] best = {-1};
    pool.elements(x, output, at -> {
      double v = values[(int) at];
      double so = best[0] < 0 ? Double.NaN : values[(int) best[0]];
      if (best[0] < 0 || v > so || (Double.isNaN(v) && !Double.isNaN(so))) {
        best[0] = at;
      }
    });
    return best[0];
  }
}
