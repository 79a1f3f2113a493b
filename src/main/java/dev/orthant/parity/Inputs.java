package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Seeded test data: the same seed gives the same numbers on every machine. */
public final class Inputs {
  /**
   * What breaks kernels: signed zeros, infinities, NaN, subnormals, the smallest and largest numbers, kinks and where
   * functions saturate.
   */
  private static final double[] SPECIAL =
      {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, -1, 0.5, -0.5,
          3, -3, 6, 20, -20, 88, -88, 104, -104, 1e-4, -1e-4, 1e-10, -1e-10, 1e4, -1e4, 1e20, -1e20, 1e38, -1e38, 1e-38,
          -1e-38, 1e-44, -1e-44};

  /** The largest integer among inputs of an integer type. */
  private static final int SMALL = 9;
  /** Of numbers whose products with the largest ones are still finite. */
  private static final double SMALL_DEVIATION = 0x1p-12;

  private Inputs() {}

  /** All inputs of a case, as the parity run feeds them. */
  public static List<MemorySegment> of(Case test, long seed, Arena arena) {
    List<MemorySegment> result = new ArrayList<>();
    for (int i = 0; i < test.inputs().size(); i++) {
      TensorSpec spec = test.inputs().get(i);
      long own = seed * 1_000_003 + test.id().hashCode() * 31L + i;
      MemorySegment other = MoveInputs.of(test, i, own, arena);
      result.add(other != null ? other : switch (test.data()) {
        case NORMAL -> normal(spec, own, arena);
        case SPECIAL -> special(spec, own, arena);
        case PLANTED -> {
          MemorySegment m = normal(spec, own, arena);
          plant(spec, m, own);
          yield m;
        }
        case LARGE -> {
          MemorySegment m = normal(spec, own, SMALL_DEVIATION, arena);
          plant(spec, m, own, spec.dtype().maxFinite(), -spec.dtype().maxFinite());
          yield m;
        }
        case TENTHS -> filled(spec, () -> 0.1, arena);
        case POSITIVE -> filled(spec, new SplittableRandom(own)::nextDouble, arena);
        // Only the first input: what scales and shifts it stays as it is.
        case FAR -> i == 0 ? far(spec, own, arena) : normal(spec, own, arena);
        case HUGE -> normal(spec, own, i == 0 ? 16 * Math.sqrt(spec.dtype().maxFinite()) : 1, arena);
        case TINY -> normal(spec, own, i == 0 ? Math.sqrt(spec.dtype().minNormal()) / 16 : 1, arena);
      });
    }
    if (test.op() instanceof Pool2dBackward op && op.pool().kind() == Pool2d.Kind.LP
        && op.pool().p() == Double.POSITIVE_INFINITY) {
      pooled(op, test.inputs(), result);
    }
    return result;
  }

  /** Replaces y by what x is pooled to: its largest magnitudes are looked for among x. */
  private static void pooled(Pool2dBackward op, List<TensorSpec> specs, List<MemorySegment> memory) {
    TensorSpec x = specs.get(1);
    TensorSpec y = specs.get(2);
    for (long o = 0; o < y.shape().elements(); o++) {
      y.dtype().set(memory.get(2), o, op.pool().norm(x, o, at -> x.dtype().get(memory.get(1), at)));
    }
  }

  /**
   * Normally distributed numbers, rounded to the type; small integers for an integer type. The arena owns the memory.
   */
  public static MemorySegment normal(TensorSpec spec, long seed, Arena arena) {
    return normal(spec, seed, 1, arena);
  }

  /** As {@link #normal(TensorSpec, long, Arena)} with the given standard deviation. */
  public static MemorySegment normal(TensorSpec spec, long seed, double deviation, Arena arena) {
    MemorySegment memory = arena.allocate(Math.max(1, spec.bytes()), 64).asSlice(0, spec.bytes());
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < spec.shape().elements(); i++) {
      spec.dtype().set(memory, i, switch (spec.dtype()) {
        case F16, BF16, F32, F64 -> random.nextGaussian() * deviation;
        case I8, I32, I64 -> random.nextInt(-SMALL, SMALL + 1);
        case U8 -> random.nextInt(SMALL + 1);
        case BOOL -> random.nextInt(2);
      });
    }
    return memory;
  }

  private static MemorySegment filled(TensorSpec spec, DoubleSupplier values, Arena arena) {
    MemorySegment memory = arena.allocate(Math.max(1, spec.bytes()), 64).asSlice(0, spec.bytes());
    for (long i = 0; i < spec.shape().elements(); i++) {
      spec.dtype().set(memory, i, values.getAsDouble());
    }
    return memory;
  }

  /** Numbers around one that is larger than their deviation by most of what the type can tell apart. */
  private static MemorySegment far(TensorSpec spec, long seed, Arena arena) {
    MemorySegment memory = normal(spec, seed, arena);
    double mean = 1 / (spec.dtype().unitRoundoff() * 64);
    for (long i = 0; i < spec.shape().elements() && spec.dtype().isFloating(); i++) {
      spec.dtype().set(memory, i, mean + spec.dtype().get(memory, i));
    }
    return memory;
  }

  /** Normally distributed numbers with every second one replaced by a special value, in a shuffled but fixed order. */
  public static MemorySegment special(TensorSpec spec, long seed, Arena arena) {
    MemorySegment memory = normal(spec, seed, 3, arena);
    if (!spec.dtype().isFloating()) {
      return memory;
    }
    SplittableRandom random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    int offset = random.nextInt(SPECIAL.length);
    for (long i = 0; i < spec.shape().elements(); i += 2) {
      spec.dtype().set(memory, i, special(spec.dtype(), (int) ((offset + i / 2) % SPECIAL.length)));
    }
    return memory;
  }

  private static double special(DType type, int index) {
    double v = SPECIAL[index];
    // 1e38 and 1e20 are infinite in F16: its own largest number says more.
    return Double.isInfinite(type.round(v)) && !Double.isInfinite(v) ? Math.copySign(type.maxFinite(), v) : v;
  }

  /**
   * One special value in each of a few places: a NaN or infinity in a matrix must reach its own row and column and no
   * other.
   */
  public static void plant(TensorSpec spec, MemorySegment memory, long seed) {
    plant(spec, memory, seed, Double.NaN, Double.POSITIVE_INFINITY, -0.0);
  }

  private static void plant(TensorSpec spec, MemorySegment memory, long seed, double... values) {
    long n = spec.shape().elements();
    if (n == 0 || !spec.dtype().isFloating()) {
      return;
    }
    SplittableRandom random = new SplittableRandom(seed);
    for (double v : values) {
      spec.dtype().set(memory, random.nextLong(n), v);
    }
  }
}
