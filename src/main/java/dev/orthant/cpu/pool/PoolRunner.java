package dev.orthant.cpu.pool;

import dev.orthant.cpu.conv.FilterColumns;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;

/**
 * Pooling, row by row of the output: each tap's elements are folded into the row as a whole, in the order of the taps.
 * Lanes are the pixels of a row of one plane, or with channels last the channels of a pixel.
 */
public final class PoolRunner {
  /** Elements of output that are worth a task. */
  private static final long TASK = 1 << 14;

  private final WorkerPool pool;

  public PoolRunner(WorkerPool pool) {
    this.pool = pool;
  }

  /** Runs the call; {@code addresses} are those of the images and the output */
  public void run(Call call, Pool2d op, long[] addresses) {
    Geometry g = new Geometry(op, op.extents(call.input(0)));
    ElementType storage = ElementTypes.of(call.input(0).dtype());
    long lines = g.e.n() * (g.planes ? g.e.c() : 1) * g.e.p();
    long each = Math.max(1, TASK / Math.max(1, (long) g.lanes * g.q * op.height() * op.width()));
    pool.parallel((lines + each - 1) / each, (task, _) -> {
      // The powers of a norm would overflow in single precision; what a large window adds up would be one long chain.
      boolean many = op.kind() != Pool2d.Kind.MAX && (long) op.height() * op.width() > Summation.SUM.block();
      PoolRow row = storage == ElementType.F64 || op.kind() == Pool2d.Kind.LP || many
          ? new PoolRow.Wide(storage, g.w * g.lanes, g.q * g.lanes, many)
          : new PoolRow.Narrow(storage, g.w * g.lanes, g.q * g.lanes);
      for (long line = task * each; line < Math.min(lines, (task + 1) * each); line++) {
        g.line(row, line, addresses[0], addresses[1], storage.bytes());
      }
    });
  }

  /** The row of output number {@code line}. */
  private static final class Geometry {
    private final Pool2d op;
    private final Pool2d.Extents e;
    private final boolean planes;
    private final int w;
    private final int q;
    private final int lanes;
    /** For each tap of a row the first and, exclusively, the last output pixel that reads inside the image. */
    private final int[] from;
    private final int[] end;
    private final double[] columnCounts;

    Geometry(Pool2d op, Pool2d.Extents e) {
      this.op = op;
      this.e = e;
      this.planes = op.layout() == Layout.NCHW;
      this.w = Math.toIntExact(e.w());
      this.q = Math.toIntExact(e.q());
      this.lanes = planes ? 1 : Math.toIntExact(e.c());
      this.from = new int[op.width()];
      this.end = new int[op.width()];
      this.columnCounts = new double[q];
      Window at = op.window();
      for (int s = 0; s < op.width(); s++) {
        long inside = FilterColumns.inside(s * at.dilationW() - at.padLeft(), at.strideW(), q, w);
        from[s] = (int) (inside >>> 32);
        end[s] = (int) inside;
      }
      for (int i = 0; i < q; i++) {
        columnCounts[i] = op.countedColumns(e, i);
      }
    }

    void line(PoolRow row, long line, long x, long y, int bytes) {
      row.begin(op.kind() == Pool2d.Kind.MAX ? Double.NEGATIVE_INFINITY : 0);
      if (op.kind() == Pool2d.Kind.LP && row.scales(op.p())) {
        pass(row, line, x, bytes, true);
      }
      if (op.kind() != Pool2d.Kind.LP || op.p() != Double.POSITIVE_INFINITY) {
        pass(row, line, x, bytes, false);
      }
      if (op.kind() == Pool2d.Kind.LP) {
        row.root(op.p());
      } else if (op.kind() == Pool2d.Kind.AVERAGE) {
        double rows = op.countedRows(e, line % e.p());
        for (int i = 0; i < q; i++) {
          row.divide(i * lanes, lanes, rows * columnCounts[i]);
        }
      }
      row.store(y + line * q * lanes * bytes);
    }

    /**
     * Goes through the rows of the image under a row of windows.
     *
     * @param largest whether for the largest magnitudes, which norms are scaled by
     */
    private void pass(PoolRow row, long line, long x, int bytes, boolean largest) {
      long image = line / e.p();
      int p = (int) (line % e.p());
      Window at = op.window();
      for (int r = 0; r < op.height(); r++) {
        long from = (long) p * at.strideH() - at.padTop() + (long) r * at.dilationH();
        if (from >= 0 && from < e.h()) {
          row.load(x + (image * e.h() + from) * w * lanes * bytes);
          taps(row, largest);
        }
      }
    }

    private void fold(PoolRow row, boolean largest, int to, int from, int step, int count) {
      if (largest) {
        row.largest(to, from, step, count);
      } else {
        row.fold(op.kind(), op.p(), to, from, step, count);
      }
    }

    private void taps(PoolRow row, boolean largest) {
      Window at = op.window();
      for (int s = 0; s < op.width(); s++) {
        int offset = s * at.dilationW() - at.padLeft();
        if (planes) {
          fold(row, largest, from[s], from[s] * at.strideW() + offset, at.strideW(), end[s] - from[s]);
        } else {
          for (int i = from[s]; i < end[s]; i++) {
            fold(row, largest, i * lanes, (i * at.strideW() + offset) * lanes, 1, lanes);
          }
        }
      }
    }
  }
}
