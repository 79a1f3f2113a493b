package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * The normal distribution: Φ(x), erfc(x), GELU and its slope, off by a few units in the last place however far out. All
 * are made of two smooth functions of a = |x|, each a polynomial in t = (a − 4)/(a + 4), and of e^(−a²/2):
 *
 * <pre>R(a) = e^(a²/2)·Φ(−a),   S(a) = (R(a) − a/√(2π))/(a₀ − a) with a₀ the zero of GELU's slope at −a</pre>
 *
 * <p>a² is not rounded: with h the multiple of 1/256 next to a it is h² + (a − h)(a + h), and h² is exact. The
 * coefficients are own fits through Chebyshev points of functions computed with 60 digits; relative error below 7e-8
 * (F32, for a up to 15) and 3e-18 (F64, up to 40). The substitution is that of M. M. Shepherd and J. G. Laframboise,
 * Chebyshev Approximation of (1 + 2x)exp(x²)erfc x, Mathematics of Computation 36 (1981).
 */
final class Normal {
  /** R(a)·(a + 4). */
  private static final double[] R32 = {0.755285138596193, -0.6078965941450818, 0.38713668307040544,
      -0.18652330675776782, 0.06040618551429179, -0.007525402418208545, -0.003520972823986374, 0.0015668816877809047,
      0.00018899651942026397, -0.0001255583856022561};
  private static final double[] S32 = {0.46221124921859214, -0.10336596911341538, 0.06046255857664084,
      -0.02808187305718008, 0.009509891178389638, -0.0017950641530851826, -0.0001773130706687018,
      0.00018892416162262325, 1.7620305424276972e-05};
  private static final double[] R64 = {0.7552851304157515, -0.6078966419718921, 0.3871374007422147,
      -0.18652185795965942, 0.06039657489092838, -0.007540188966659294, -0.00347969236720852, 0.0016308184566302122,
      0.00013334431021535788, -0.00023109492775724412, -1.9082430396332306e-06, 3.51446520755692e-05,
      7.165976930568277e-07, -5.920078054703549e-06, -6.294985912958007e-07, 1.02139357367864e-06,
      2.714342262065266e-07, -1.548194176687571e-07, -8.497331815608801e-08, 1.3242017277604494e-08,
      1.9324197202483575e-08, 1.8806081961039198e-09, -2.4285968455796708e-09, -7.021684582417809e-10,
      -5.17586203384346e-12};
  private static final double[] S64 = {0.4622112440495753, -0.10336589852195695, 0.06046293676785132,
      -0.028083359953045693, 0.009504950375084177, -0.0017882605413113294, -0.00015461331258552756,
      0.00018577577568520932, -1.747721654895285e-05, -1.8034946395195356e-05, 3.5389110462733805e-06,
      2.21676814518261e-06, -4.921956103063623e-07, -3.494416301805976e-07, 5.243430578045875e-08,
      6.337020968641337e-08, -7.678677036963215e-10, -1.14419502111834e-08, -1.7671266100033702e-09,
      1.7183191865712365e-09, 5.617499574980276e-10, -1.510211757984069e-10, -7.339092512272825e-11};
  /** a·R(a) from {@link #NEAR} on. */
  private static final double[] Q32 = {0.37764256380941263, 0.07369426881115232, -0.11037944370709285,
      0.10030676002992395, -0.06306637258591734, 0.026439321237984665, -0.005481270160643666, -0.0009702911800683248,
      0.000788166624056504, 1.9074335830137385e-05};
  private static final double[] Q64 = {0.37764256520787576, 0.0736942442219297, -0.11037962061483901,
      0.10030777139127786, -0.063062641534342, 0.026428192962134518, -0.00550994066764865, -0.0009244369554109612,
      0.0008820813946829463, -4.887530688634991e-05, -0.00011650169003422961, 1.661819485673685e-05,
      1.7931238053974528e-05, -2.6017481982667228e-06, -3.277124430653887e-06, 1.962462806043313e-07,
      6.522128549623216e-07, 5.691770730874537e-08, -1.29006780826954e-07, -3.277947893366502e-08,
      2.4653590123962615e-08, 7.14756178324844e-09, -3.958930341745302e-09};
  /** a₀ in two parts, the first short. */
  private static final double ZERO = 0.7517910003662109;
  private static final double ZERO_LOW = 5.243273535199579e-07;

  /** Below this Taylor's series are used. */
  private static final double NEAR = 0.75;

  private Normal() {}

