package dev.orthant.parity;

/**
 * How well outputs agree with the truth.
 *
 * @param count outputs compared
 * @param fraction the worst error as a fraction of the a-priori bound; lawful when ≤ 1
 * @param maxUlp the worst error in units in the last place of the output's type
 * @param p99Ulp the 99th percentile of the same
 * @param nanMismatches outputs that are NaN where the truth is not, or the reverse
 * @param zeros outputs that are 0
 * @param mistrusted whether almost all outputs are 0, so that the comparison proves little
 * @param worst the worst output, in words
 */
public record Precision(long count, double fraction, double maxUlp, double p99Ulp, long nanMismatches, long zeros,
    boolean mistrusted,
    String worst) {
  /** Whether every output is within its bound. Written so that a NaN fails. */
  public boolean withinBound() {
    return fraction <= 1;
  }
}
