package dev.orthant.cpu.move;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.memory.Elements;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.Sort;
import java.util.Arrays;

/**
 * Sorts rows by integer keys that order as the numbers do. Keys of 32 bits lie with their place in one long, which the
 * JDK sorts fastest and which makes the order stable; keys of 64 bits are merged.
 */
public final class SortRunner {
  /** What sorting an element costs, in bytes moved. */
  private static final long COST = 256;
  /** Runs that insertion sorts faster than merging. */
  private static final int RUN = 12;

  private final WorkerPool pool;

  public SortRunner(WorkerPool pool) {
    this.pool = pool;
  }

  public void run(Call call, Sort op, long[] addresses) {
    TensorSpec x = call.input(0);
    int length = Math.toIntExact(x.shape().dim(op.axis()));
    long inner = x.shape().slice(op.axis() + 1, x.shape().rank()).elements();
    DType type = x.dtype();
    int size = type.size();
    new Split(pool).run(x.shape().elements() / length, length * COST, (first, last) -> {
      for (long row = first; row < last; row++) {
        long at = row / inner * length * inner + row % inner;
        long[] keys = new long[length];
        for (int p = 0; p < length; p++) {
          long key = key(type, addresses[0] + (at + p * inner) * size);
          keys[p] = op.descending() ? ~key : key;
        }
        int[] order = size == Long.BYTES ? merged(keys) : packed(keys);
        for (int p = 0; p < length; p++) {
          long to = at + p * inner;
          Elements.move(size, addresses[0] + (at + order[p] * inner) * size, addresses[1] + to * size);
          Raw.putLong(addresses[2] + to * Long.BYTES, order[p]);
        }
      }
    });
  }

  /** An integer that orders as the number does: NaN last, −0 as 0. */
  private static long key(DType type, long address) {
    return switch (type) {
      case F16 -> floating(Raw.getShort(address), 0x7fff, 0x7c00);
      case BF16 -> floating(Raw.getShort(address), 0x7fff, 0x7f80);
      case F32 -> floating(Raw.getInt(address), 0x7fffffff, 0x7f800000);
      case F64 -> floating(Elements.getLong(address), Long.MAX_VALUE, 0x7ff0000000000000L);
      case I8 -> Elements.getByte(address);
      case U8, BOOL -> Elements.getByte(address) & 0xff;
      case I32 -> Raw.getInt(address);
      case I64 -> Elements.getLong(address);
    };
  }

  /** From sign and magnitude to two's complement. */
  private static long floating(long bits, long mask, long infinity) {
    long magnitude = bits & mask;
    if (magnitude > infinity) {
      return mask;
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /** The places of the keys in their order; keys fit 32 bits. */
  private static int[] packed(long[] keys) {
    for (int p = 0; p < keys.length; p++) {
      keys[p] = keys[p] << 32 | p;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int p = 0; p < order.length; p++) {
      order[p] = (int) keys[p];
    }
    return order;
  }

  /** The places of the keys in their order, equal ones as they came. */
  private static int[] merged(long[] keys) {
    int[] order = new int[keys.length];
    for (int from = 0; from < order.length; from += RUN) {
      for (int p = from; p < Math.min(from + RUN, order.length); p++) {
        int q = p;
        for (; q > from && keys[order[q - 1]] > keys[p]; q--) {
          order[q] = order[q - 1];
        }
        order[q] = p;
      }
    }
    int[] other = new int[keys.length];
    for (long width = RUN; width < keys.length; width *= 2) {
      for (long from = 0; from < keys.length; from += 2 * width) {
        merge(keys, order, other, (int) from, (int) Math.min(from + width, keys.length),
            (int) Math.min(from + 2 * width, keys.length));
      }
      int[] swapped = order;
      order = other;
      other = swapped;
    }
    return order;
  }

  private static void merge(long[] keys, int[] in, int[] out, int from, int middle, int end) {
    int a = from;
    int b = middle;
    for (int to = from; to < end; to++) {
      boolean second = a == middle || (b < end && keys[in[b]] < keys[in[a]]);
      out[to] = second ? in[b++] : in[a++];
    }
  }
}
