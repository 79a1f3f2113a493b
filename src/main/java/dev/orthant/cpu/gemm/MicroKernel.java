package dev.orthant.cpu.gemm;

/**
 * The innermost loop of a matrix product: one panel of B against a stack of row panels of A.
 *
 * <p>For {@code rows} rows and {@link RegisterTile#nr()} columns it computes
 * {@code c[i][j] = Σ_p a[i][p]·b[p][j]}, adding with one fused multiply-add per {@code p} in rising order;
 * so the bits of a result depend on nothing but the operands and the order of {@code k}.
 */
public interface MicroKernel {
  /**
   * Multiplies and stores.
   *
   * @param rows rows to compute, any number ≥ 0; A holds {@code ceil(rows / mr)} panels
   * @param k depth; a multiple of {@link RegisterTile#UNROLL}
   * @param a packed panels: element (i, p) at {@code ((i / mr)·k + p)·mr + i % mr} elements
   * @param b one packed panel: element (p, j) at {@code p·nr + j} elements
   * @param c where the sums go: row i at {@code c + i·cStride} bytes
   */
  void panel(int rows, int k, long a, long b, long c, long cStride);
}
