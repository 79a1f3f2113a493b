package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * What is made of the logistic function σ(x) = 1/(1 + e^−x), written so that no step amplifies a rounding error: value
 * and slope are off by a few units in the last place for every x, the limits at ±∞ included.
 *
 * <p>The means: only e^−|x| is formed, which does not overflow; far out a product with it takes e^(c−|x|) first, which
 * is not yet subnormal where the product is not ({@link Tail}); σ′ and the slopes are quotients, never 1 − σ; x·σ has a
 * slope f′ with f′(x) + f′(−x) = 1, so that only the tail is computed; and there the slope's zero is a factor w = x −
 * zero of every term, with the zero known to twice the digits.
 */
final class Logistic {
  /** From here on e^−x and what it is multiplied by are 0 in every type: where ∞ would give 0·∞. */
  private static final double FAR = 800;
  /** c − a is exact for a up to 2¹⁰, and e^−c is next to a float and to a double: 2^−30 and 2^−61 of it off. */
  private static final double SHIFT = 33.6162109375;
  /** The zero of 1 + e^−a − a in two parts, the first short. */
  private static final double SILU_ZERO = 1.2784643173217773;
  private static final double SILU_ZERO_LOW = 2.2543929645135935e-07;
  private static final double SILU_ZERO_EXP = 0.2784645427610738;
  /** The zero of Mish's slope in two parts, and e to its power. */
  private static final double MISH_ZERO = -1.1924314498901367;
  private static final double MISH_ZERO_LOW = 2.3537464150661241e-07;
  private static final double MISH_ZERO_EXP = 0.3034825352815289;
  /** GELU by tanh is x·σ(x·(C + D·x²)); C and D in two parts, the zero of the slope and e^−v there. */
  private static final double C = 2 * Math.sqrt(2 / Math.PI);
  private static final double D = C * 0.044715;
  private static final double TANH_ZERO = 0.7524604797363281;
  private static final double TANH_ZERO_LOW = 9.423346881354854e-07;
  private static final double TANH_ZERO_EXP = 0.29195521191476714;

  private Logistic() {}

  static Expr sigmoid(Expr x) {
    Expr t = x.abs().neg().exp();
    return Expr.where(x.lt(0), t, Expr.constant(1)).div(t.plus(1));
  }

  /** σ′ = t/(1 + t)² with t = e^−|x|. */
  static Expr sigmoidSlope(Expr x) {
    Expr t = x.abs().neg().exp();
    return t.div(onePlusSquared(t));
  }

  /** tanh′ = 4t/(1 + t)² with t = e^−2|x|. */
  static Expr tanhSlope(Expr x) {
    Tail t = Tail.of(x.abs().times(2));
    return t.times(Expr.constant(4)).div(onePlusSquared(t.value()));
  }

  static Expr softplus(Expr x) {
    return x.relu().plus(x.abs().neg().exp().log1p());
  }

  static Expr silu(Expr x) {
    Expr low = notBelow(x);
    Tail t = Tail.of(low.abs());
    return Expr.where(x.lt(0), t.times(low), x).div(t.value().plus(1));
  }

  /** At −a: t/(1 + t)²·(1 + t − a), with t = e^−a; about its zero 1 + t − a is w + t₀·(e^w − 1), w = a₀ − a. */
  static Expr siluSlope(Expr x) {
    Expr a = notBeyond(x);
    Tail t = Tail.of(a);
    Expr w = Expr.constant(SILU_ZERO).minus(a).plus(SILU_ZERO_LOW);
    Expr near = w.plus(w.expm1().times(SILU_ZERO_EXP));
    Expr factor = Expr.where(w.abs().lt(0.2), near, Expr.constant(1).minus(a).plus(t.value()));
    return mirrored(x, t.times(factor).div(onePlusSquared(t.value())));
  }

  /** x·σ(bx); of a product beyond every exponent the limit. */
  static Expr swish(Expr x, Expr b) {
    Expr z = x.times(b);
    Tail t = Tail.of(z.abs());
    Expr above = Expr.where(z.lt(0), Expr.where(z.lt(-FAR), x.sign().times(0), t.times(x)), x);
    return above.div(t.value().plus(1));
  }

