package dev.orthant.bounds;

import dev.orthant.core.DType;
import dev.orthant.expr.Interval;
import dev.orthant.op.MathMode;
import dev.orthant.op.Summation;
import dev.orthant.op.reference.CompensatedSum;

/**
 * A sum of products with the bound of its error, whoever computes it: one multiply-add after another, or matrix units.
 *
 * <p><b>Summing.</b> F32 and F64 products (IEEE) lose the unit roundoff u at each of k steps: γ(k)·Σ|a||b|, u = 2^-24
 * or 2^-53. A matrix unit multiplies exactly (operands of at most 11 significant bits) and adds a block of b products
 * to the accumulator at once: addends are aligned to the largest and cut, not rounded, below its 24 bits, and the sum
 * is cut once more when it is normalised (M. Fasi, N. J. Higham, M. Mikaitis, S. Pranesh, Numerical behavior of NVIDIA
 * tensor cores, PeerJ Computer Science 7, 2021, e330; P. Blanchard et al., Mixed precision block fused multiply-add,
 * SIAM J. Sci. Comput. 42(3), 2020). The largest addend is not cut, so a block of t products costs at most t + 1 cuts
 * of 2^-23 (the first, whose accumulator is 0, t) relative to the magnitudes met so far; k products in blocks of any
 * size cost at most 2k − 1 of them. Hence γ(k) with u = 2^-22 for operands that matrix units may take; ordinary F32
 * sums, of u = 2^-24, keep to it as well.
 *
 * <p><b>TF32</b> rounds F32 operands to the nearest 11 significant bits first: |â − a| ≤ 2^-11·|a| (what would round to
 * infinity is cut instead, which the same bound covers), or η = 2^-137 where a is subnormal. So |âb̂ − ab| ≤ (2·2^-11 +
 * 2^-22)·|a||b| + η·(|a| + |b|).
 *
 * <p><b>3xTF32</b>: a = h + l + e, with |a − h| ≤ 2^-11·|a|, so |e| ≤ 2^-22·|a| + η. What is left out of ab is l·l' +
 * e·b + (h + l)·e', at most 3·2^-22·(1 + 2^-10)·|a||b| + η·(|a| + |b|), and 3k products are summed.
 */
final class DotBound {
  private static final double CUT = 0x1p-22;
  private static final double HALF_TF32 = 0x1p-11;
  private static final double TINY_TF32 = 0x1p-137;
  /** Makes up for what is of second order. */
  private static final double NEARLY_ONE = 1 + 0x1p-9;

  private final DType compute;
  /** Rounding operands costs this much of each product. */
  private final double relative;
  private final double absolute;
  /** Summing costs this much for each of {@code factor} products that are made of one. */
  private final double unit;
  private final int factor;
  private final Summation summed;
  private final CompensatedSum sum = new CompensatedSum();
  private double magnitude;
  private double rounding;
  private long terms;

  DotBound(DType operands, MathMode math) {
    this.compute = operands.compute();
    boolean full = operands.compute() == operands;
    MathMode mode = operands == DType.F32 ? math : MathMode.IEEE;
    this.relative = switch (mode) {
      case IEEE -> 0;
      case TF32 -> 2 * HALF_TF32 + HALF_TF32 * HALF_TF32;
      case TF32X3 -> 3 * HALF_TF32 * HALF_TF32 * NEARLY_ONE;
    };
    this.absolute = mode == MathMode.IEEE ? 0 : TINY_TF32 * NEARLY_ONE;
    this.unit = full && mode == MathMode.IEEE ? compute.unitRoundoff() : CUT;
    this.summed = Summation.of(operands, math);
    this.factor = mode == MathMode.TF32X3 ? 3 : 1;
  }

  void add(double a, double b) {
    sum.addProduct(a, b);
    double product = Math.abs(a * b);
    magnitude += product;
    if (relative > 0 && a != 0 && b != 0) {
      rounding += relative * product + absolute * (Math.abs(a) + Math.abs(b));
    }
    terms++;
  }

  double sum() {
    return sum.value();
  }

  /** What the sum may lawfully be, before the epilogue. */
  Interval interval() {
    double met = relative > 0 ? magnitude * NEARLY_ONE : magnitude;
    return Interval.around(sum.value(), rounding + Bounds.sumError(compute, unit, summed, factor * terms, met),
        met, compute);
  }
}
