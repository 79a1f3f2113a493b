package dev.orthant.bench;

import java.util.Arrays;

/**
 * Repeated measurements of the same work.
 *
 * @param seconds of one run of it, for each sample, in the order taken
 * @param inner how many runs a sample is the mean of
 * @param launches kernels launched per run
 */
public record Samples(double[] seconds, int inner, double launches) {
  /** The p-quantile, interpolated. */
  public double quantile(double p) {
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    double at = p * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  public double median() {
    return quantile(0.5);
  }

  public double best() {
    return quantile(0);
  }

  /** Half the distance between the quartiles, as a fraction of the median. */
  public double spread() {
    return (quantile(0.75) - quantile(0.25)) / 2 / median();
  }
}
