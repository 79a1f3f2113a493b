package dev.orthant.cpu.gemm;

/**
 * What happens to finished sums while they are still in L1: scale, bias, residual, activation, conversion, store.
 * Called once for each element of the result, by several threads at once on disjoint tiles.
 */
@FunctionalInterface
public interface TileEpilogue {
  /**
   * Takes over one tile of finished sums.
   *
   * @param acc address of the sums, in the compute type; element (i, j) at {@code acc + i·accStride + j·size}. Scratch
   *     memory: may be overwritten, valid during the call only
   * @param accStride bytes from one row of sums to the next
   * @param row row of the result that the first sum belongs to
   * @param col its column
   * @param rows rows in the tile, at least 1
   * @param cols columns in the tile, at least 1: mostly {@link RegisterTile#nr()}, but a single row may have any number
   */
  void apply(long acc, long accStride, long row, long col, int rows, int cols);
}
