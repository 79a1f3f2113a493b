package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import org.jspecify.annotations.Nullable;

/** One matrix product under way: the loops around the micro-kernel, and the memory they use. */
final class GemmRun {
  /** Partial sums that no output can hold are kept for as many rows as fit into this. */
  private static final long PARTIAL_BYTES = 64L << 20;

  /**
   * Register tiles handed to an epilogue at a time: their stores fit the store buffer, and drain during the next tiles.
   * A whole block of rows at once would wait for C from L3, at 5 % of the speed.
   */
  private static final int TILES_PER_EPILOGUE = 4;

  /** Panels of B that a thread packs at a time when A is packed whole and larger than a block. */
  private static final int STREAMED_PANELS = 8;

  private final RegisterTile tile;
  private final MicroKernel kernel;
  private final PanelWriter writer;
  private final Gemm.Product product;
  private final @Nullable WorkerPool pool;
  private final Scratch scratch;
  private final int size;
  private final int threads;

  /** With a null {@code pool} the run stays on this thread. */
  GemmRun(GemmKernels kernels, Gemm.Product product, @Nullable WorkerPool pool, Scratch scratch) {
    this.tile = kernels.tile();
    this.kernel = kernels.micro();
    this.writer = kernels.writer();
    this.product = product;
    this.pool = pool;
    this.scratch = scratch;
    this.size = tile.element().bytes();
    this.threads = pool == null ? 1 : pool.threads();
  }

  void execute() {
    if (product.m() == 0 || product.n() == 0) {
      return;
    }
    boolean compensated = product.k() > (long) Gemm.FEW_BLOCKS * RegisterTile.KC;
    boolean scratchSums = compensated || (product.output() == null && product.k() > RegisterTile.KC);
    for (long j = 0; j < product.n(); j += tile.nc()) {
      int columns = (int) Math.min(tile.nc(), product.n() - j);
      long rowBytes = (long) panels(columns) * tile.nr() * size;
      long kept = compensated ? 2 * rowBytes : rowBytes;
      long rows = scratchSums ? Math.max(tile.mc(), PARTIAL_BYTES / kept / tile.mc() * tile.mc()) : product.m();
      for (long i = 0; i < product.m(); i += rows) {
        long n = Math.min(rows, product.m() - i);
        stripe(i, n, j, columns, scratchSums ? partials(i, j, n * rowBytes, rowBytes, compensated) : outputSums());
      }
    }
  }

  private Sums partials(long row, long col, long bytes, long rowBytes, boolean compensated) {
    long address = scratch.get(Scratch.Slot.PARTIAL, compensated ? 2 * bytes : bytes);
    if (compensated) {
      Raw.zero(address + bytes, bytes);
    }
    return new Sums(address - row * rowBytes - col * size, rowBytes, true, compensated ? bytes : 0);
  }

  private Sums outputSums() {
    Gemm.Output output = product.output();
    return output == null ? new Sums(0, 0, false, 0) : new Sums(output.address(), output.rowStride(), false, 0);
  }

  /**
   * Where sums rest between k-blocks.
   *
   * @param address of element (0, 0) of C
   * @param padded whether rows are padded to whole panels
   * @param errors bytes from each sum to what its additions have rounded away, or 0 if that is not kept
   */
  private record Sums(long address, long rowStride, boolean padded, long errors) {}

  /** All k-blocks of some rows and columns. */
  private void stripe(long row, long rows, long col, int columns, Sums sums) {
    long k0 = 0;
    do {
      int k = (int) Math.min(RegisterTile.KC, product.k() - k0);
      Block block = new Block(row, rows, col, columns, k0, k, RegisterTile.padded(k), sums);
      if (product.a() instanceof PackedOperand) {
        streamColumns(block);
      } else {
        shareColumns(block);
      }
      k0 += RegisterTile.KC;
    } while (k0 < product.k());
  }

  private record Block(long row, long rows, long col, int columns, long k0, int k, int kPadded, Sums sums) {}