  /** tanh(log(1 + e^x)) = n/(n + 2), n = e^x·(e^x + 2): Mish without a logarithm. */
  static Expr mish(Expr x) {
    Expr low = notBelow(x);
    Tail tail = Tail.of(low.abs());
    Expr t = tail.value();
    Expr above = Expr.where(x.lt(0), tail.times(low.times(t.plus(2))), x.times(t.times(2).plus(1)));
    return above.div(Expr.where(x.lt(0), t.plus(2).times(t).plus(2), t.plus(1).times(t).times(2).plus(1)));
  }

  /**
   * t·(4(x + 1) + t(4x + 6) + 4t² + t³)/d² with t = e^x, d = t² + 2t + 2 (Misra 2019); for x ≥ 0, where it is near 1, 1
   * − 2(t/d)²·(1 − 2x + 2t(1 − x + t)) with t = e^−x, d = 2t² + 2t + 1. The bracket is d·(2 + 2x + t − 2x·t²/d), and
   * about its zero x₀ 4w(1 + t₀) + u(4x + 6 + 4(t + t₀) + t² + t·t₀ + t₀²) with w = x − x₀, u = t₀(e^w − 1) = t − t₀.
   */
  static Expr mishSlope(Expr x) {
    Expr a = notBeyond(x);
    Tail tail = Tail.of(a);
    Expr t = tail.value();
    Expr four = a.times(-4);
    Expr w = a.neg().minus(MISH_ZERO).minus(MISH_ZERO_LOW);
    Expr rest = four.plus(6 + MISH_ZERO_EXP * (4 + MISH_ZERO_EXP)).plus(t.plus(4 + MISH_ZERO_EXP).times(t));
    Expr near = w.times(4 * (1 + MISH_ZERO_EXP)).plus(w.expm1().times(MISH_ZERO_EXP).times(rest));
    // Further off nothing cancels, and less is rounded without it.
    Condition isNear = w.abs().lt(0.2);
    Expr d = t.plus(2).times(t).plus(2);
    Expr far = a.times(2).times(t.div(d)).plus(1).times(t).plus(Expr.constant(1).minus(a).times(2));
    Expr negative = tail.dividedBy(d).times(Expr.where(isNear, near.div(d), far));
    Expr u = t.div(t.plus(1).times(2).times(t).plus(1));
    Expr bracket = Expr.constant(1).minus(a).plus(t).times(2).times(t).plus(Expr.constant(1).minus(a.times(2)));
    Expr positive = Expr.constant(1).minus(u.squared().times(2).times(bracket));
    return Expr.where(x.lt(0), negative, positive);
  }

  // ---- GELU by tanh
  // --------------------------------------------------------------------------------------------------

  /**
   * e^−v of v = a·(C + D·a²), which has to be known to an absolute error of a rounding error of 1, though it may be
   * 100: a is cut to h, a multiple of 1/32 (F64: 2⁻¹⁰), and C + D·h², exact by short D, to a multiple q of 2⁻¹¹ (F64:
   * 2⁻³¹), so that h·q is exact. What is left is small.
   */
  private static Power power(Expr a, DType type) {
    boolean single = type == DType.F32;
    double c = single ? 1.5957679748535156 : 1.5957691216057412;
    double cLow = single ? 1.1467522150867598e-06 : -1.053578951956758e-14;
    double d = single ? 0.0712890625 : 0.07135480642318726;
    double dLow = single ? 6.575377260024527e-05 : 9.849412989412621e-09;
    Expr h = onGrid(a, single ? 0x1.8p18 : 0x1.8p42);
    Expr h2 = h.squared();
    Expr slope = h2.times(d).plus(c);
    Expr q = onGrid(slope, single ? 0x1.8p12 : 0x1.8p21);
    Expr whole = h.times(q);
    Expr far = slope.minus(q).plus(h2.times(dLow).plus(cLow)).times(h);
    Expr near = a.minus(h).times(a.plus(h).times(a).plus(h2).times(D).plus(C));
    Expr rest = far.plus(near);
    Expr v = whole.plus(rest);
    Expr lost = rest.minus(v.minus(whole));
    return new Power(Tail.of(v), lost);
  }

