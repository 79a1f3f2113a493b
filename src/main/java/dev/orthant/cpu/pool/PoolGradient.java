package dev.orthant.cpu.pool;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import dev.orthant.op.reference.CompensatedSum;

/**
 * The gradient of a pooling by its images, a block of channels of one image at a time: windows in ascending order, each
 * adding its shares to a block of dx in double precision that belongs to one task alone.
 */
public final class PoolGradient {
  /** Channels of a block where channels are last: two lines of single precision. */
  private static final int CHANNELS = 32;

  private final WorkerPool pool;

  public PoolGradient(WorkerPool pool) {
    this.pool = pool;
  }

  /**
   * Runs the call; {@code addresses} are those of dy, for MAX and LP the images and the output of the forward pass, and
   * the gradient
   */
  public void run(Call call, Pool2dBackward op, long[] addresses) {
    Pool2d.Extents e = op.pool().extents(call.output());
    ElementType storage = ElementTypes.of(call.output().dtype());
    long blocks = op.pool().layout() == Layout.NCHW ? e.c() : (e.c() + CHANNELS - 1) / CHANNELS;
    pool.parallel(e.n() * blocks,
        (task, _) -> new Block(op.pool(), e, storage, task / blocks, task % blocks).run(addresses));
  }

  /** A block of channels of one image; element (y, x, lane) at {@code (y·w + x)·lanes + lane}. */
  private static final class Block {
    private final Pool2d op;
    private final Pool2d.Extents e;
    private final ElementType storage;
    private final long image;
    private final long first;
    private final int lanes;
    private final double[] dx;
    /** What the additions to dx have rounded away, where that is kept: of F64, when many windows cover an element. */
    private final double[] errors;
    private double[] x = {};
    private double[] y = {};
    /** The taps of the window at hand that lie inside. */
    private int fromR;
    private int endR;
    private int fromS;
    private int endS;

    Block(Pool2d op, Pool2d.Extents e, ElementType storage, long image, long block) {
      boolean planes = op.layout() == Layout.NCHW;
      this.op = op;
      this.e = e;
      this.storage = storage;
      this.image = image;
      this.first = planes ? block : block * CHANNELS;
      this.lanes = planes ? 1 : (int) Math.min(CHANNELS, e.c() - first);
      this.dx = new double[Math.toIntExact(e.h() * e.w() * lanes)];
      boolean many = storage == ElementType.F64 && (long) op.height() * op.width() > Summation.SUM.block();
      this.errors = new double[many ? dx.length : 0];
    }

    private void add(int at, double share) {
      double sum = dx[at] + share;
      if (errors.length > 0) {
        errors[at] += CompensatedSum.error(dx[at], share, sum);
      }
      dx[at] = sum;
    }

    void run(long[] addresses) {
      double[] dy = load(addresses[0], e.p() * e.q());
      if (op.kind() != Pool2d.Kind.AVERAGE) {
        x = load(addresses[1], e.h() * e.w());
      }
      if (op.kind() == Pool2d.Kind.LP) {
        y = load(addresses[2], e.p() * e.q());
      }
      Window at = op.window();
      int o = 0;
      for (int p = 0; p < e.p(); p++) {
        int top = p * at.strideH() - at.padTop();
        fromR = top >= 0 ? 0 : (-top + at.dilationH() - 1) / at.dilationH();
        endR = (int) Math.min(op.height(), (e.h() - top + at.dilationH() - 1) / at.dilationH());
        for (int q = 0; q < e.q(); q++, o += lanes) {
          int left = q * at.strideW() - at.padLeft();
          fromS = left >= 0 ? 0 : (-left + at.dilationW() - 1) / at.dilationW();
          endS = (int) Math.min(op.width(), (e.w() - left + at.dilationW() - 1) / at.dilationW());
          switch (op.kind()) {
            case MAX -> largest(top, left, dy, o);
            case AVERAGE -> average(top, left, dy, o, (double) op.countedRows(e, p) * op.countedColumns(e, q));
            case LP -> {
              if (op.p() == Double.POSITIVE_INFINITY) {
                largestMagnitude(top, left, dy, o);
              } else {
                norm(top, left, dy, o);
              }
            }
          }
        }
      }
      for (int i = 0; i < errors.length; i++) {
        dx[i] = CompensatedSum.settled(dx[i], errors[i]);
      }
      store(addresses[addresses.length - 1]);
    }

