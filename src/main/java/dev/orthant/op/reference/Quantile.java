package dev.orthant.op.reference;

import dev.orthant.expr.NormalQuantile;

/**
 * The standard normal quantile Φ⁻¹ in F32 and F64 with the same bits on every device: only sums, products, comparisons
 * and integer operations, each rounded on its own (no division or root in F32, no logarithm, which devices round
 * differently; no fused multiply-add). {@code kernels/random.cl} has the same operations in the same order: change
 * both.
 *
 * <p>With w = −log₂(4p(1 − p)) the quotient Φ⁻¹(p)/(p − ½) is smooth in w (the idea of M. B. Giles, Approximating the
 * erfinv function, GPU Computing Gems 2, 2011); the two polynomials are own minimax fits. At the 2²⁴ points p = (k +
 * ½)·2⁻²⁴ the error is below 7·10⁻⁷.
 *
 * <p>In F64, where devices round quotients and roots alike as well, it is {@link NormalQuantile} with a logarithm of
 * our own: log m·2ᵉ = e·log 2 + 2·artanh((m − 1)/(m + 1)) for m between √½ and √2, the series to its eleventh term. The
 * relative error is below 10⁻¹⁵.
 */
public final class Quantile {
  /** The float bits of √½. */
  private static final int HALF_ROOT = 0x3f3504f3;
  /** The double bits of √½. */
  private static final long HALF_ROOT_F64 = 0x3fe6a09e667f3bcdL;
  private static final double LOG_2 = 0x1.62e42fefa39efp-1;
  /** Where one polynomial ends and the other begins: |z| ≈ 2.7. */
  private static final float SPLIT = 7;

  private Quantile() {}

  /**
   * Φ⁻¹(½ + q).
   *
   * @param q between −½ and ½
   * @param tail ½ − |q|, positive
   */
  public static float normal(float q, float tail) {
    float s = 4 * tail * (1 - tail);
    int bits = Float.floatToRawIntBits(s);
    int exponent = (bits - HALF_ROOT) >> 23;
    float t = Float.intBitsToFloat(bits - (exponent << 23)) - 1;
    float w = -(exponent + t * log2(t));
    return w < SPLIT ? q * middle(w - 3.5f) : q * outer(w - 15);
  }

  /** log₂(1 + t)/t for 1 + t between √½ and √2. */
  private static float log2(float t) {
    float sum = 0x1.00dfb4p-3f;
    sum = sum * t - 0x1.aeac4cp-3f;
    sum = sum * t + 0x1.bd2a70p-3f;
    sum = sum * t - 0x1.e87dd2p-3f;
    sum = sum * t + 0x1.269002p-2f;
    sum = sum * t - 0x1.7160e2p-2f;
    sum = sum * t + 0x1.ec76eep-2f;
    sum = sum * t - 0x1.71546ap-1f;
    return sum * t + 0x1.715474p+0f;
  }

  /** z/q for w = v + 3.5 below 7. */
  private static float middle(float v) {
    float sum = -0x1.f8ab58p-31f;
    sum = sum * v + 0x1.24fd6ep-28f;
    sum = sum * v + 0x1.a50022p-24f;
    sum = sum * v - 0x1.36e088p-20f;
    sum = sum * v - 0x1.99e96ep-20f;
    sum = sum * v + 0x1.2d0b02p-13f;
    sum = sum * v - 0x1.455872p-10f;
    sum = sum * v - 0x1.5aa06ap-8f;
    sum = sum * v + 0x1.f058a2p-2f;
    return sum * v + 0x1.0c7a16p+2f;
  }

  /** z/q for w = v + 15 from 7 to 23. */
  private static float outer(float v) {
    float sum = -0x1.2f401cp-38f;
    sum = sum * v + 0x1.63a94ap-34f;
    sum = sum * v - 0x1.0d6128p-31f;
    sum = sum * v - 0x1.045628p-30f;
    sum = sum * v + 0x1.2ae4a0p-23f;
    sum = sum * v - 0x1.52f32ep-18f;
    sum = sum * v + 0x1.396f2ep-13f;
    sum = sum * v - 0x1.419658p-8f;
    sum = sum * v + 0x1.38d9fcp-2f;
    return sum * v + 0x1.14cc88p+3f;
  }

  /**
   * Φ⁻¹(½ + q).
   *
   * @param q between −½ and ½
   * @param tail ½ − |q|, positive
   */
  public static double normal(double q, double tail) {
    if (Math.abs(q) <= NormalQuantile.MIDDLE_END) {
      return q * NormalQuantile.MIDDLE.at(NormalQuantile.MIDDLE_SHIFT - q * q);
    }
    double r = Math.sqrt(-log(tail));
    double size = r <= NormalQuantile.TAIL_END ? NormalQuantile.TAIL.at(r - NormalQuantile.TAIL_SHIFT)
        : NormalQuantile.FAR_TAIL.at(r - NormalQuantile.TAIL_END);
    return q < 0 ? -size : size;
  }

  /** The logarithm of a normal positive number. */
  private static double log(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) ((bits - HALF_ROOT_F64) >> 52);
    double m = Double.longBitsToDouble(bits - ((long) exponent << 52));
    double s = (m - 1) / (m + 1);
    double square = s * s;
    double sum = 1.0 / 21;
    for (int odd = 19; odd > 0; odd -= 2) {
      sum = sum * square + 1.0 / odd;
    }
    return exponent * LOG_2 + 2 * s * sum;
  }
}
