package dev.orthant.op;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The normal distribution, for tests: by series and continued fraction, to about 15 digits, and by series in decimals.
 */
final class NormalDistribution {
  private static final MathContext DIGITS = new MathContext(60);
  /** √(2π). */
  private static final BigDecimal ROOT =
      new BigDecimal("2.50662827463100050241576528481104525300698674060993831662992");

  private NormalDistribution() {}

  /** Φ(x). */
  static double below(double x) {
    // For x ≤ 0 without cancellation: the continued fraction of Laplace in the tail, the series of Φ else.
    if (x > 0) {
      return 1 - below(-x);
    }
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    if (x < -4) {
      double f = 0;
      for (int i = 120; i > 0; i--) {
        f = i / (-x + f);
      }
      return density / (-x + f);
    }
    double term = -x;
    double sum = term;
    for (int i = 3; Math.abs(term) > 1e-18; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 - density * sum;
  }

  /** Φ⁻¹(p) by halving. */
  static double quantile(double p) {
    double low = -9;
    double high = 9;
    while (true) {
      double middle = (low + high) / 2;
      if (middle <= low || middle >= high) {
        return middle;
      }
      if (below(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
  }

  /**
   * By how much, relatively, {@code z} differs from Φ⁻¹(½ + q): a Newton step with Φ(z) − ½ = φ(z)·Σ
   * z^(2n+1)/(1·3·…·(2n + 1)) in 60 digits.
   */
  static double error(double z, double q) {
    BigDecimal x = new BigDecimal(z);
    BigDecimal square = x.multiply(x, DIGITS);
    BigDecimal term = x;
    BigDecimal sum = x;
    for (int n = 3; term.abs().compareTo(new BigDecimal("1e-50")) > 0; n += 2) {
      term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    // q/φ(z) − Σ is the step.
    BigDecimal overDensity = exp(square.divide(BigDecimal.valueOf(2), DIGITS)).multiply(ROOT, DIGITS);
    BigDecimal step = sum.subtract(new BigDecimal(q).multiply(overDensity, DIGITS), DIGITS);
    return step.doubleValue() / Math.abs(z);
  }

  private static BigDecimal exp(BigDecimal x) {
    BigDecimal term = BigDecimal.ONE;
    BigDecimal sum = term;
    for (int n = 1; term.compareTo(new BigDecimal("1e-50")) > 0; n++) {
      term = term.multiply(x, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
      sum = sum.add(term, DIGITS);
    }
    return sum;
  }
}
