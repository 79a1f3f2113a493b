package dev.orthant.gpu.source;

import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.op.Summation;
import java.util.List;

/**
 * How a product is cut: a group of work-items makes {@code m}×{@code n} outputs at a time from slices of depth
 * {@code k}, each item {@code itemM}×{@code itemN} of them.
 *
 * @param serial whether one item does it all, with vectors ({@code gemm_serial.cl}); {@code itemN} is then the
 * compiler's business
 * @param deep whether the depth is more than may be summed one after another ({@link Summation#DOT}), so that sums of
 * blocks are kept as well
 */
public record GemmTile(int m, int n, int k, int itemM, int itemN, boolean serial, boolean deep) {
  // The first that suits the product and fits the device is taken.
  private static final List<GemmTile> PARALLEL = List.of(parallel(128, 128, 16, 8, 8), parallel(64, 64, 16, 4, 4),
      parallel(32, 32, 32, 2, 2), parallel(16, 16, 16, 1, 1), parallel(8, 8, 8, 1, 1));
  private static final GemmTile FLAT = parallel(8, 32, 32, 1, 1);
  private static final GemmTile TALL = parallel(32, 8, 32, 1, 1);
  private static final int SKINNY = 8;
  /** More sums than this to an item would not stay in registers. */
  private static final int REGISTER_BYTES = 256;

  public GemmTile {
    int items = m / itemM * (n / itemN);
    if (m % itemM != 0 || n % itemN != 0 || (!serial && (m * k % items != 0 || n * k % items != 0))) {
      throw new IllegalArgumentException("a tile of " + m + "x" + n + "x" + k + " does not divide evenly");
    }
  }

  private static GemmTile parallel(int m, int n, int k, int itemM, int itemN) {
    return new GemmTile(m, n, k, itemM, itemN, false, false);
  }

  /**
   * The one place that chooses: the tile for {@code batch} products with m rows and n columns; see {@link #summing}.
   */
  public static GemmTile choose(GpuLimits limits, long m, long n, long batch, int realSize) {
    if (limits.cpuLike()) {
      return serial(limits, m, n, realSize);
    }
    GemmTile skinny = m <= SKINNY ? FLAT : TALL;
    if ((m <= SKINNY || n <= SKINNY) && skinny.fits(limits, realSize)) {
      return skinny;
    }
    for (GemmTile t : PARALLEL) {
      // 32×32 keeps memory busy already; what is smaller is for devices that can do no more.
      boolean suits = t.m <= 32 || (t.isFilled(m, n) && t.tiles(m, n) * batch >= 2.0 * limits.units());
      if (suits && t.fits(limits, realSize)) {
        return t;
      }
    }
    return serial(limits, m, n, realSize);
  }

  /**
   * Panels that fit the second-level cache of one core, and not much larger than the product. Few sizes: each is a
   * program.
   */
  private static GemmTile serial(GpuLimits limits, long m, long n, int realSize) {
    int itemM = m >= 5 ? 6 : m >= 3 ? 4 : Math.clamp(m, 1, 2);
    int itemN = 64 / realSize;
    boolean small = m <= 4L * itemM && n <= 4L * itemN;
    for (int blocks = small ? 4 : 16; blocks > 1; blocks /= 2) {
      GemmTile t = new GemmTile(blocks * itemM, blocks * itemN, 128, itemM, itemN, true, false);
      if (t.fits(limits, realSize)) {
        return t;
      }
    }
    return new GemmTile(itemM, itemN, 8, itemM, itemN, true, false);
  }

  /** The same for sums of {@code depth} products, smaller where the sums of blocks would not fit. */
  public GemmTile summing(long depth, GpuLimits limits, int realSize) {
    // The sums of slices of a serial tile make a chain of their own.
    long block = serial ? (Summation.DOT.block() - k) * k : Summation.DOT.block();
    if (depth <= block) {
      return this;
    }
    GemmTile t = new GemmTile(m, n, k, itemM, itemN, serial, true);
    while (serial && !t.fits(limits, realSize) && t.n > itemN) {
      t = new GemmTile(Math.max(itemM, t.m / 2 / itemM * itemM), t.n / 2 / itemN * itemN, k, itemM, itemN, true, true);
    }
    return t;
  }

  /** Whether more than half of a tile is used along each side. */
  private boolean isFilled(long rows, long cols) {
    return rows > m / 2 && cols > n / 2;
  }

  private boolean fits(GpuLimits limits, int realSize) {
    boolean registers = serial || itemM * itemN * realSize <= REGISTER_BYTES;
    return registers && items() <= limits.groupItems() && sharedBytes(realSize) <= limits.sharedBytes();
  }

  public int items() {
    return serial ? 1 : m / itemM * (n / itemN);
  }

  public long sharedBytes(int realSize) {
    int sums = deep ? 3 : 1;
    return serial ? realSize * ((long) m * k + (long) n * k + (long) m * n * sums)
        : realSize * (long) k * (m + 4 + n + 4);
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

  /** How many tiles {@code batch} products take. */
  public long tiles(long rows, long cols, long batch) {
    return Math.multiplyExact(batch, Math.multiplyExact(tilesM(rows), tilesN(cols)));
  }

  /** Adds the extents that the loop needs; returns the number of tiles in all. */
  public long parameters(KernelParameters parameters, long rows, long cols, long batch) {
    long tilesM = tilesM(rows);
    long tilesN = tilesN(cols);
    long tiles = tiles(rows, cols, batch);
    parameters.index("rows", rows);
    parameters.index("cols", cols);
    parameters.index("tiles", tiles);
    parameters.index("tilesM", tilesM);
    parameters.index("tilesN", tilesN);
    return tiles;
  }

  /** The kernel file with the loop. */
  public String file() {
    return serial ? "gemm_serial.cl" : "gemm.cl";
  }

  public void define(KernelSource source) {
    source.define("TILE_M", m);
    source.define("TILE_N", n);
    source.define("TILE_K", k);
    source.define("ITEM_M", itemM);
    source.define("DEEP", deep);
    if (!serial) {
      source.define("ITEM_N", itemN);
    }
  }
}
