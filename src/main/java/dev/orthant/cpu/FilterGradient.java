package dev.orthant.cpu;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gradient of a convolution by its filters: dw[k, (tap, c)] = Σ dy[k, pixel]·x[pixel, (tap, c)] over the output pixels of all images, for each
 * group a matrix product of little height and width and a huge depth.
 *
 * <p>Some images at a time are packed by all threads ({@link FilterRows}, {@link FilterColumns}), then threads share the tiles of dw. Each element
 * is a sum of the blocks' sums in the order of images and blocks, which the shape alone determines: the same call gives the same bits.
 *
 * <p>What is not finite is packed as zero where it could meet padding; {@link FilterRepair} adds its products.
 */
final class FilterGradient {
  /** Bytes of images that are packed at a time. */
  private static final long BATCH_BYTES = 8L << 20;

  private final Kernels kernels;
  private final WorkerPool pool;

  FilterGradient(Kernels kernels, WorkerPool pool) {
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
  record Problem(ConvShape shape, Storage storage, long x, long dy, long dw) {}

  void run(Problem problem) {
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
    private final Tile tile = kernels.tile();
    private final int size;
    private final FilterColumns columns;
    private final FilterRows rows;
    private final Scratch shared;
    private final boolean alone;
    private final boolean padded;
    private final AtomicBoolean notFinite = new AtomicBoolean();
    private final long panelBytes;
    private final long sums;

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
      this.sums = shared.get(Scratch.Slot.PARTIAL, (long) shape.groups() * columns.panels() * panelBytes);
    }

    void execute() {
      long each = (columns.bytes() + rows.bytes()) * shape.groups();
      int batch = Math.clamp(BATCH_BYTES / Math.max(1, each), 1, Math.max(1, shape.n()));
      long x = shared.get(Scratch.Slot.IMAGE, columns.bytes() * shape.groups() * batch);
      long dy = shared.get(Scratch.Slot.PREPACKED, rows.bytes() * shape.groups() * batch);
      if (shape.n() == 0) {
        Raw.zero(sums, (long) shape.groups() * columns.panels() * panelBytes);
      }
      for (int first = 0; first < shape.n(); first += batch) {
        int count = Math.min(batch, shape.n() - first);
        pack(first, count, x, dy);
        multiply(first == 0, count, x, dy);
      }
      finish();
      if (notFinite.get()) {
        new FilterRepair(problem).run();
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
        if (padded && FilterRepair.clean(tile.element(), made)) {
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

    /** Adds the products of some images to the sums, or begins these. */
    private void multiply(boolean begin, int count, long x, long dy) {
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
            boolean fresh = begin && image == 0 && block == 0;
            block(fresh, g, row, panel, end, block, x + part * columns.bytes(), dy + part * rows.bytes(), own);
          }
        }
      });
    }

    private void block(boolean fresh, int g, int row, int panel, int end, int block, long x, long dy, Scratch own) {
      int count = Math.min(tile.mc(), shape.groupFilters() - row);
      int depth = rows.depth(block);
      long rowBytes = (long) tile.nr() * size;
      long a = dy + rows.panel(block, row);
      long skipped = (long) block * rows.blockRows() * columns.pitch() * rowBytes;
      long made = fresh ? 0 : own.get(Scratch.Slot.TILE, tile.mc() * rowBytes);
      for (int j = panel; j < end; j++) {
        long b = x + columns.panel(j) + skipped;
        long to = sums + ((long) g * columns.panels() + j) * panelBytes + row * rowBytes;
        kernels.micro().panel(count, depth, a, b, fresh ? to : made, rowBytes);
        if (!fresh) {
          kernels.writer().addRows(tile.element(), made, 0, to, 0, 1, count * tile.nr());
        }
      }
    }

    /** Puts the sums in their order. */
    private void finish() {
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