  /** e^−(v + lost), with what the rounding of v lost. */
  private record Power(Tail rounded, Expr lost) {
    Tail whole() {
      return new Tail(rounded.near.minus(rounded.near.times(lost)), rounded.scale);
    }
  }

  static Expr geluTanh(Expr x, DType type) {
    Expr a = notBeyond(x, type == DType.F32 ? 12 : 24);
    Tail t = power(a, type).whole();
    return Expr.where(x.lt(0), t.times(a).neg(), x).div(t.value().plus(1));
  }

  /**
   * At −a: t/(1 + t)²·(1 + t − a·v′) with t = e^−v; about its zero the bracket is w(C + 3D·s) + t₀(e^(w(C + D·s)) − 1)
   * with w = a₀ − a, s = a² + a·a₀ + a₀².
   */
  static Expr geluTanhSlope(Expr x, DType type) {
    Expr a = notBeyond(x, type == DType.F32 ? 12 : 24);
    Power power = power(a, type);
    Tail t = power.rounded();
    double zero = TANH_ZERO + TANH_ZERO_LOW;
    Expr w = Expr.constant(TANH_ZERO).minus(a).plus(TANH_ZERO_LOW);
    Expr s = a.plus(zero).times(a);
    Expr slope = s.times(3 * D).plus(C + 3 * D * zero * zero).times(w);
    Expr near = slope.plus(s.times(D).plus(C + D * zero * zero).times(w).expm1().times(TANH_ZERO_EXP));
    Expr far = t.value().plus(1).minus(a.squared().times(3 * D).plus(C).times(a));
    Expr bracket = Expr.where(w.gt(-2).and(w.lt(0.35)), near, far);
    // 1/(1 + lost) in the divisor costs no rounding; in the bracket it does not show.
    return mirrored(x, t.times(bracket).div(t.value().plus(2).times(t.value()).plus(power.lost()).plus(1)));
  }

  // ---- pieces
  // --------------------------------------------------------------------------------------------------------

  /** f′(x) from its tail at −|x|. */
  static Expr mirrored(Expr x, Expr tail) {
    return Expr.where(x.lt(0), tail, Expr.constant(1).minus(tail));
  }

  /** (1 + t)² with fewer roundings of 1 + t. */
  private static Expr onePlusSquared(Expr t) {
    return t.plus(2).times(t).plus(1);
  }

  /** To a multiple of what the last bit of {@code anchor} is worth; for 0 ≤ a &lt; anchor/3. */
  static Expr onGrid(Expr a, double anchor) {
    return a.plus(anchor).minus(anchor);
  }

  /** |x|, at most {@code limit}; NaN stays NaN. */
  static Expr notBeyond(Expr x, double limit) {
    Expr a = x.abs();
    return Expr.where(a.gt(limit), limit, a);
  }

  private static Expr notBeyond(Expr x) {
    return notBeyond(x, FAR);
  }

  private static Expr notBelow(Expr x) {
    return Expr.where(x.lt(-FAR), -FAR, x);
  }

  /** e^−a = near·scale, for a ≥ 0: near is e^−a as long as that is far from being subnormal, then e^(c−a). */
  record Tail(Expr near, Expr scale) {
    static Tail of(Expr a) {
      Condition far = a.gt(80);
      return new Tail(Expr.where(far, SHIFT, Expr.constant(0)).minus(a).exp(), Expr.where(far, Math.exp(-SHIFT), 1));
    }

    Expr value() {
      return near.times(scale);
    }

    Expr times(Expr e) {
      return e.times(near).times(scale);
    }

    Tail dividedBy(Expr e) {
      return new Tail(near.div(e), scale);
    }
  }
}
