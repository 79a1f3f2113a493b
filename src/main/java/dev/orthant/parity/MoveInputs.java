package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Cast;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.Op;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Seeded inputs that {@link Inputs} does not have: indices, integers of all widths, numbers next to where rounding
 * changes its mind.
 */
final class MoveInputs {
  private static final long[] INTEGERS =
      {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1, 1, (1L << 53) + 1, -(1L << 53) - 1, (1L << 24) + 1, (3L << 24) + 3,
          (1L << 32) + 7, 127, 128, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE, (1L << 62) + 1, 65519, 65520};

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MoveInputs() {}

  /** Input {@code i} of a case, or null when it is of the usual kind. */
  static @Nullable MemorySegment of(Case test, int i, long seed, Arena arena) {
    TensorSpec spec = test.inputs().get(i);
    boolean special = test.data() == Case.Data.SPECIAL;
    return switch (test.op()) {
      case Op o when special && o.isInIntegers(test.inputs()) -> integers(spec, seed, 0, arena);
      case Gather g when i == 1 -> indices(spec, test.inputs().getFirst().shape().dim(g.axis()), seed, arena);
      case ScatterAdd s when i == 1 -> indices(spec, s.extent(), seed, arena);
      case Cast _ when special && spec.dtype() == DType.F64 -> ties(Inputs.special(spec, seed, arena), spec, seed);
      case Cast _ when special && spec.dtype() == DType.F32 -> ties(Inputs.special(spec, seed, arena), spec, seed);
      case CumSum _ -> null;
      // A sort is judged by doubles: no two integers that are one double.
      case Sort _ when special && !spec.dtype().isFloating() -> integers(spec, seed, 11, arena);
      case dev.orthant.op.Copy _,dev.orthant.op.Concat _,Cast _,Gather _,Sort _ when !spec.dtype().isFloating() ->
          special ? integers(spec, seed, 0, arena) : small(spec, seed, arena);
      default -> null;
    };
  }

  /** Indices into {@code extent}, many of them twice; one in eight is out of range. */
  private static MemorySegment indices(TensorSpec spec, long extent, long seed, Arena arena) {
    MemorySegment memory = allocate(spec, arena);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < spec.shape().elements(); i++) {
      long inside = extent == 0 ? 0 : random.nextLong(extent);
      long outside = switch (random.nextInt(4)) {
        case 0 -> -1;
        case 1 -> extent;
        case 2 -> spec.dtype() == DType.I64 ? (1L << 32) + inside : Integer.MIN_VALUE;
        default -> extent + 5;
      };
      put(spec, memory, i, extent == 0 || random.nextInt(8) == 0 ? outside : inside);
    }
    return memory;
  }

  private static MemorySegment small(TensorSpec spec, long seed, Arena arena) {
    MemorySegment memory = allocate(spec, arena);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < spec.shape().elements(); i++) {
      spec.dtype().set(memory, i, switch (spec.dtype()) {
        case U8 -> random.nextInt(200);
        case BOOL -> random.nextInt(2);
        default -> random.nextInt(-100, 100);
      });
    }
    return memory;
  }

  /** Random bits, of which I64 keeps all but the lowest {@code dropped}, and the ends of ranges among them. */
  private static MemorySegment integers(TensorSpec spec, long seed, int dropped, Arena arena) {
    MemorySegment memory = allocate(spec, arena);
    SplittableRandom random = new SplittableRandom(seed);
    for (long i = 0; i < spec.shape().elements(); i++) {
      int chosen = random.nextInt(2 * INTEGERS.length);
      boolean drops = dropped > 0 && spec.dtype() == DType.I64;
      long bits = random.nextLong() >> (drops ? dropped : random.nextInt(40));
      put(spec, memory, i, chosen < (drops ? 5 : INTEGERS.length) ? INTEGERS[chosen] : bits);
    }
    return memory;
  }

  /** Every third number halfway between two of a narrower type, or just beside that. */
  private static MemorySegment ties(MemorySegment memory, TensorSpec spec, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] precisions = spec.dtype() == DType.F64 ? new int[] {8, 11, 24} : new int[] {8, 11};
    for (long i = 1; i < spec.shape().elements(); i += 3) {
      int precision = precisions[random.nextInt(precisions.length)];
      double half = 1 + (2 * random.nextInt(1 << (precision - 2)) + 1) * Math.scalb(1.0, -precision);
      double beside = random.nextInt(-1, 2) * (spec.dtype() == DType.F64 ? 0x1p-50 : 0x1p-23);
      spec.dtype().set(memory, i, Math.scalb(half + beside, random.nextInt(-18, 16)));
    }
    return memory;
  }

  private static void put(TensorSpec spec, MemorySegment memory, long index, long value) {
    switch (spec.dtype()) {
      case I64 -> memory.set(LONG, index * Long.BYTES, value);
      case BOOL -> spec.dtype().set(memory, index, (double) (value & 1));
      case I8, U8, I32, F16, BF16, F32, F64 -> spec.dtype().set(memory, index, (double) (int) value);
    }
  }

  private static MemorySegment allocate(TensorSpec spec, Arena arena) {
    return arena.allocate(Math.max(1, spec.bytes()), 64).asSlice(0, spec.bytes());
  }
}
