package dev.orthant.bench;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.op.Call;
import dev.orthant.op.Philox;
import dev.orthant.op.Random;
import dev.orthant.op.Random.Distribution;
import dev.orthant.parity.Precision;
import dev.orthant.parity.Tally;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;

/**
 * The numbers a benchmark computes on, and the check that it computed right. They are made on the device, by
 * {@link Random}, which gives the same bits everywhere: the host knows each of them without holding any.
 */
final class BenchData {
  /** All bits set: a NaN in every floating type that no arithmetic gives. */
  private static final byte POISON = (byte) 0xff;

  private static final int CHECKED = 500;
  /** How much of a tensor the host holds at a time; a multiple of every type's size. */
  private static final long CHUNK = 1L << 25;

  private BenchData() {}

  /** Normally distributed numbers. */
  static Random normal(TensorSpec spec, long seed) {
    return new Random(Distribution.NORMAL, 0, 1, new Philox(seed, 0), spec);
  }

  /** A buffer with those numbers. */
  static Buffer fill(Device device, Random numbers) {
    Buffer b = device.allocate(numbers.output().bytes());
    try {
      device.execute(Call.of(device.name(), numbers, List.of()), List.of(), List.of(b));
      return b;
    } catch (RuntimeException e) {
      b.close();
      throw e;
    }
  }

  /** Overwrites a buffer with what no op computes. */
  static void poison(Device device, Buffer buffer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Math.min(CHUNK, buffer.bytes()), 64).fill(POISON);
      for (long at = 0; at < buffer.bytes(); at += CHUNK) {
        device.write(buffer, at, chunk.asSlice(0, Math.min(CHUNK, buffer.bytes() - at)));
      }
    }
  }

  /**
   * Compares some hundred outputs, first and last among them, with float64, and sees that all were written.
   *
   * @param output what the device computed
   */
  static Precision check(Call call, List<Random> inputs, Buffer output, long seed) {
    List<LongToDoubleFunction> values =
        inputs.stream().<LongToDoubleFunction>map(r -> i -> r.output().dtype().round(r.value(i))).toList();
    Bounds bounds = new Bounds(call, values);
    DType type = call.output().dtype();
    Tally tally = new Tally(type);
    SplittableRandom random = new SplittableRandom(seed);
    long n = call.output().shape().elements();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(type.size(), type.size());
      for (long i = 0; i < Math.min(n, CHECKED); i++) {
        long at = n <= CHECKED ? i : i == 0 ? 0 : i == 1 ? n - 1 : random.nextLong(n);
        output.device().read(output, at * type.size(), one);
        tally.add(bounds.expected(0, at), type.get(one, 0), "output[" + at + "]");
      }
    }
    Precision p = tally.result();
    long never = firstPoisoned(output, call.output());
    return never < 0 ? p
        : new Precision(p.count(), Double.POSITIVE_INFINITY, p.maxUlp(), p.p99Ulp(), p.nanMismatches(), p.zeros(),
            p.mistrusted(), "output[" + never + "] was never written");
  }

  private static long firstPoisoned(Buffer buffer, TensorSpec spec) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Math.min(CHUNK, spec.bytes()), 64);
      for (long at = 0; at < spec.bytes(); at += CHUNK) {
        MemorySegment part = chunk.asSlice(0, Math.min(CHUNK, spec.bytes() - at));
        buffer.device().read(buffer, at, part);
        long found = firstPoisoned(part, spec.dtype().size());
        if (found >= 0) {
          return at / spec.dtype().size() + found;
        }
      }
    }
    return -1;
  }

  private static long firstPoisoned(MemorySegment m, int size) {
    for (long at = 0; at < m.byteSize(); at += size) {
      boolean poisoned = switch (size) {
        case 2 -> m.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) == -1;
        case 4 -> m.get(ValueLayout.JAVA_INT_UNALIGNED, at) == -1;
        default -> m.get(ValueLayout.JAVA_LONG_UNALIGNED, at) == -1;
      };
      if (poisoned) {
        return at / size;
      }
    }
    return -1;
  }
}
