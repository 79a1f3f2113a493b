package dev.orthant.cpu.gemm;

/**
 * One operand of a matrix product, as the thing that can pack it. A and B look alike from here: A is indexed (i, k) by
 * rows of the result, B is indexed (j, k) by columns. Transposed, half-width and implicit (im2col) operands are
 * packers, so the product knows one layout only.
 */
public interface PanelPacker {
  /**
   * Writes {@code ceil(count / width)} panels to {@code to}, in the compute type. Element (first + i, k0 + p) goes to
   * {@code ((i / width)·kPadded + p)·width + i % width}; whatever has i ≥ count or p ≥ k is zero.
   *
   * @param first first row of A, or first column of B
   * @param count how many of them
   * @param k0 start of the k-block
   * @param k its depth
   * @param kPadded depth of a panel, ≥ {@code k}
   * @param width panel width: {@link RegisterTile#mr()} for A, {@link RegisterTile#nr()} for B
   * @param to address of the first panel
   */
  void pack(long first, int count, long k0, int k, int kPadded, int width, long to);
}
