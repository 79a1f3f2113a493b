package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.List;

/**
 * The gradient of {@link Pool2d} by its input: dx_i = Σ dy_o · ∂y_o/∂x_i over the windows o that cover i, ascending. Inputs: dy, and for MAX
 * and LP also x and y; output dx of shape {@code image}.
 *
 * <p>MAX: the gradient goes to the first of a window's largest elements (row-major in the window; the first NaN if there is one). LP:
 * ∂y/∂x = sign(x)·(|x|/y)^(p−1), 0 where y is 0.
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
    double[] dx = new double[Math.toIntExact(image.elements())];
    double[] dy = values[0];
    for (int i = 0; i < dy.length; i++) {
      int o = i;
      switch (pool.kind()) {
        case AVERAGE -> {
          double share = dy[o] / pool.divisor(x, o);
          pool.elements(x, o, at -> dx[(int) at] += share);
        }
        case LP -> pool.elements(x, o, at -> {
          double v = values[1][(int) at];
          double y = values[2][o];
          dx[(int) at] += y == 0 ? 0 : dy[o] * Math.signum(v) * Math.pow(Math.abs(v) / y, pool.p() - 1);
        });
        case MAX -> dx[(int) largest(x, o, values[1])] += dy[o];
      }
    }
    return new double[][] {dx};
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
