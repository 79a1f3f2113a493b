package dev.orthant.cpu.reduce;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.integer.IntegerElements;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Elements;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.CumSum;
import dev.orthant.op.reference.CompensatedSum;

/**
 * Running sums: rows along memory one after the other, rows across it side by side. Each sum is kept in double, of F64
 * with what its additions rounded away: a chain of any length is as good as a short one.
 */
public final class CumSumRunner {
  /** Rows that are summed side by side: their elements are neighbours in memory. */
  private static final int SIDE = 256;

  private final WorkerPool pool;

  public CumSumRunner(WorkerPool pool) {
    this.pool = pool;
  }

  /** Rows next to each other: {@code count} of them from {@code at} on, all in bytes. */
  private record Rows(DType type, long from, long to, long length, long step, int count) {}

  public void run(Call call, CumSum op, long[] addresses) {
    TensorSpec x = call.input(0);
    int size = x.dtype().size();
    long length = x.shape().dim(op.axis());
    long inner = x.shape().slice(op.axis() + 1, x.shape().rank()).elements();
    long across = (inner + SIDE - 1) / SIDE;
    long tasks = x.shape().slice(0, op.axis()).elements() * across;
    long cost = 2L * size * length * Math.min(SIDE, inner);
    new Split(pool).run(tasks, cost, (first, last) -> {
      for (long i = first; i < last; i++) {
        long column = i % across * SIDE;
        long at = (i / across * length * inner + column) * size;
        // Backwards is forwards from the end.
        long begin = op.reverse() ? at + (length - 1) * inner * size : at;
        long step = op.reverse() ? -inner * size : inner * size;
        Rows rows = new Rows(x.dtype(), addresses[0] + begin, addresses[1] + begin, length, step,
            (int) Math.min(SIDE, inner - column));
        if (!x.dtype().isFloating()) {
          integers(rows, op.exclusive());
        } else if (x.dtype() == DType.F64) {
          doubles(rows, op.exclusive());
        } else {
          floats(rows, op.exclusive());
        }
      }
    });
  }

  private static void integers(Rows r, boolean exclusive) {
    long[] sums = new long[r.count];
    long[] next = new long[r.count];
    for (long p = 0; p < r.length; p++) {
      long at = p * r.step;
      IntegerElements.load(r.type, r.from + at, false, next, 0, r.count);
      for (int i = 0; i < r.count; i++) {
        next[i] += sums[i];
      }
      IntegerElements.store(r.type, exclusive ? sums : next, r.count, r.to + at);
      long[] before = sums;
      sums = next;
      next = before;
    }
  }

  private static void doubles(Rows r, boolean exclusive) {
    double[] sums = new double[r.count];
    double[] errors = new double[r.count];
    for (long p = 0; p < r.length; p++) {
      for (int i = 0; i < r.count; i++) {
        long at = p * r.step + i * (long) Double.BYTES;
        double x = Raw.getDouble(r.from + at);
        double before = CompensatedSum.settled(sums[i], errors[i]);
        double next = sums[i] + x;
        errors[i] += CompensatedSum.error(sums[i], x, next);
        sums[i] = next;
        Raw.putDouble(r.to + at, exclusive ? before : CompensatedSum.settled(next, errors[i]));
      }
    }
  }

  private static void floats(Rows r, boolean exclusive) {
    double[] sums = new double[r.count];
    ElementType storage = ElementTypes.of(r.type);
    for (long p = 0; p < r.length; p++) {
      for (int i = 0; i < r.count; i++) {
        long at = p * r.step + i * (long) storage.bytes();
        double next = sums[i] + Raw.getAsFloat(storage, r.from + at);
        Elements.putFloat(storage, r.to + at, (float) (exclusive ? sums[i] : next));
        sums[i] = next;
      }
    }
  }
}
