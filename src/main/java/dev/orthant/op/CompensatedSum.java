package dev.orthant.op;

/**
 * A sum of doubles whose rounding errors are summed as well, so that the result is as good as if it had been computed in twice the precision and
 * rounded: what a reference must be that judges sums in F64 (A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen,
 * ZAMM 54, 1974; products: T. Ogita, S. M. Rump, S. Oishi, Accurate sum and dot product, SIAM J. Sci. Comput. 26(6), 2005). Infinities and
 * NaN come out as plain addition makes them.
 */
public final class CompensatedSum {
  private double sum;
  private double errors;

  /** Adds x. */
  public void add(double x) {
    double next = sum + x;
    errors += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }

  /** Adds a·b. */
  public void addProduct(double a, double b) {
    double product = a * b;
    add(product);
    errors += Math.fma(a, b, -product);
  }

  public double value() {
    return Double.isFinite(sum) ? sum + errors : sum;
  }
}