  /** B is packed first, by all; then each thread packs blocks of A and multiplies them with B. */
  private void shareColumns(Block block) {
    long b;
    if (product.b() instanceof PackedOperand packed) {
      b = packed.panel(block.col, block.k0);
    } else {
      b = scratch.get(Scratch.Slot.B, (long) panels(block.columns) * tile.nr() * block.kPadded * size);
      packB(block, b);
    }
    int blockRows = rowsPerTask(block.rows);
    long rowBlocks = (block.rows + blockRows - 1) / blockRows;
    int groupPanels = panelsPerTask(block.columns, rowBlocks);
    int groups = (panels(block.columns) + groupPanels - 1) / groupPanels;
    parallel(rowBlocks * groups, (task, own) -> {
      long i = task / groups * blockRows;
      int rows = (int) Math.min(blockRows, block.rows - i);
      int p0 = (int) (task % groups) * groupPanels;
      int p1 = Math.min(p0 + groupPanels, panels(block.columns));
      multiply(block, block.row + i, rows, packedA(block, block.row + i, rows, own), p0, p1,
          b + (long) p0 * tile.nr() * block.kPadded * size, own);
    });
  }

  private void packB(Block block, long to) {
    int step = threads == 1 ? panels(block.columns) : Math.max(1, panels(block.columns) / (4 * threads));
    int tasks = (panels(block.columns) + step - 1) / step;
    parallel(tasks, (task, _) -> {
      int first = (int) task * step * tile.nr();
      int n = Math.min(step * tile.nr(), block.columns - first);
      product.b().pack(block.col + first, n, block.k0, block.k, block.kPadded, tile.nr(),
          to + (long) first * block.kPadded * size);
    });
  }

  private long packedA(Block block, long row, int rows, Scratch own) {
    record Key(GemmRun run, long k0, long row) {}
    long to = own.get(Scratch.Slot.A, (long) tile.mc() * block.kPadded * size);
    Key key = new Key(this, block.k0, row);
    if (!own.holding(key)) {
      product.a().pack(row, rows, block.k0, block.k, block.kPadded, tile.mr(), to);
      own.holds(key);
    }
    return to;
  }

  /** A lies packed; each thread packs a few panels of B into its own cache and multiplies all of A with them. */
  private void streamColumns(Block block) {
    PackedOperand a = (PackedOperand) product.a();
    int group = block.rows <= tile.mc() ? 1 : STREAMED_PANELS;
    group = Math.clamp(panels(block.columns) / (2L * threads), 1, group);
    int groupPanels = group;
    int groups = (panels(block.columns) + group - 1) / group;
    parallel(groups, (task, own) -> {
      int p0 = (int) task * groupPanels;
      int p1 = Math.min(p0 + groupPanels, panels(block.columns));
      long b = streamedB(block, p0, p1, own);
      for (long i = 0; i < block.rows; i += tile.mc()) {
        int rows = (int) Math.min(tile.mc(), block.rows - i);
        multiply(block, block.row + i, rows, a.panel(block.row + i, block.k0), p0, p1, b, own);
      }
    });
  }

  private long streamedB(Block block, int p0, int p1, Scratch own) {
    long col = block.col + (long) p0 * tile.nr();
    if (product.b() instanceof PackedOperand packed) {
      return packed.panel(col, block.k0);
    }
    int n = Math.min((p1 - p0) * tile.nr(), block.columns - p0 * tile.nr());
    long to = own.get(Scratch.Slot.B, (long) (p1 - p0) * tile.nr() * block.kPadded * size);
    product.b().pack(col, n, block.k0, block.k, block.kPadded, tile.nr(), to);
    return to;
  }

  /** Multiplies at most mc packed rows with the panels p0 … p1 of B, of which {@code b} is the first. */
  private void multiply(Block block, long row, int rows, long a, int p0, int p1, long b, Scratch own) {
    long panelBytes = (long) tile.nr() * block.kPadded * size;
    for (int p = p0; p < p1; p++) {
      int cols = Math.min(tile.nr(), block.columns - p * tile.nr());
      panel(block, row, block.col + (long) p * tile.nr(), rows, cols, a, b + (p - p0) * panelBytes, own);
    }
  }

