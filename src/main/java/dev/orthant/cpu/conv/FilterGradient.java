package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.Gemm;
import dev.orthant.cpu.gemm.GemmKernels;
import dev.orthant.cpu.gemm.RegisterTile;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gradient of a convolution by its filters: dw[k, (tap, c)] = Σ dy[k, pixel]·x[pixel, (tap, c)] over the output
 * pixels of all images, for each group a matrix product of little height and width and a huge depth.
 *
 * <p>Some images at a time are packed by all threads ({@link FilterRows}, {@link FilterColumns}), then threads share
 * the tiles of dw. Each element is a sum of blocks of at most {@link RegisterTile#KC} pixels in the order of images and
 * blocks, which the shape alone determines: the same call gives the same bits. Up to {@link #GROUP} blocks are added
 * one to the next, the sums of such groups with compensation.
 *
 * <p>What is not finite is packed as zero where it could meet padding; {@link NonFiniteRepair} adds its products.
 */
public final class FilterGradient {
  /** Bytes of images that are packed at a time. */
  private static final long BATCH_BYTES = 8L << 20;
  /** Blocks that are added one to the next. */
  private static final int GROUP = 256;

  private final GemmKernels kernels;
  private final WorkerPool pool;

  FilterGradient(GemmKernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
  }

  /**
   * What is to be computed.
   *
   * @param shape of the forward pass
   * @param storage of images and dy
   * @param x address of the images
   * @param dy address of dy
   * @param dw where the sums go: dense, in the compute type and the layout of the filters
   */
  public record Problem(ConvShape shape, ElementType storage, long x, long dy, long dw) {}

  public void run(Problem problem) {
    Scratch shared = pool.borrow();
    try {
      new Run(problem, shared).execute();
    } finally {
      pool.giveBack(shared);
    }
  }

  /** One gradient under way. */
  private final class Run {
    private final Problem problem;
    private final ConvShape shape;
    private final RegisterTile tile = kernels.tile();
    private final int size;
    private final FilterColumns columns;
    private final FilterRows rows;
    private final Scratch shared;
    private final boolean alone;
    private final boolean padded;
    private final AtomicBoolean notFinite = new AtomicBoolean();
    private final long panelBytes;
    /** Sums of the present group of blocks. */
    private final long sums;
    /** Bytes of all sums, and from each one of a group to that of all groups before, and from there to its error. */
    private final long sumBytes;
    /** Into how many blocks an image's block of output rows is cut: one row may have more pixels than a chain may. */
    private final int pieces;
    private final boolean grouped;

    Run(Problem problem, Scratch shared) {
      this.problem = problem;
      this.shape = problem.shape;
      this.size = tile.element().bytes();
      this.columns = FilterColumns.of(shape, problem.storage, kernels.writer(), tile.nr());
      this.rows = FilterRows.of(shape, problem.storage, kernels.writer(), tile.mr(), columns.pitch());
      this.shared = shared;
      this.alone = pool.threads() == 1
          || (double) shape.n() * shape.k() * shape.depth() * shape.pixels() < Gemm.SERIAL;
      this.padded = !(shape.pointwise() && columns.pitch() == shape.q() && rows.isFull());
      this.panelBytes = (long) shape.groupFilters() * tile.nr() * size;
      this.sumBytes = (long) shape.groups() * columns.panels() * panelBytes;
      this.pieces = rows.blocks() == 0 ? 1 : (rows.depth(0) + RegisterTile.KC - 1) / RegisterTile.KC;
      this.grouped = (long) shape.n() * rows.blocks() * pieces > GROUP;
      this.sums = shared.get(Scratch.Slot.PARTIAL, grouped ? 3 * sumBytes : sumBytes);
    }

    void execute() {
      long each = (columns.bytes() + rows.bytes()) * shape.groups();
      int batch = Math.clamp(BATCH_BYTES / Math.max(1, each), 1, Math.max(1, shape.n()));
      long x = shared.get(Scratch.Slot.IMAGE, columns.bytes() * shape.groups() * batch);
      long dy = shared.get(Scratch.Slot.PREPACKED, rows.bytes() * shape.groups() * batch);
      if (shape.n() == 0) {
        Raw.zero(sums, sumBytes);
      }
      if (grouped) {
        Raw.zero(sums + sumBytes, 2 * sumBytes);
      }
      for (int first = 0; first < shape.n(); first += batch) {
        int count = Math.min(batch, shape.n() - first);
        pack(first, count, x, dy);
        multiply(first, count, x, dy);
      }
      finish();
      if (notFinite.get()) {
        new NonFiniteRepair(problem).run();
      }
    }

    private void pack(int first, int count, long x, long dy) {
      int pieces = columns.pieces() + rows.blocks();
      parallel((long) count * shape.groups() * pieces, (task, _) -> {
        int part = (int) (task / pieces); // an image and group
        int piece = (int) (task % pieces);
        int n = first + part / shape.groups();
        int g = part % shape.groups();
        FilterColumns.Piece made = piece < columns.pieces()
            ? columns.fill(piece,
                source(problem.x, n, g, shape.c(), shape.groupChannels(), (long) shape.h() * shape.w()),
                x + part * columns.bytes())
            : rows.fill(piece - columns.pieces(),
                source(problem.dy, n, g, shape.k(), shape.groupFilters(), shape.pixels()), dy + part * rows.bytes());
        if (padded && NonFiniteRepair.clean(tile.element(), made)) {
          notFinite.set(true);
        }
      });
    }

    /** The first channel of an image's group. */
    private long source(long tensor, long n, long g, int channels, int perGroup, long pixels) {
      long channel = g * (long) perGroup;
      return tensor
          + (n * pixels * channels + (shape.nhwc() ? channel : channel * pixels)) * problem.storage.bytes();
    }

    /** Adds the products of some images, the first of them number {@code first}, to the sums, or begins these. */
    private void multiply(int first, int count, long x, long dy) {
      int chunks = (shape.groupFilters() + tile.mc() - 1) / tile.mc();
      long wanted =
          alone ? 1 : (4L * pool.threads() + (long) shape.groups() * chunks - 1) / ((long) shape.groups() * chunks);
      int step = (int) Math.max(1, columns.panels() / wanted);
      int spans = (columns.panels() + step - 1) / step;
      parallel((long) shape.groups() * chunks * spans, (task, own) -> {
        int g = (int) (task / spans / chunks);
        int row = (int) (task / spans % chunks) * tile.mc();
        int panel = (int) (task % spans) * step;
        int end = Math.min(columns.panels(), panel + step);
        for (int image = 0; image < count; image++) {
          long part = (long) image * shape.groups() + g;
          for (int block = 0; block < rows.blocks(); block++) {
            for (int piece = 0; piece < pieces; piece++) {
              long number = ((long) (first + image) * rows.blocks() + block) * pieces + piece;
              block(number, g, row, panel, end, block, piece, x + part * columns.bytes(), dy + part * rows.bytes(),
                  own);
            }
          }
        }
      });
    }

    /** @param number of the block among all that are added up */
    private void block(long number, int g, int row, int panel, int end, int block, int piece, long x, long dy,
        Scratch own) {
      boolean fresh = number % GROUP == 0;
      int count = Math.min(tile.mc(), shape.groupFilters() - row);
      long rowBytes = (long) tile.nr() * size;
      long a = dy + rows.panel(block, row);
      long skipped = (long) block * rows.blockRows() * columns.pitch() * rowBytes;
      long made = fresh ? 0 : own.get(Scratch.Slot.TILE, tile.mc() * rowBytes);
      for (int j = panel; j < end; j++) {
        long b = x + columns.panel(j) + skipped;
        long to = sums + ((long) g * columns.panels() + j) * panelBytes + row * rowBytes;
        if (fresh && number > 0) {
          closeGroup(to, count * tile.nr());
        }
        products(count, rows.depth(block), piece, a, b, fresh ? to : made);
        if (!fresh) {
          kernels.writer().addRows(tile.element(), made, 0, to, 0, 1, count * tile.nr());
        }
      }
    }

    /** The products of a block, or of a piece of it. */
    private void products(int count, int depth, int piece, long a, long b, long to) {
      long rowBytes = (long) tile.nr() * size;
      if (pieces == 1) {
        kernels.micro().panel(count, depth, a, b, to, rowBytes);
        return;
      }
      int each = RegisterTile.padded((depth + pieces - 1) / pieces);
      int from = Math.min(depth, piece * each);
      int steps = Math.min(each, depth - from);
      // Panels of A lie a whole depth apart: one at a time.
      for (int i = 0; i < count; i += tile.mr()) {
        kernels.micro().panel(Math.min(tile.mr(), count - i), steps,
            a + ((long) i * depth + (long) from * tile.mr()) * size,
            b + from * rowBytes, to + i * rowBytes, rowBytes);
      }
    }

    /** Adds sums of a group to those of all groups before. */
    private void closeGroup(long at, int count) {
      kernels.writer().addCompensated(tile.element(), at, at + sumBytes, at + 2 * sumBytes, count);
    }

    /** Puts the sums in their order. */
    private void finish() {
      if (grouped) {
        parallel((long) shape.groups() * columns.panels(), (panel, _) -> {
          long at = sums + panel * panelBytes;
          int count = shape.groupFilters() * tile.nr();
          closeGroup(at, count);
          kernels.writer().settle(tile.element(), at + sumBytes, at + 2 * sumBytes, at, count);
        });
      }
      int taps = shape.r() * shape.s();
      int channels = shape.groupChannels();
      parallel(shape.k(), (k, _) -> {
        long g = k / shape.groupFilters();
        long to = problem.dw + k * shape.depth() * size;
        for (int panel = 0; panel < columns.panels(); panel++) {
          long from = sums + (g * columns.panels() + panel) * panelBytes
              + k % shape.groupFilters() * tile.nr() * size;
          for (int lane = 0; lane < tile.nr(); lane++) {
            int column = columns.column(panel, lane);
            if (column >= 0) {
              int at = shape.nhwc() ? column : column % channels * taps + column / channels;
              move(from + (long) lane * size, to + (long) at * size);
            }
          }
        }
      });
    }

    private void move(long from, long to) {
      if (size == 8) {
        Raw.putDouble(to, Raw.getDouble(from));
      } else {
        Raw.putFloat(to, Raw.getFloat(from));
      }
    }

    private void parallel(long count, WorkerPool.Task task) {
      if (!alone) {
        pool.parallel(count, task);
        return;
      }
      Scratch own = pool.borrow();
      try {
        for (long i = 0; i < count; i++) {
          task.run(i, own);
        }
      } finally {
        pool.giveBack(own);
      }
    }
  }
}
