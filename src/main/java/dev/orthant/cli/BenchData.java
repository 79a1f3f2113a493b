package dev.orthant.cli;

import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.io.HostTensor;
import dev.orthant.op.Call;
import dev.orthant.parity.Bounds;
import dev.orthant.parity.Precision;
import dev.orthant.parity.Tally;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;

/** The numbers a benchmark computes on, and the check that it computed right. */
final class BenchData {
  /** A prime: repeated in steps of it, no two rows of a matrix are alike. */
  private static final int PERIOD = 1_048_573;

  /** All bits set: a NaN in every floating type that no arithmetic gives. */
  private static final byte POISON = (byte) 0xff;

  private static final int CHECKED = 500;

  private BenchData() {}

  /** Normally distributed numbers; large tensors repeat them, making them would take longer than measuring. */
  static HostTensor normal(TensorSpec spec, long seed, Arena arena) {
    HostTensor t = HostTensor.allocate(spec, arena);
    long n = spec.shape().elements();
    long first = Math.min(n, PERIOD);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < first; i++) {
      t.set(i, random.nextGaussian());
    }
    long size = spec.dtype().size();
    for (long i = first; i < n; i += first) {
      MemorySegment.copy(t.memory(), 0, t.memory(), i * size, Math.min(first, n - i) * size);
    }
    return t;
  }

  static Buffer upload(Device device, HostTensor t) {
    Buffer b = device.allocate(t.spec().bytes());
    device.write(b, 0, t.memory());
    return b;
  }

  /** Overwrites a buffer with what no op computes. */
  static void poison(Device device, Buffer buffer) {
    try (Arena arena = Arena.ofConfined()) {
      device.write(buffer, 0, arena.allocate(buffer.bytes(), 64).fill(POISON));
    }
  }

  /**
   * Compares some hundred outputs, first and last among them, with float64, and sees that all were written.
   *
   * @param output what the device computed
   */
  static Precision check(Call call, List<HostTensor> inputs, HostTensor output, long seed) {
    List<LongToDoubleFunction> values = inputs.stream().<LongToDoubleFunction>map(t -> t::get).toList();
    Bounds bounds = new Bounds(call, values);
    Tally tally = new Tally(output.dtype());
    SplittableRandom random = new SplittableRandom(seed);
    long n = output.shape().elements();
    for (long i = 0; i < Math.min(n, CHECKED); i++) {
      long at = n <= CHECKED ? i : i == 0 ? 0 : i == 1 ? n - 1 : random.nextLong(n);
      tally.add(bounds.expected(0, at), output.get(at), "output[" + at + "]");
    }
    Precision p = tally.result();
    long never = firstPoisoned(output);
    return never < 0 ? p
        : new Precision(p.count(), Double.POSITIVE_INFINITY, p.maxUlp(), p.p99Ulp(), p.nanMismatches(), p.zeros(),
            p.mistrusted(), "output[" + never + "] was never written");
  }

  private static long firstPoisoned(HostTensor t) {
    MemorySegment m = t.memory();
    int size = t.dtype().size();
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
