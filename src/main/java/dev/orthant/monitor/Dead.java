package dev.orthant.monitor;

import dev.orthant.core.InvalidInputException;

/**
 * When a unit counts as dead: at no element of a pass was its output y, or |y|, greater than the threshold. A unit with
 * a NaN is not dead.
 *
 * @param magnitude whether |y| counts rather than y
 * @param threshold a number
 */
public record Dead(boolean magnitude, double threshold) {
  /** Never greater than 0: for ReLU and its like. */
  public static final Dead NEVER_POSITIVE = new Dead(false, 0);

  public Dead {
    if (Double.isNaN(threshold)) {
      throw new InvalidInputException("monitor: the threshold of dead units must be a number, got " + threshold);
    }
  }

  /** |y| never greater than the threshold: for activations that also tell by negative values, such as GELU or tanh. */
  public static Dead within(double threshold) {
    return new Dead(true, threshold);
  }
}
