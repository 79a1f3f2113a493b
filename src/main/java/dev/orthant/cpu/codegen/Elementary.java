package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;

/**
 * Elementary functions as operations that IEEE 754 rounds correctly, so that their bits are the same wherever they run:
 * vector or scalar, interpreted or compiled. All are right at ±0, ±∞ and NaN; errors stay well below
 * {@code Function.ulps()}.
 *
 * <p>Coefficients are own minimax fits (Lawson's iteration on Chebyshev nodes in extended precision, relative error
 * below 2·10⁻⁸). Reductions: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980; the exponent
 * arithmetic of the logarithms follows N. Juffa's public-domain logf and log1pf.
 */
final class Elementary {
  /** 1.5·2²³: added to a float below 2²², it leaves the nearest integer in the last bits of the sum. */
  private static final double ROUNDER = 0x1.8p23;
  private static final long ROUNDER_BITS = 0x4b400000L;
  private static final double LN2 = Math.log(2);
  /** Short, so that x − n·HIGH is exact. */
  private static final double LN2_HIGH = 0x1.62e4p-1;
  private static final double LN2_LOW = LN2 - LN2_HIGH;
  /** (e^r − 1 − r)/r² on |r| ≤ ln(2)/2. */
  private static final double[] EXP_TAIL =
      {0.5, 0.16666537523269653, 0.041666265577077866, 0.008367246948182583, 0.0013947595143690705};
  /** (log(1 + f) − f + f²/2)/f³ on [−1/4, 1/2]. */
  private static final double[] LOG_TAIL = {0.33333340287208557, -0.2500016391277313, 0.19999605417251587,
      -0.16655296087265015, 0.14276240766048431, -0.12727785110473633, 0.11700654029846191, -0.09116142243146896,
      0.037672463804483414};
  /** (tanh(x)/x − 1)/x² by x², below {@link #TANH_NEAR}. */
  private static final double[] TANH_SMALL = {-0.33333298563957214, 0.13331936299800873, -0.05378471687436104,
      0.02079862542450428, -0.005897966679185629};
  private static final double TANH_NEAR = 0.6;
  /** From here on tanh rounds to 1. */
  private static final double TANH_ONE = 9.02;
  /** erf(x)/x − 1 by x², below {@link #ERF_NEAR}. */
  private static final double[] ERF_SMALL = {0.12837916612625122, -0.37612608075141907, 0.11283162236213684,
      -0.026822242885828018, 0.005086865741759539, -0.0006542250048369169};
  private static final double ERF_NEAR = 0.8;
  /** log(1 − erf(x)) from there on. */
  private static final double[] ERF_LARGE = {-5.68487448617816e-05, -1.1282713413238525, -0.6361421346664429,
      -0.10487640649080276, 0.02269742265343666, -0.0031649197917431593, 0.00020870522712357342};
  /** From here on erf rounds to 1. */
  private static final double ERF_ONE = 3.93;

  private final LoopIr d;
  private final boolean f64;

  /** Writes into {@code dag} for the compute type F32 or F64; functions named …F32 are for F32 only. */
  Elementary(LoopIr dag, DType compute) {
    this.d = dag;
    this.f64 = compute == DType.F64;
  }

  /** |magnitude| with the sign of {@code sign}. */
  int copySign(int magnitude, int sign) {
    long mask = f64 ? Long.MIN_VALUE : 0x80000000L;
    return d.real(d.or(d.bits(d.abs(magnitude)), d.and(d.bits(sign), mask)));
  }

  /** To the nearest integer, ties to even; beyond 2^(p−1) every number is whole. */
  int rint(int x) {
    int limit = d.constant(f64 ? 0x1p52 : 0x1p23);
    int magnitude = d.abs(x);
    int rounded = copySign(d.sub(d.add(magnitude, limit), limit), x);
    return d.select(d.lt(magnitude, limit), rounded, x);
  }

  int floor(int x) {
    int r = rint(x);
    return d.select(d.lt(x, r), d.sub(r, d.constant(1)), r);
  }

  int ceil(int x) {
    int r = rint(x);
    return copySign(d.select(d.lt(r, x), d.add(r, d.constant(1)), r), x);
  }

  int trunc(int x) {
    return copySign(floor(d.abs(x)), x);
  }

  /** x limited to [lo, hi]; NaN stays NaN. */
  private int clamp(int x, double lo, double hi) {
    int a = d.constant(lo);
    int b = d.constant(hi);
    int below = d.select(d.lt(x, a), a, x);
    return d.select(d.lt(b, below), b, below);
  }

  /** x = n·ln 2 + r, |r| ≤ ln(2)/2. */
  private record Reduced(int shifted, int r, int tail) {}

  /** Of a clamped x: the float whose last bits are n, r, and (e^r − 1 − r)/r². */
  private Reduced reduce(int x) {
    int shifted = d.fma(x, d.constant(1 / LN2), d.constant(ROUNDER));
    int n = d.sub(shifted, d.constant(ROUNDER));
    int r = d.fma(n, d.constant(-LN2_LOW), d.fma(n, d.constant(-LN2_HIGH), x));
    return new Reduced(shifted, r, d.polynomial(r, EXP_TAIL));
  }

