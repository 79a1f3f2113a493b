package dev.orthant.gpu;

import java.util.List;

/**
 * How a product is cut: a group of work-items makes {@code m}×{@code n} outputs at a time from slices of depth {@code k}, each item
 * {@code itemM}×{@code itemN} of them.
 *
 * @param serial whether one item does it all, with vectors ({@code gemm_serial.cl}); {@code itemN} is then the compiler's business
 */
record Tile(int m, int n, int k, int itemM, int itemN, boolean serial) {
  // Ordered by preference: the first that gives every unit of the device a group and fits its limits is taken.
  private static final List<Tile> PARALLEL = List.of(parallel(128, 128, 16, 8, 8), parallel(64, 64, 16, 4, 4),
      parallel(32, 32, 32, 2, 2), parallel(16, 16, 16, 1, 1), parallel(8, 8, 8, 1, 1));
  private static final Tile FLAT = parallel(8, 32, 32, 1, 1);
  private static final Tile TALL = parallel(32, 8, 32, 1, 1);
  private static final int SKINNY = 8;

  private static Tile parallel(int m, int n, int k, int itemM, int itemN) {
    return new Tile(m, n, k, itemM, itemN, false);
  }

  /** The one place that chooses: the tile for {@code batch} products with m rows and n columns. */
  static Tile choose(GpuLimits limits, long m, long n, long batch, int realSize) {
    if (limits.cpuLike()) {
      return serial(limits, m, n, realSize);
    }
    Tile skinny = m <= SKINNY ? FLAT : TALL;
    if ((m <= SKINNY || n <= SKINNY) && skinny.fits(limits, realSize)) {
      return skinny;
    }
    Tile smallest = null;
    for (Tile t : PARALLEL) {
      if (t.fits(limits, realSize)) {
        if (t.tiles(m, n) * (double) batch >= 2.0 * limits.units()) {
          return t;
        }
        // Fewer outputs to a group also mean more traffic: below 32×32 only when nothing larger fits.
        smallest = smallest == null || t.m >= 32 ? t : smallest;
      }
    }
    return smallest == null ? serial(limits, m, n, realSize) : smallest;
  }

  /** Panels that fit the second-level cache of one core, and not much larger than the product. Few sizes: each is a program. */
  private static Tile serial(GpuLimits limits, long m, long n, int realSize) {
    int itemM = m >= 5 ? 6 : m >= 3 ? 4 : Math.clamp(m, 1, 2);
    int itemN = 64 / realSize;
    boolean small = m <= 4L * itemM && n <= 4L * itemN;
    for (int blocks = small ? 4 : 16; blocks > 1; blocks /= 2) {
      Tile t = new Tile(blocks * itemM, blocks * itemN, 128, itemM, itemN, true);
      if (t.fits(limits, realSize)) {
        return t;
      }
    }
    return new Tile(itemM, itemN, 8, itemM, itemN, true);
  }

  private boolean fits(GpuLimits limits, int realSize) {
    return items() <= limits.groupItems() && sharedBytes(realSize) <= limits.sharedBytes();
  }

  int items() {
    return serial ? 1 : m / itemM * (n / itemN);
  }

  long sharedBytes(int realSize) {
    return serial ? realSize * ((long) m * k + (long) n * k + (long) m * n) : realSize * (long) k * (m + 4 + n + 4);
  }

  private long tilesM(long rows) {
    return (rows + m - 1) / m;
  }

  private long tilesN(long cols) {
    return (cols + n - 1) / n;
  }

  private double tiles(long rows, long cols) {
    return (double) tilesM(rows) * tilesN(cols);
  }

  /** Adds the extents that the loop needs; returns the number of tiles in all. */
  long parameters(Parameters parameters, long rows, long cols, long batch) {
    long tilesM = tilesM(rows);
    long tilesN = tilesN(cols);
    long tiles = Math.multiplyExact(batch, Math.multiplyExact(tilesM, tilesN));
    parameters.index("rows", rows);
    parameters.index("cols", cols);
    parameters.index("tiles", tiles);
    parameters.index("tilesM", tilesM);
    parameters.index("tilesN", tilesN);
    return tiles;
  }

  /** The kernel file with the loop. */
  String file() {
    return serial ? "gemm_serial.cl" : "gemm.cl";
  }

  void define(KernelSource source) {
    source.define("TILE_M", m);
    source.define("TILE_N", n);
    source.define("TILE_K", k);
    source.define("ITEM_M", itemM);
    if (!serial) {
      source.define("ITEM_N", itemN);
    }
  }
}
