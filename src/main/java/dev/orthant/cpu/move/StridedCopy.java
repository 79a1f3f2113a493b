package dev.orthant.cpu.move;

import dev.orthant.cpu.memory.Elements;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Elements to be moved from one strided place to another: counts[0] × counts[1] × … of them, strides in elements. In
 * blocks of rows and columns, so that what is read along and what is written along both stay in the cache.
 */
final class StridedCopy {
  /** Rows and columns of a block that is transposed. */
  private static final long TILE = 32;
  private static final long BLOCK_BYTES = 1 << 15;

  private final int size;
  private final long[] counts;
  private final long[] from;
  private final long[] to;
  private final int row;
  private final int column;
  private final long[] block;

  /**
   * A box.
   *
   * @param size of an element in bytes
   * @param from strides of what is read
   * @param to strides of what is written, positive
   */
  StridedCopy(int size, long[] counts, long[] from, long[] to) {
    this.size = size;
    List<long[]> axes = new ArrayList<>();
    for (int d = 0; d < counts.length; d++) {
      long[] axis = {counts[d], from[d], to[d]};
      int last = axes.size() - 1;
      if (counts[d] == 1) {
        continue;
      }
      if (last >= 0 && axes.get(last)[1] == axis[1] * axis[0] && axes.get(last)[2] == axis[2] * axis[0]) {
        axis[0] *= axes.get(last)[0];
        axes.set(last, axis);
      } else {
        axes.add(axis);
      }
    }
    while (axes.size() < 2) {
      axes.addFirst(new long[] {1, 0, 0});
    }
    this.counts = axes.stream().mapToLong(a -> a[0]).toArray();
    this.from = axes.stream().mapToLong(a -> a[1]).toArray();
    this.to = axes.stream().mapToLong(a -> a[2]).toArray();
    this.column = axes.size() - 1;
    this.row = row();
    this.block = block();
  }

  /** The axis that is read most nearly along memory, when that is not the last. */
  private int row() {
    int best = column - 1;
    for (int d = 0; d < column; d++) {
      boolean closer = from[d] != 0 && Math.abs(from[d]) < Math.abs(from[best]);
      best = closer && Math.abs(from[d]) < Math.abs(from[column]) ? d : best;
    }
    return best;
  }

  private long[] block() {
    long[] result = new long[counts.length];
    Arrays.fill(result, 1);
    boolean transposed = from[row] != 0 && Math.abs(from[row]) < Math.abs(from[column]);
    result[column] = Math.min(counts[column], transposed ? TILE : BLOCK_BYTES / size);
    result[row] = Math.min(counts[row], transposed ? TILE : Math.max(1, BLOCK_BYTES / size / result[column]));
    return result;
  }

  /** Moves everything. */
  void move(WorkerPool pool, long source, long target) {
    long blocks = 1;
    for (int d = 0; d < counts.length; d++) {
      blocks *= (counts[d] + block[d] - 1) / block[d];
    }
    new Split(pool).run(blocks, block[row] * block[column] * size, (first, last) -> {
      long[] at = begin(first);
      for (long i = first; i < last; i++) {
        block(at, source, target);
        step(at);
      }
    });
  }

  /** Where block {@code index} begins. */
  private long[] begin(long index) {
    long[] at = new long[counts.length];
    long rest = index;
    for (int d = counts.length - 1; d >= 0; d--) {
      long along = (counts[d] + block[d] - 1) / block[d];
      at[d] = rest % along * block[d];
      rest /= along;
    }
    return at;
  }

  private void step(long[] at) {
    for (int d = counts.length - 1; d >= 0; d--) {
      at[d] += block[d];
      if (at[d] < counts[d]) {
        return;
      }
      at[d] = 0;
    }
  }

  private void block(long[] at, long source, long target) {
    long in = source;
    long out = target;
    for (int d = 0; d < at.length; d++) {
      in += at[d] * from[d] * size;
      out += at[d] * to[d] * size;
    }
    long rows = Math.min(block[row], counts[row] - at[row]);
    long columns = Math.min(block[column], counts[column] - at[column]);
    for (long r = 0; r < rows; r++) {
      if (from[column] == 1 && to[column] == 1) {
        Elements.moveRun(in, out, columns * size);
      } else {
        line(in, out, columns, from[column] * size, to[column] * size);
      }
      in += from[row] * size;
      out += to[row] * size;
    }
  }

  private void line(long in, long out, long count, long fromStep, long toStep) {
    switch (size) {
      case 1 -> {
        for (long i = 0; i < count; i++) {
          Elements.putByte(out + i * toStep, Elements.getByte(in + i * fromStep));
        }
      }
      case 2 -> {
        for (long i = 0; i < count; i++) {
          Elements.putShort(out + i * toStep, Raw.getShort(in + i * fromStep));
        }
      }
      case 4 -> {
        for (long i = 0; i < count; i++) {
          Raw.putInt(out + i * toStep, Raw.getInt(in + i * fromStep));
        }
      }
      default -> {
        for (long i = 0; i < count; i++) {
          Raw.putLong(out + i * toStep, Elements.getLong(in + i * fromStep));
        }
      }
    }
  }
}
