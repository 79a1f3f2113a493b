package dev.orthant.op.reference;

/**
 * A sum of doubles whose rounding errors are summed as well, so that the result is as good as if it had been computed
 * in twice the precision and rounded: what a reference must be that judges sums in F64 (A. Neumaier,
 * Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54, 1974; T. Ogita, S. M. Rump, S.
 * Oishi, Accurate sum and dot product, SIAM J. Sci. Comput. 26(6), 2005). Infinities and NaN come out as plain addition
 * makes them.
 */
public final class CompensatedSum {
  private double sum;
  private double errors;

  /** What {@code sum = a + b} has rounded away (D. E. Knuth, The Art of Computer Programming 2, §4.2.2, theorem B). */
  public static double error(double a, double b, double sum) {
    double back = sum - a;
    return (a - (sum - back)) + (b - back);
  }

  /** A sum and the sum of its errors, which mean nothing when it is not finite. */
  public static double settled(double sum, double errors) {
    double both = sum + errors;
    return Double.isNaN(both) ? sum : both;
  }

  /** Adds x. */
  public void add(double x) {
    double next = sum + x;
    errors += error(sum, x, next);
    sum = next;
  }

  /** Adds a·b. */
  public void addProduct(double a, double b) {
    double product = a * b;
    add(product);
    errors += Math.fma(a, b, -product);
  }

  public double value() {
    return settled(sum, errors);
  }
}
