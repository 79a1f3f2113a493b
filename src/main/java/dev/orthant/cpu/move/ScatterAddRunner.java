package dev.orthant.cpu.move;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Elements;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Summation;
import dev.orthant.op.reference.CompensatedSum;

/**
 * Sums by index. Columns of the output are divided among threads, each of which goes through all indices in their
 * order: what is added to one element is added by one thread, so the bits do not depend on their number. Rows that get
 * more updates than {@link Summation#SUM} has in a block ({@link Busy}) are summed with compensation.
 */
public final class ScatterAddRunner {
  /** Bytes of updates below which other threads are not asked. */
  private static final long SERIAL = 1 << 18;
  /** Columns that are not divided further: a line of the cache. */
  private static final long MIN_COLUMNS = 16;
  /** Of sums in double, at most, where every row of the output may get many updates. */
  private static final long WIDE_BYTES = 16L << 20;

  private final WorkerPool pool;

  public ScatterAddRunner(WorkerPool pool) {
    this.pool = pool;
  }

  /**
   * Some columns of one slice of the output, accumulated in the computing type.
   *
   * @param sums where the first is accumulated
   * @param sumRow from one row of sums to the next, in elements
   */
  private record Part(ScatterAdd op, DType type, DType index, long updates, long indices, long own, long inner,
      long first, long columns, long sums, long sumRow, Busy busy, long wide) {
    long pick(long j, long column) {
      long at = op.elementwise() ? j * inner + first + column : j;
      return Elements.index(index, indices + at * index.size());
    }

    boolean isInside(long picked) {
      return picked >= 0 && picked < op.extent();
    }
  }

  /**
   * Which rows of the output get many updates: each has a number.
   *
   * @param numbers of each row, −1 for one that gets few; empty if none gets many
   */
  private record Busy(int[] numbers, int count) {
    private static final Busy NONE = new Busy(new int[0], 0);

    static Busy of(ScatterAdd op, DType index, long indices, long own) {
      if (own <= Summation.SUM.block()) {
        return NONE;
      }
      int[] numbers = new int[Math.toIntExact(op.extent())];
      int count = 0;
      if (op.elementwise()) {
        // Each column has indices of its own: one of them may well have many.
        for (int row = 0; row < numbers.length; row++) {
          numbers[row] = count++;
        }
        return new Busy(numbers, count);
      }
      for (long j = 0; j < own; j++) {
        long picked = Elements.index(index, indices + j * index.size());
        if (picked >= 0 && picked < numbers.length && numbers[(int) picked] <= Summation.SUM.block()) {
          numbers[(int) picked]++;
        }
      }
      for (int row = 0; row < numbers.length; row++) {
        numbers[row] = numbers[row] > Summation.SUM.block() ? count++ : -1;
      }
      return count == 0 ? NONE : new Busy(numbers, count);
    }

    int number(long row) {
      return count == 0 ? -1 : numbers[(int) row];
    }
  }

  public void run(Call call, ScatterAdd op, long[] addresses) {
    TensorSpec updates = call.input(0);
    TensorSpec indices = call.input(1);
    Shape out = call.output().shape();
    long inner = out.slice(op.axis() + 1, out.rank()).elements();
    long outer = out.slice(0, op.axis()).elements();
    long own = op.elementwise() ? indices.shape().dim(op.axis()) : indices.shape().elements();
    boolean small = updates.bytes() + call.output().bytes() < SERIAL;
    long share = small ? inner : Math.clamp((inner * outer + 4L * pool.threads() - 1) / (4L * pool.threads()),
        Math.min(MIN_COLUMNS, inner), inner);
    boolean wide = op.elementwise() && own > Summation.SUM.block();
    long fitting = Math.max(1, WIDE_BYTES / (2 * Double.BYTES) / Math.max(1, op.extent()));
    long columns = wide ? Math.min(share, Math.min(MIN_COLUMNS, fitting)) : share;
    long across = (inner + columns - 1) / columns;
    int size = updates.dtype().size();
    DType compute = updates.dtype().compute();
    Busy busy = Busy.of(op, indices.dtype(), addresses[1], own);
    WorkerPool.Task task = (i, scratch) -> {
      long o = i / across;
      long first = i % across * columns;
      long here = Math.min(columns, inner - first);
      long y = addresses[2] + (o * op.extent() * inner + first) * size;
      boolean direct = compute == updates.dtype();
      long sums = direct ? y : scratch.get(Scratch.Slot.PARTIAL, op.extent() * here * compute.size());
      long picks = op.elementwise() ? o * own * inner * indices.dtype().size() : 0;
      Part part = new Part(op, updates.dtype(), indices.dtype(), addresses[0] + (o * own * inner + first) * size,
          addresses[1] + picks, own, inner, first, here, sums, direct ? inner : here, busy,
          busy.count == 0 ? 0 : scratch.get(Scratch.Slot.TILE, 2L * busy.count * here * Double.BYTES));
      add(part, compute);
      settle(part);
      if (!direct) {
        store(part, y);
      }
    };
    if (small) {
      Scratch scratch = pool.borrow();
      try {
        for (long i = 0; i < outer * across; i++) {
          task.run(i, scratch);
        }
      } finally {
        pool.giveBack(scratch);
      }
    } else {
      pool.parallel(outer * across, task);
    }
  }