  private void panel(Block block, long row, long col, int rows, int cols, long a, long b, Scratch own) {
    Sums sums = block.sums;
    boolean stored = product.epilogue() == null || block.k0 + block.k < product.k();
    if (stored && block.k0 == 0 && (cols == tile.nr() || sums.padded)) {
      long to = sums.address + row * sums.rowStride + col * size;
      kernel.panel(rows, block.kPadded, a, b, to, sums.rowStride);
      return;
    }
    int step = TILES_PER_EPILOGUE * tile.mr();
    for (int i = 0; i < rows; i += step) {
      long from = a + (long) i * block.kPadded * size;
      hotTile(block, row + i, col, Math.min(step, rows - i), cols, from, b, own);
    }
  }

  /** Sums of a few rows and one panel, finished while they are in L1. */
  private void hotTile(Block block, long row, long col, int rows, int cols, long a, long b, Scratch own) {
    Sums sums = block.sums;
    long rest = sums.address + row * sums.rowStride + col * size;
    long rowBytes = (long) tile.nr() * size;
    long acc = own.get(Scratch.Slot.TILE, (long) TILES_PER_EPILOGUE * tile.mr() * rowBytes);
    kernel.panel(rows, block.kPadded, a, b, acc, rowBytes);
    boolean last = block.k0 + block.k == product.k();
    if (sums.errors > 0) {
      addCompensated(sums, rest, acc, rows, cols, last);
    } else if (block.k0 > 0) {
      writer.addRows(tile.element(), rest, sums.rowStride, acc, rowBytes, rows, cols);
    }
    TileEpilogue epilogue = product.epilogue();
    Gemm.Output output = product.output();
    if (last && epilogue != null) {
      epilogue.apply(acc, rowBytes, row, col, rows, cols);
    } else if (last && output != null) {
      long to = output.address() + row * output.rowStride() + col * size;
      writer.copyRows(acc, rowBytes, to, output.rowStride(), rows, cols * size);
    } else if (sums.errors == 0) {
      writer.copyRows(acc, rowBytes, rest, sums.rowStride, rows, cols * size);
    }
  }

  /** Adds a tile's sums to those that rest; the last time the tile gets what all of them make. */
  private void addCompensated(Sums sums, long rest, long acc, int rows, int cols, boolean last) {
    for (int i = 0; i < rows; i++) {
      long row = rest + i * sums.rowStride;
      long tileRow = acc + (long) i * tile.nr() * size;
      writer.addCompensated(tile.element(), tileRow, row, row + sums.errors, cols);
      if (last) {
        writer.settle(tile.element(), row, row + sums.errors, tileRow, cols);
      }
    }
  }

  /** Few enough for {@code 4·threads} tasks, many enough to be worth the panels of B that they read. */
  private int rowsPerTask(long rows) {
    if (threads == 1) {
      return tile.mc();
    }
    long share = (rows + 4L * threads - 1) / (4L * threads);
    long whole = (share + tile.mr() - 1) / tile.mr() * tile.mr();
    return (int) Math.clamp(whole, 4L * tile.mr(), tile.mc());
  }

  private int panelsPerTask(int columns, long rowBlocks) {
    int all = panels(columns);
    long groups = Math.max(1, (4L * threads + rowBlocks - 1) / rowBlocks);
    return threads == 1 ? all : (int) ((all + groups - 1) / groups);
  }

  private int panels(int columns) {
    return (columns + tile.nr() - 1) / tile.nr();
  }

  private void parallel(long count, WorkerPool.Task task) {
    if (pool != null) {
      pool.parallel(count, task);
      return;
    }
    for (long i = 0; i < count; i++) {
      task.run(i, scratch);
    }
  }
}
