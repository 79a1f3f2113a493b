package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import java.lang.foreign.MemorySegment;

/** Runs of elements from any storage to the type that formulas are computed in, and back. */
final class Conversions {
  private Conversions() {}

  /**
   * Widens or rounds {@code n} elements.
   *
   * @param compute F32 or F64
   */
  static void load(DType from, long source, DType compute, long target, long n) {
    if (compute == DType.F64) {
      MemorySegment memory = Raw.ALL.asSlice(source, n * from.size());
      for (long i = 0; i < n; i++) {
        Raw.putDouble(target + i * Double.BYTES, from.get(memory, i));
      }
      return;
    }
    switch (from) {
      case U8, BOOL -> {
        for (long i = 0; i < n; i++) {
          Raw.putFloat(target + i * Float.BYTES, Raw.getByte(source + i) & 0xff);
        }
      }
      case I8 -> {
        for (long i = 0; i < n; i++) {
          Raw.putFloat(target + i * Float.BYTES, Raw.getByte(source + i));
        }
      }
      case I32 -> {
        for (long i = 0; i < n; i++) {
          Raw.putFloat(target + i * Float.BYTES, (float) Raw.getInt(source + i * Integer.BYTES));
        }
      }
      case I64 -> {
        for (long i = 0; i < n; i++) {
          Raw.putFloat(target + i * Float.BYTES, (float) Raw.getLong(source + i * Long.BYTES));
        }
      }
      case F16, BF16, F32 -> {
        ElementType storage = ElementTypes.of(from);
        for (long i = 0; i < n; i++) {
          Raw.putFloat(target + i * Float.BYTES, Raw.getAsFloat(storage, source + i * storage.bytes()));
        }
      }
      case F64 -> throw new IllegalArgumentException("F64 is not computed in F32");
    }
  }

  /**
   * Rounds {@code n} elements to floats, makes them integers as {@link DType#round}, or stores for BOOL 1 for what is
   * not 0.
   */
  static void store(DType compute, long source, DType to, long target, long n) {
    if (compute == DType.F64) {
      MemorySegment memory = Raw.ALL.asSlice(target, n * to.size());
      for (long i = 0; i < n; i++) {
        to.set(memory, i, Raw.getDouble(source + i * Double.BYTES));
      }
      return;
    }
    switch (to) {
      case BOOL -> {
        for (long i = 0; i < n; i++) {
          Raw.putByte(target + i, (byte) (Raw.getFloat(source + i * Float.BYTES) != 0 ? 1 : 0));
        }
      }
      case I8, U8 -> {
        int low = to == DType.I8 ? Byte.MIN_VALUE : 0;
        int high = to == DType.I8 ? Byte.MAX_VALUE : 255;
        for (long i = 0; i < n; i++) {
          Raw.putByte(target + i, (byte) Math.clamp((int) Raw.getFloat(source + i * Float.BYTES), low, high));
        }
      }
      case I32 -> {
        for (long i = 0; i < n; i++) {
          Raw.putInt(target + i * Integer.BYTES, (int) Raw.getFloat(source + i * Float.BYTES));
        }
      }
      case I64 -> {
        for (long i = 0; i < n; i++) {
          Raw.putLong(target + i * Long.BYTES, (long) Raw.getFloat(source + i * Float.BYTES));
        }
      }
      case F32 -> Raw.copy(source, target, n * Float.BYTES);
      case F16 -> {
        for (long i = 0; i < n; i++) {
          ElementTypes.putShort(target + i * Short.BYTES, Float.floatToFloat16(Raw.getFloat(source + i * Float.BYTES)));
        }
      }
      case BF16 -> {
        for (long i = 0; i < n; i++) {
          ElementTypes.putShort(target + i * Short.BYTES, DType.floatToBF16(Raw.getFloat(source + i * Float.BYTES)));
        }
      }
      case F64 -> throw new IllegalArgumentException("F64 is not computed in F32");
    }
  }
}
