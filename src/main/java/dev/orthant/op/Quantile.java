package dev.orthant.op;

/**
 * The standard normal quantile Φ⁻¹ in F32 with the same bits on every device: only sums, products, comparisons and integer operations, each
 * rounded on its own (no division, root or logarithm, which devices round differently; no fused multiply-add). {@code kernels/random.cl}
 * has the same operations in the same order: change both.
 *
 * <p>With w = −log₂(4p(1 − p)) the quotient Φ⁻¹(p)/(p − ½) is smooth in w (the idea of M. B. Giles, Approximating the erfinv function, GPU
 * Computing Gems 2, 2011); the two polynomials are own minimax fits. At the 2²⁴ points p = (k + ½)·2⁻²⁴ the error is below 7·10⁻⁷.
 */
final class Quantile {
  /** The float bits of √½. */
  private static final int HALF_ROOT = 0x3f3504f3;
  /** Where one polynomial ends and the other begins: |z| ≈ 2.7. */
  private static final float SPLIT = 7;

  private Quantile() {}

  /**
   * Φ⁻¹(½ + q).
   *
   * @param q between −½ and ½
   * @param tail ½ − |q|, positive
   */
  static float normal(float q, float tail) {
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
}