  /** e^x = 2^n·e^r; 2^n in two factors, so that n may be 128 and results subnormal. What 1 + r loses is added again. */
  int expF32(int x) {
    // Beyond the limits the result rounds to 0 or ∞ by itself.
    Reduced r = reduce(clamp(x, -104, 89));
    int biased = d.plus(d.bits(r.shifted), 256 - ROUNDER_BITS); // n + 256
    int half = d.shr(biased, 1); // ⌊n/2⌋ + 128
    int first = d.real(d.shl(d.plus(half, -1), 23));
    int second = d.real(d.shl(d.plus(d.op(LoopIr.Code.INT_SUB, biased, half), -1), 23));
    int sum = d.add(r.r, d.constant(1));
    int lost = d.sub(r.r, d.sub(sum, d.constant(1)));
    int power = d.add(sum, d.fma(d.mul(r.r, r.r), r.tail, lost));
    return d.mul(d.mul(power, first), second);
  }

  /** e^x − 1 = 2·(2^(n−1)·(e^r − 1) + 2^(n−1) − 1/2). */
  int expm1F32(int x) {
    Reduced r = reduce(clamp(x, -20, 89));
    int power = d.real(d.shl(d.plus(d.bits(r.shifted), 126 - ROUNDER_BITS), 23));
    int part = d.fma(d.mul(r.r, r.r), r.tail, r.r); // e^r − 1
    int half = d.fma(power, part, d.sub(power, d.constant(0.5)));
    return copySign(d.add(half, half), x);
  }

  /** The exponent bits e·2²³ (e ≥ −127) of x = 2^e·m with m in [3/4, 3/2), in place. */
  private int exponentBits(int x) {
    return d.and(d.plus(d.bits(x), -0x3f400000L), 0xff800000L);
  }

  /** e·ln 2 + log(1 + f). */
  private int logSum(int exponentBits, int adjust, int f) {
    int digits = d.shr(d.plus(exponentBits, 128L << 23), 23); // e + 128
    int e = d.sub(d.real(d.plus(digits, ROUNDER_BITS)), d.constant(ROUNDER + 128));
    int exponent = adjust == LoopIr.NONE ? e : d.add(e, adjust);
    int u = d.fma(f, d.polynomial(f, LOG_TAIL), d.constant(-0.5));
    return d.fma(exponent, d.constant(LN2), d.fma(d.mul(f, f), u, f));
  }

  int logF32(int x) {
    int tiny = d.lt(x, d.constant(DType.F32.minNormal()));
    int scaled = d.select(tiny, d.mul(x, d.constant(0x1p23)), x);
    int bits = exponentBits(scaled);
    int m = d.real(d.op(LoopIr.Code.INT_SUB, d.bits(scaled), bits));
    int sum = logSum(bits, d.select(tiny, d.constant(-23), d.constant(0)), d.sub(m, d.constant(1)));
    return logLimits(sum, x, d.constant(0));
  }

  /** log(1 + x) by the exponent of 1 + x, whose rounding does not matter: f = x·2^−e + (2^−e − 1) has one rounding. */
  int log1pF32(int x) {
    int one = d.constant(1);
    int bits = exponentBits(d.add(x, one));
    int four = d.real(d.op(LoopIr.Code.INT_SUB, d.integer(0x40800000L), bits)); // 2^(2−e) is normal, 2^−e need not be
    int scaled = d.real(d.op(LoopIr.Code.INT_SUB, d.bits(x), bits));
    int f = d.add(scaled, d.fma(four, d.constant(0.25), d.constant(-1)));
    return copySign(logLimits(logSum(bits, LoopIr.NONE, f), x, d.constant(-1)), x);
  }

  /** −∞ at the pole, NaN below it, x itself when that is ∞ or NaN. */
  private int logLimits(int result, int x, int pole) {
    int finite = d.select(d.lt(x, d.constant(Double.POSITIVE_INFINITY)), result, x);
    int outside = d.select(d.lt(x, pole), d.constant(Double.NaN), d.constant(Double.NEGATIVE_INFINITY));
    return d.select(d.le(x, pole), outside, finite);
  }

  /** x + x·(x²·P(x²)), and from {@link #TANH_NEAR} on 1 − 2/(e^2|x| + 1). */
  int tanhF32(int x) {
    int a = notAbove(d.abs(x), TANH_ONE);
    int power = power(d.add(a, a), d.constant(1));
    int large = d.sub(d.constant(1), d.div(d.constant(2), power));
    int z = d.mul(a, a);
    int small = d.fma(a, d.mul(z, d.polynomial(z, TANH_SMALL)), a);
    return copySign(d.select(d.lt(a, d.constant(TANH_NEAR)), small, large), x);
  }

  /** x + x·P(x²), and from {@link #ERF_NEAR} on 1 − e^Q(|x|). */
  int erfF32(int x) {
    int a = notAbove(d.abs(x), ERF_ONE);
    int large = d.op(LoopIr.Code.NEG, power(d.polynomial(a, ERF_LARGE), d.constant(-1)));
    int small = d.fma(a, d.polynomial(d.mul(a, a), ERF_SMALL), a);
    return copySign(d.select(d.lt(a, d.constant(ERF_NEAR)), small, large), x);
  }

  private int notAbove(int a, double limit) {
    int l = d.constant(limit);
    return d.select(d.lt(l, a), l, a);
  }

  /** e^x + c, of which only the absolute error counts; |x| ≤ 20. */
  private int power(int x, int c) {
    Reduced r = reduce(x);
    int power = d.real(d.shl(d.plus(d.bits(r.shifted), 127 - ROUNDER_BITS), 23));
    int part = d.fma(d.mul(r.r, r.r), r.tail, r.r);
    return d.fma(power, part, d.add(power, c));
  }
}
