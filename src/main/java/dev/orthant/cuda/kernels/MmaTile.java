package dev.orthant.cuda.kernels;

import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import java.util.List;
import java.util.Optional;

/**
 * How {@code mma_gemm.cu} cuts a product: a group of {@code warpsM}×{@code warpsN} warps makes {@code m}×{@code n}
 * outputs at a time from slices of 64 bytes of depth, of which {@code stages} are in shared memory.
 *
 * @param blocks how many groups a multiprocessor should hold, which bounds the registers of each
 */
record MmaTile(int m, int n, int warpsM, int warpsN, int stages, int blocks) {
  /** Bytes of depth in a slice. */
  static final int SLICE = 64;

  private static final int WARP = 32;
  private static final int STAGES = 4;
  /** What is smaller is not worth the matrix units, or is bound by memory anyway. */
  private static final int MIN_EXTENT = 16;
  private static final double MIN_PRODUCTS = 64 * 64 * 32;

  // The first that suits the product and fits the device is taken. Blocks and warps were chosen so that no registers
  // spill.
  private static final List<MmaTile> HALVES = List.of(new MmaTile(128, 128, 2, 2, STAGES, 2),
      new MmaTile(128, 64, 2, 2, STAGES, 3), new MmaTile(64, 64, 2, 2, STAGES, 3));
  private static final List<MmaTile> FLOATS = List.of(new MmaTile(128, 128, 2, 4, STAGES, 1),
      new MmaTile(128, 64, 2, 2, STAGES, 2), new MmaTile(64, 64, 2, 2, STAGES, 3));

  /** The tile for {@code batch} products of m×k by k×n; empty when matrix units are not for them. */
  static Optional<MmaTile> choose(GpuLimits limits, MmaOperand operand, long m, long n, long k, long batch) {
    if (m < MIN_EXTENT || n < MIN_EXTENT || (double) m * n * k < MIN_PRODUCTS) {
      return Optional.empty();
    }
    List<MmaTile> tiles = operand.size() == 2 ? HALVES : FLOATS;
    return tiles.stream().filter(t -> t.sharedBytes() <= limits.dynamicSharedBytes())
        .filter(t -> t.equals(tiles.getLast()) || (t.isFilled(m, n) && t.tiles(m, n, batch) >= limits.units()))
        .findFirst();
  }

  private boolean isFilled(long rows, long cols) {
    return rows > m / 2 && cols > n / 2;
  }

  private long tiles(long rows, long cols, long batch) {
    return Math.multiplyExact(batch, Math.multiplyExact(Math.ceilDiv(rows, m), Math.ceilDiv(cols, n)));
  }

  /** The slices, or the sums that take their place. */
  int sharedBytes() {
    return Math.max(stages * SLICE * (m + n), m * n * Float.BYTES);
  }

  /** Tells the kernel; returns the grid for {@code batch} products. */
  Grid define(KernelSource source, KernelParameters parameters, MmaOperand operand, long rows, long cols, long depth,
      long batch, GpuLimits limits) {
    source.define("DEEP", operand.isDeep(depth));
    source.define("OPERAND", operand.label());
    source.define("OPERAND_SIZE", operand.size());
    source.define("TILE_M", m);
    source.define("TILE_N", n);
    source.define("WARPS_M", warpsM);
    source.define("WARPS_N", warpsN);
    source.define("STAGES", stages);
    source.define("BLOCKS", blocks);
    long tiles = tiles(rows, cols, batch);
    parameters.index("rows", rows);
    parameters.index("cols", cols);
    parameters.index("tiles", tiles);
    parameters.index("tilesM", Math.ceilDiv(rows, m));
    parameters.index("tilesN", Math.ceilDiv(cols, n));
    return new Grid(Math.min(tiles, limits.groups()), WARP * warpsM * warpsN, sharedBytes(), 1);
  }

  @Override
  public String toString() {
    return "tile " + m + "x" + n;
  }
}
