package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Random numbers in off-heap memory, in any storage, and what they are as doubles after rounding to it. */
public final class Operand {
  final ElementType storage;
  final MemorySegment memory;
  private final double[] values;

  private Operand(ElementType storage, MemorySegment memory, int count) {
    this.storage = storage;
    this.memory = memory;
    this.values = new double[count];
  }

  public static Operand random(Arena arena, ElementType storage, int count, Random random) {
    Operand operand = new Operand(storage, arena.allocate(Math.max(1, (long) count * storage.bytes()), 64), count);
    for (int i = 0; i < count; i++) {
      operand.set(i, 2 * random.nextDouble() - 1);
    }
    return operand;
  }

  public long address() {
    return memory.address();
  }

  public double get(int index) {
    return values[index];
  }

  void set(int index, double value) {
    values[index] = switch (storage) {
      case F64 -> {
        memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
        yield value;
      }
      case F32 -> {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
        yield (float) value;
      }
      case F16 -> {
        short bits = Float.floatToFloat16((float) value);
        memory.setAtIndex(ValueLayout.JAVA_SHORT, index, bits);
        yield Float.float16ToFloat(bits);
      }
      case BF16 -> {
        int bits = Float.floatToRawIntBits((float) value) >>> 16;
        memory.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) bits);
        yield Float.intBitsToFloat(bits << 16);
      }
    };
  }

  /** A result of {@code count} elements of {@code F32} or {@code F64}, poisoned with NaN. */
  public static MemorySegment poisoned(Arena arena, ElementType element, long count) {
    MemorySegment memory = arena.allocate(Math.max(8, count * element.bytes()), 64);
    memory.fill((byte) 0xff);
    return memory;
  }

  public static double element(ElementType element, MemorySegment memory, long index) {
    return element == ElementType.F64
        ? memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
        : memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  /** γ(n) = n·u / (1 − n·u): the relative error of a sum of n products, whatever the order. */
  public static double gamma(ElementType element, int n) {
    double u = element == ElementType.F64 ? 0x1p-53 : 0x1p-24;
    return n * u / (1 - n * u);
  }
}
