package dev.orthant.expr;

/**
 * erf⁻¹(x) by the quantile Φ⁻¹ of the normal distribution: erf⁻¹(x) = Φ⁻¹((x + 1)/2)/√2.
 *
 * <p>Source: M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37 (1988), 477–484, routine PPND16
 * (relative error about 1e-16), with the distance from ½ as the argument, so that no digits are lost about 0.
 */
final class InverseErf {
  private static final double[] A = {3.3871328727963665, 133.14166789178438, 1971.5909503065513,
      13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
      2509.0809287301227};
  private static final double[] B = {1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
      21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854};
  private static final double[] C = {1.4234371107496835, 4.630337846156546, 5.769497221460691,
      3.6478483247632045, 1.2704582524523684, 0.2417807251774506, 0.022723844989269184,
      0.0007745450142783414};
  private static final double[] D = {1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
      0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-09};
  private static final double[] E = {6.657904643501103, 5.463784911164114, 1.7848265399172913,
      0.29656057182850487, 0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05,
      2.0103343992922881e-07};
  private static final double[] F = {1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
      0.0007868691311456133, 1.8463183175100548e-05, 1.421511758316446e-07, 2.0442631033899397e-15};

  private InverseErf() {}

  static Expr of(Expr x) {
    Expr size = x.abs();
    Expr half = x.times(0.5);
    Expr middle = quotient(Expr.constant(0.180625).minus(half.squared()), A, B).times(half);
    Expr r = Expr.constant(1).minus(size).times(0.5).log().neg().sqrt();
    Expr far = Expr.where(r.le(5), quotient(r.minus(1.6), C, D), quotient(r.minus(5), E, F));
    Expr tail = Expr.where(size.eq(Expr.constant(1)), Expr.constant(Double.POSITIVE_INFINITY), far);
    return Expr.where(size.le(0.85), middle, Expr.where(x.lt(0), tail.neg(), tail)).times(Math.sqrt(0.5));
  }

  private static Expr quotient(Expr r, double[] above, double[] below) {
    return GammaFunctions.polynomial(r, above).div(GammaFunctions.polynomial(r, below));
  }
}
