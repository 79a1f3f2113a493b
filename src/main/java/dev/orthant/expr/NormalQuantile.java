package dev.orthant.expr;

import java.util.function.BinaryOperator;

/**
 * The three quotients of polynomials of the normal distribution's quantile Φ⁻¹, wherever and in whatever form they are
 * needed.
 *
 * <p>Source: M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied Statistics 37
 * (1988), 477–484, routine PPND16 (relative error about 1e-16).
 */
public enum NormalQuantile {
  /** Φ⁻¹(½ + q)/q by 0.425² − q², for |q| ≤ 0.425. */
  MIDDLE(new double[] {3.3871328727963665, 133.14166789178438, 1971.5909503065513,
      13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
      2509.0809287301227},
      new double[] {1, 42.31333070160091, 687.1870074920579, 5394.196021424751,
          21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854}),
  /** The magnitude of Φ⁻¹ by r − 1.6 for r = √−log(tail) ≤ 5, where tail is the distance from 0 or from 1. */
  TAIL(new double[] {1.4234371107496835, 4.630337846156546, 5.769497221460691,
      3.6478483247632045, 1.2704582524523684, 0.2417807251774506, 0.022723844989269184,
      0.0007745450142783414},
      new double[] {1, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
          0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-09}),
  /** The same by r − 5 for r beyond 5. */
  FAR_TAIL(new double[] {6.657904643501103, 5.463784911164114, 1.7848265399172913,
      0.29656057182850487, 0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05,
      2.0103343992922881e-07},
      new double[] {1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
          0.0007868691311456133, 1.8463183175100548e-05, 1.421511758316446e-07, 2.0442631033899397e-15});

  /** The largest |q| of {@link #MIDDLE}. */
  public static final double MIDDLE_END = 0.425;
  /** What q² is subtracted from to give the argument of {@link #MIDDLE}. */
  public static final double MIDDLE_SHIFT = 0.180625;
  /** What is subtracted from r to give the argument of {@link #TAIL}. */
  public static final double TAIL_SHIFT = 1.6;
  /** Where {@link #TAIL} ends, and the shift of {@link #FAR_TAIL}. */
  public static final double TAIL_END = 5;

  private final double[] above;
  private final double[] below;

  NormalQuantile(double[] above, double[] below) {
    this.above = above;
    this.below = below;
  }

  /** The quotient as a formula. */
  Expr of(Expr r) {
    return GammaFunctions.polynomial(r, above).div(GammaFunctions.polynomial(r, below));
  }

  /** The quotient in F64: products and sums by Horner's rule and one division, each rounded on its own. */
  public double at(double r) {
    return horner(above, Double::valueOf, (sum, c) -> sum * r + c)
        / horner(below, Double::valueOf, (sum, c) -> sum * r + c);
  }

  /** The same operations as C text, {@code PRODUCT(a, b)} being a product that is rounded before anything is added. */
  public String text(String r) {
    BinaryOperator<String> step = (sum, c) -> "(PRODUCT(" + sum + ", " + r + ") + (" + c + "))";
    return horner(above, Double::toHexString, step) + " / " + horner(below, Double::toHexString, step);
  }

  private static <T> T horner(double[] coefficients, java.util.function.DoubleFunction<T> constant,
      BinaryOperator<T> step) {
    T sum = constant.apply(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      sum = step.apply(sum, constant.apply(coefficients[i]));
    }
    return sum;
  }
}