  /** e^(−c·a²). */
  private record Bell(Logistic.Tail tail) {
    static Bell of(Expr a, double c, DType type) {
      boolean single = type == DType.F32;
      Expr h = Logistic.onGrid(a, single ? 0x1.8p15 : 0x1.8p44);
      Expr small = a.minus(h).times(a.plus(h)).times(-c);
      // Below 2^−4: four terms are enough for F32.
      Expr rest = single ? GammaFunctions.polynomial(small, 1, 1 / 2.0, 1 / 6.0, 1 / 24.0).times(small) : small.expm1();
      Logistic.Tail tail = Logistic.Tail.of(h.squared().times(c));
      return new Bell(new Logistic.Tail(tail.near().plus(tail.near().times(rest)), tail.scale()));
    }

    Expr times(Expr e) {
      return tail.times(e);
    }
  }

  /** From here on the tail is 0. */
  private static double end(DType type) {
    return type == DType.F32 ? 15 : 40;
  }

  private static Expr r(Expr a, DType type) {
    Expr t = a.minus(4).div(a.plus(4));
    return GammaFunctions.polynomial(t, type == DType.F32 ? R32 : R64).div(a.plus(4));
  }

  /** Φ(−a), near 0 where fewer roundings will do: ½ − a·P(a²). */
  private static Expr near(Expr a, DType type) {
    return Expr.constant(0.5).minus(a.times(GammaFunctions.polynomial(a.squared(), series(type))));
  }

  /** P: Taylor's series of (Φ(a) − ½)/a by a², the k-th coefficient (−½)^k/(k!·(2k + 1)·√(2π)). */
  private static double[] series(DType type) {
    double[] p = new double[type == DType.F32 ? 8 : 15];
    double term = 1 / Math.sqrt(2 * Math.PI);
    for (int k = 0; k < p.length; k++) {
      p[k] = term / (2 * k + 1);
      term *= -0.5 / (k + 1);
    }
    return p;
  }

  /** Φ(x): a tail, or 1 less a tail. */
  static Expr distribution(Expr x, DType type) {
    Expr a = Logistic.notBeyond(x, end(type));
    return Logistic.mirrored(x, Expr.where(a.lt(NEAR), near(a, type), Bell.of(a, 0.5, type).times(r(a, type))));
  }

  /** e^(−x²/2)/√(2π). */
  static Expr density(Expr x, DType type) {
    return Bell.of(Logistic.notBeyond(x, end(type)), 0.5, type).times(Expr.constant(1 / Math.sqrt(2 * Math.PI)));
  }

  /** e^(−x²). */
  static Expr gaussian(Expr x, DType type) {
    return Bell.of(Logistic.notBeyond(x, end(type) / Math.sqrt(2)), 1, type).times(Expr.constant(1));
  }

  /** erfc(x) = 2Φ(−x√2). */
  static Expr complement(Expr x, DType type) {
    Expr a = Logistic.notBeyond(x, end(type) / Math.sqrt(2));
    Expr tail = Bell.of(a, 1, type).times(r(a.times(Math.sqrt(2)), type).times(2));
    return Expr.where(x.lt(0), Expr.constant(2).minus(tail), tail);
  }

  /** x·Φ(x): −a·Φ(−a), or x less that. */
  static Expr gelu(Expr x, DType type) {
    Expr a = Logistic.notBeyond(x, end(type));
    Expr q = GammaFunctions.polynomial(a.minus(4).div(a.plus(4)), type == DType.F32 ? Q32 : Q64);
    Expr tail = Expr.where(a.lt(NEAR), near(a, type).times(a), Bell.of(a, 0.5, type).times(q));
    return Expr.where(x.lt(0), tail.neg(), x.minus(tail));
  }

  /** Φ(x) + x·φ(x): at −a the product e^(−a²/2)·S(a)·(a₀ − a). */
  static Expr geluSlope(Expr x, DType type) {
    Expr a = Logistic.notBeyond(x, end(type));
    Expr t = a.minus(4).div(a.plus(4));
    Expr s = GammaFunctions.polynomial(t, type == DType.F32 ? S32 : S64);
    // ZERO − a is exact near the zero; elsewhere it would be a second rounding.
    Expr w =
        Expr.where(a.lt(1.5), Expr.constant(ZERO).minus(a).plus(ZERO_LOW), Expr.constant(ZERO + ZERO_LOW).minus(a));
    return Logistic.mirrored(x, Bell.of(a, 0.5, type).times(w.times(s)));
  }
}
