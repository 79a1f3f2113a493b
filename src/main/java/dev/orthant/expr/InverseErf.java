package dev.orthant.expr;

/**
 * erf⁻¹(x) by the quantile Φ⁻¹ of the normal distribution ({@link NormalQuantile}): erf⁻¹(x) = Φ⁻¹((x + 1)/2)/√2. No
 * digits are lost about 0.
 */
final class InverseErf {
  private InverseErf() {}

  static Expr of(Expr x) {
    Expr size = x.abs();
    Expr half = x.times(0.5);
    Expr middle =
        NormalQuantile.MIDDLE.of(Expr.constant(NormalQuantile.MIDDLE_SHIFT).minus(half.squared())).times(half);
    Expr r = Expr.constant(1).minus(size).times(0.5).log().neg().sqrt();
    Expr far = Expr.where(r.le(NormalQuantile.TAIL_END), NormalQuantile.TAIL.of(r.minus(NormalQuantile.TAIL_SHIFT)),
        NormalQuantile.FAR_TAIL.of(r.minus(NormalQuantile.TAIL_END)));
    Expr tail = Expr.where(size.eq(Expr.constant(1)), Expr.constant(Double.POSITIVE_INFINITY), far);
    return Expr.where(size.le(2 * NormalQuantile.MIDDLE_END), middle, Expr.where(x.lt(0), tail.neg(), tail))
        .times(Math.sqrt(0.5));
  }
}
