package dev.orthant.expr;

/**
 * log|Γ(x)|, its derivative ψ(x) and ψ′(x), spelled out by elementary functions.
 *
 * <p>Formulas: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964: Stirling's series 6.1.41 and
 * 6.3.18, recurrences 6.1.15 and 6.3.5, reflections 6.1.17 and 6.3.7, the series about 2 6.1.33.
 */
final class GammaFunctions {
  /**
   * log Γ(2 + w) / w for |w| ≤ 1/2, constant first: the polynomial through 16 Chebyshev points of 6.1.33 computed with
   * 60 digits; off by at most 1.5e-15 of the value.
   */
  private static final double[] ABOUT_2 = {0.4227843350984674, 0.3224670334241131, -0.06735230105333267,
      0.020580808427848166, -0.00738555101739438, 0.002890510325409574, -0.001192754271087742, 0.0005096696946223285,
      -0.00022314915180241202, 9.94548626571654e-05, -4.4973510999689744e-05, 2.052955658697094e-05,
      -9.220663323909058e-06, 4.271453571823135e-06, -2.554914527462414e-06, 1.1987899414920579e-06};

  /** From here on Stirling's series are as exact as a double. */
  private static final double STIRLING = 6.5;
  /** Of 1/x, 1/x³, …: B₂ₖ/(2k(2k − 1)). */
  private static final double[] LOG_SERIES =
      {1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0};

  /** From here on, seven beyond the pole at 0. */
  private static final int STEPS = 7;
  /** Of 1/x², 1/x⁴, …: B₂ₖ/2k. */
  private static final double[] PSI_SERIES =
      {1 / 12.0, -1 / 120.0, 1 / 252.0, -1 / 240.0, 1 / 132.0, -691 / 32760.0, 1 / 12.0, -3617 / 8160.0};

  /** Of 1/x³, 1/x⁵, …: B₂ₖ. */
  private static final double[] BERNOULLI =
      {1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0, -3617 / 510.0};

  /** All doubles below are whole numbers. */
  private static final double WHOLE = -0x1p52;

  private GammaFunctions() {}

  static Expr logGamma(Expr x) {
    Expr z = mirrored(x);
    Expr positive = Expr.where(z.lt(STIRLING), nearTwo(z), stirling(z));
    Expr sine = fraction(x).times(Math.PI).sin().abs();
    Expr negative = Expr.constant(Math.log(Math.PI)).minus(sine.log()).minus(positive);
    Expr pole = Expr.constant(Double.POSITIVE_INFINITY);
    return Expr.where(x.lt(0), Expr.where(x.lt(WHOLE).or(sine.le(0)), pole, negative), positive);
  }

  /** Shifted to 2 + w: w·R(w) keeps its digits at the zeros 1 and 2, as the logarithm of the product does. */
  private static Expr nearTwo(Expr z) {
    Expr w = fraction(z);
    Expr above = z.minus(1);
    Expr more = above.times(z.minus(2));
    // Halves go to the even neighbour, as RINT sends them.
    Expr product = Expr.where(z.le(0.5), z.times(z.plus(1)), Expr.where(z.lt(1.5), z, Expr.where(z.le(2.5),
        Expr.constant(1), Expr.where(z.lt(3.5), above, Expr.where(z.le(4.5), more,
            Expr.where(z.lt(5.5), more.times(z.minus(3)), more.times(z.minus(3)).times(z.minus(4))))))));
    Expr log = product.log();
    return polynomial(w, ABOUT_2).times(w).plus(Expr.where(z.lt(1.5), log.neg(), log));
  }

  private static Expr stirling(Expr z) {
    Expr r = Expr.constant(1).div(z);
    Expr near = z.minus(0.5).times(z.log().minus(1));
    return near.plus(0.5 * Math.log(2 * Math.PI) - 0.5).plus(polynomial(r.squared(), LOG_SERIES).times(r));
  }

  static Expr digamma(Expr x) {
    Expr z = mirrored(x);
    Expr r = Expr.constant(1).div(shifted(z));
    Expr series = shifted(z).log().minus(r.times(0.5)).minus(polynomial(r.squared(), PSI_SERIES).times(r.squared()));
    Expr steps = Expr.constant(1).div(z);
    for (int i = 1; i < STEPS; i++) {
      steps = steps.plus(Expr.constant(1).div(z.plus(i)));
    }
    Expr positive = Expr.where(z.lt(STEPS), series.minus(steps), series);
    Expr f = fraction(x);
    Expr negative = positive.minus(Expr.constant(Math.PI).div(f.times(Math.PI).tan()));
    return Expr.where(x.lt(0), Expr.where(f.eq(Expr.constant(0)), Expr.constant(Double.NaN), negative), positive);
  }

  /** ψ′(x), by 6.4.12, 6.4.6 and 6.4.7. */
  static Expr trigamma(Expr x) {
    Expr z = mirrored(x);
    Expr r = Expr.constant(1).div(shifted(z));
    Expr series = r.plus(r.squared().times(0.5)).plus(polynomial(r.squared(), BERNOULLI).times(r.squared()).times(r));
    Expr steps = Expr.constant(1).div(z.squared());
    for (int i = 1; i < STEPS; i++) {
      steps = steps.plus(Expr.constant(1).div(z.plus(i).squared()));
    }
    Expr positive = Expr.where(z.lt(STEPS), series.plus(steps), series);
    Expr sine = fraction(x).times(Math.PI).sin();
    return Expr.where(x.lt(0), Expr.constant(Math.PI * Math.PI).div(sine.squared()).minus(positive), positive);
  }

  private static Expr mirrored(Expr x) {
    return Expr.where(x.lt(0), Expr.constant(1).minus(x), x);
  }

  private static Expr shifted(Expr z) {
    return Expr.where(z.lt(STEPS), z.plus(STEPS), z);
  }

  /** From the nearest whole number. */
  private static Expr fraction(Expr x) {
    return x.minus(x.apply(Function.RINT));
  }

  /** Horner's rule; constant first. */
  static Expr polynomial(Expr x, double... coefficients) {
    Expr sum = Expr.constant(coefficients[coefficients.length - 1]);
    for (int i = coefficients.length - 2; i >= 0; i--) {
      sum = sum.times(x).plus(coefficients[i]);
    }
    return sum;
  }
}