    private int element(int top, int left, int r, int s) {
      int row = top + r * op.window().dilationH();
      return (row * (int) e.w() + left + s * op.window().dilationW()) * lanes;
    }

    private void average(int top, int left, double[] dy, int o, double count) {
      for (int r = fromR; r < endR; r++) {
        for (int s = fromS; s < endS; s++) {
          int to = element(top, left, r, s);
          for (int lane = 0; lane < lanes; lane++) {
            add(to + lane, dy[o + lane] / count);
          }
        }
      }
    }

    private void largest(int top, int left, double[] dy, int o) {
      for (int lane = 0; lane < lanes; lane++) {
        int best = element(top, left, fromR, fromS) + lane;
        for (int r = fromR; r < endR; r++) {
          for (int s = fromS; s < endS; s++) {
            int at = element(top, left, r, s) + lane;
            if (x[at] > x[best] || (Double.isNaN(x[at]) && !Double.isNaN(x[best]))) {
              best = at;
            }
          }
        }
        add(best, dy[o + lane]);
      }
    }

    private void norm(int top, int left, double[] dy, int o) {
      for (int r = fromR; r < endR; r++) {
        for (int s = fromS; s < endS; s++) {
          int at = element(top, left, r, s);
          for (int lane = 0; lane < lanes; lane++) {
            double v = x[at + lane];
            double norm = y[o + lane];
            add(at + lane, norm == 0 ? 0
                : dy[o + lane] * Math.signum(v) * Math.pow(Math.abs(v) / norm, op.p() - 1));
          }
        }
      }
    }

    /**
     * The norm for p = ∞: shared evenly by those of the largest magnitude, which is what the shares for large p come
     * to.
     */
    private void largestMagnitude(int top, int left, double[] dy, int o) {
      for (int lane = 0; lane < lanes; lane++) {
        double norm = y[o + lane];
        int count = 0;
        for (int r = fromR; r < endR; r++) {
          for (int s = fromS; s < endS; s++) {
            count += Math.abs(x[element(top, left, r, s) + lane]) == norm ? 1 : 0;
          }
        }
        for (int r = fromR; r < endR; r++) {
          for (int s = fromS; s < endS; s++) {
            int at = element(top, left, r, s) + lane;
            if (Pool2dBackward.takesPart(x[at], norm)) {
              add(at, Pool2dBackward.largestShare(x[at], norm, count) * dy[o + lane]);
            }
          }
        }
      }
    }

    /** This block of a tensor of {@code pixels} pixels. */
    private double[] load(long tensor, long pixels) {
      double[] all = new double[Math.toIntExact(pixels * lanes)];
      if (op.layout() == Layout.NCHW) {
        PoolRow.load(storage, tensor + (image * e.c() + first) * pixels * storage.bytes(), all);
        return all;
      }
      double[] some = new double[lanes];
      for (int i = 0; i < pixels; i++) {
        PoolRow.load(storage, tensor + ((image * pixels + i) * e.c() + first) * storage.bytes(), some);
        System.arraycopy(some, 0, all, i * lanes, lanes);
      }
      return all;
    }

    private void store(long tensor) {
      long pixels = e.h() * e.w();
      if (op.layout() == Layout.NCHW) {
        PoolRow.store(storage, tensor + (image * e.c() + first) * pixels * storage.bytes(), dx);
        return;
      }
      double[] some = new double[lanes];
      for (int i = 0; i < pixels; i++) {
        System.arraycopy(dx, i * lanes, some, 0, lanes);
        PoolRow.store(storage, tensor + ((image * pixels + i) * e.c() + first) * storage.bytes(), some);
      }
    }
  }
}