  private static void add(Part p, DType compute) {
    int size = compute.size();
    if (p.sumRow == p.columns) {
      Raw.zero(p.sums, p.op.extent() * p.columns * size);
    } else {
      for (long e = 0; e < p.op.extent(); e++) {
        Raw.zero(p.sums + e * p.sumRow * size, p.columns * size);
      }
    }
    Raw.zero(p.wide, 2L * p.busy.count * p.columns * Double.BYTES);
    for (long j = 0; j < p.own; j++) {
      if (p.op.elementwise()) {
        for (long k = 0; k < p.columns; k++) {
          line(p, j, p.pick(j, k), k, k + 1);
        }
      } else {
        line(p, j, p.pick(j, 0), 0, p.columns);
      }
    }
  }

  /** Adds the columns {@code from} to before {@code to} of update {@code j}. */
  private static void line(Part p, long j, long picked, long from, long to) {
    if (!p.isInside(picked)) {
      return;
    }
    int number = p.busy.number(picked);
    if (number >= 0) {
      wideLine(p, j, number, from, to);
      return;
    }
    long sum = p.sums + picked * p.sumRow * p.type.compute().size();
    long update = p.updates + j * p.inner * p.type.size();
    if (p.type == DType.F64) {
      for (long k = from; k < to; k++) {
        Raw.putDouble(sum + k * 8, Raw.getDouble(sum + k * 8) + Raw.getDouble(update + k * 8));
      }
    } else if (p.type == DType.F32) {
      for (long k = from; k < to; k++) {
        Raw.putFloat(sum + k * 4, Raw.getFloat(sum + k * 4) + Raw.getFloat(update + k * 4));
      }
    } else {
      ElementType storage = ElementTypes.of(p.type);
      for (long k = from; k < to; k++) {
        Raw.putFloat(sum + k * 4, Raw.getFloat(sum + k * 4) + Raw.getAsFloat(storage, update + k * 2));
      }
    }
  }

  /** {@link #line} of a row that gets many: sums in double, and of F64 the errors of its additions. */
  private static void wideLine(Part p, long j, int number, long from, long to) {
    ElementType storage = ElementTypes.of(p.type);
    long sum = p.wide + number * p.columns * Double.BYTES;
    long errors = sum + p.busy.count * p.columns * Double.BYTES;
    long update = p.updates + j * p.inner * p.type.size();
    for (long k = from; k < to; k++) {
      long at = k * Double.BYTES;
      double before = Raw.getDouble(sum + at);
      if (storage == ElementType.F64) {
        double x = Raw.getDouble(update + at);
        Raw.putDouble(errors + at, Raw.getDouble(errors + at) + CompensatedSum.error(before, x, before + x));
        Raw.putDouble(sum + at, before + x);
      } else {
        Raw.putDouble(sum + at, before + Raw.getAsFloat(storage, update + k * storage.bytes()));
      }
    }
  }

  /** Moves the sums of rows that got many to their places. */
  private static void settle(Part p) {
    for (int row = 0; row < p.busy.numbers.length; row++) {
      int number = p.busy.numbers[row];
      for (long k = 0; number >= 0 && k < p.columns; k++) {
        long from = p.wide + (number * p.columns + k) * Double.BYTES;
        double sum = CompensatedSum.settled(Raw.getDouble(from),
            Raw.getDouble(from + p.busy.count * p.columns * Double.BYTES));
        long to = p.sums + (row * p.sumRow + k) * p.type.compute().size();
        if (p.type == DType.F64) {
          Raw.putDouble(to, sum);
        } else {
          Raw.putFloat(to, (float) sum);
        }
      }
    }
  }

  private static void store(Part p, long y) {
    ElementType storage = ElementTypes.of(p.type);
    for (long e = 0; e < p.op.extent(); e++) {
      for (long k = 0; k < p.columns; k++) {
        Elements.putFloat(storage, y + (e * p.inner + k) * storage.bytes(),
            Raw.getFloat(p.sums + (e * p.sumRow + k) * 4));
      }
    }
  }
}
