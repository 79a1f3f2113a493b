package dev.orthant.op;

import dev.orthant.core.DType;

/**
 * How many numbers are added up, on every device: in blocks of at most {@link #block} terms, each one number after
 * another (or better), whose sums a tree combines (or something better: compensated, or in a wider type). So a sum of n
 * terms is off by at most γ(steps(n))·Σ|terms|, with γ(m) = mu/(1 − mu) and steps(n) = b + ⌈log₂(n/b)⌉ beyond a block
 * b, rather than by γ(n) (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., §4.2; P. Blanchard, N.
 * J. Higham, T. Mary, A class of fast and accurate summation algorithms, SIAM J. Sci. Comput. 42(3), 2020). A longer
 * run in a single chain is a fault: 10⁶ times 0.1 in F32 gives 100958 for 100000.
 */
public enum Summation {
  /** Products of ordinary arithmetic: matrix products, matrix times vector, convolutions, their gradients. */
  DOT(1 << 10),
  /**
   * Products that matrix units may take: F16 and BF16 operands, F32 ones with {@link MathMode#TF32} or
   * {@link MathMode#TF32X3}.
   */
  MATRIX_UNIT(1 << 14),
  /**
   * All else: reductions along any axis, statistics of norms, bias gradients, running sums, scatter-add, pooling and
   * its gradient.
   */
  SUM(1 << 8);

  private final long block;

  Summation(long block) {
    this.block = block;
  }

  /** How the products of a contraction are added up, whose operands have this type. */
  public static Summation of(DType operands, MathMode math) {
    boolean ordinary = operands == DType.F64 || (operands == DType.F32 && math == MathMode.IEEE);
    return ordinary ? DOT : MATRIX_UNIT;
  }

  /** The most terms that may be added one after another. */
  public long block() {
    return block;
  }

  /** The most roundings between a term and the sum: {@code terms} within a block, else b + ⌈log₂(terms/b)⌉. */
  public long steps(long terms) {
    if (terms <= block) {
      return terms;
    }
    long blocks = (terms - 1) / block + 1;
    return block + Long.SIZE - Long.numberOfLeadingZeros(blocks - 1);
  }
}
