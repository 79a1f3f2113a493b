package dev.orthant.op;

import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.List;

/**
 * Random numbers, the same on every device: element i is made from {@link Philox} number i of the given sequence. No inputs.
 *
 * @param distribution what they are like
 * @param a lower end (UNIFORM), mean (NORMAL, TRUNCATED_NORMAL), probability of a 1 (BERNOULLI)
 * @param b upper end, not reached (UNIFORM), standard deviation (NORMAL, TRUNCATED_NORMAL), unused (BERNOULLI)
 * @param output type (floating) and shape
 */
public record Random(Distribution distribution, double a, double b, Philox sequence, TensorSpec output) implements Op {
  /** The distributions. Each is a function of one {@link Philox#uniform}. */
  public enum Distribution {
    UNIFORM,
    NORMAL,
    /** Normal, between two standard deviations on either side of the mean (those of the untruncated one). */
    TRUNCATED_NORMAL,
    /** 1 with probability a, else 0. */
    BERNOULLI
  }

  @Override
  public String name() {
    return "random";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (!inputs.isEmpty()) {
      throw new ShapeException("random: takes no inputs, got " + inputs);
    }
    if (!output.dtype().isFloating()) {
      throw new DTypeException("random: gives f16 bf16 f32 f64, not " + output);
    }
    return List.of(output);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return output.shape().elements();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    double[] y = new double[Math.toIntExact(output.shape().elements())];
    for (int i = 0; i < y.length; i++) {
      y[i] = value(i);
    }
    return new double[][] {y};
  }

  /** Element {@code i}. */
  public double value(long i) {
    double u = sequence.uniform(i);
    return switch (distribution) {
      case UNIFORM -> a + u * (b - a);
      case BERNOULLI -> u < a ? 1 : 0;
      case NORMAL -> a + b * Quantile.normal(u + 0x1p-25);
      case TRUNCATED_NORMAL -> a + b * Quantile.normal(LOW + (u + 0x1p-25) * (1 - 2 * LOW));
    };
  }

  /** Φ(−2). */
  private static final double LOW = 0.022750131948179195;
}
