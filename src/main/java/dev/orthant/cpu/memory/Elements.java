package dev.orthant.cpu.memory;

import dev.orthant.core.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements as bits of 1, 2, 4 or 8 bytes, by raw address (see {@link Raw}). */
public final class Elements {
  private static final long PIECE = 1 << 16;

  private Elements() {}

  public static byte getByte(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_BYTE, address & Raw.ADDRESS);
  }

  public static void putByte(long address, byte value) {
    Raw.ALL.set(ValueLayout.JAVA_BYTE, address & Raw.ADDRESS, value);
  }

  public static void putShort(long address, short value) {
    Raw.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address & Raw.ADDRESS, value);
  }

  public static long getLong(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address & Raw.ADDRESS);
  }

  /** Rounds to {@code storage}, which is not {@code F64}. */
  public static void putFloat(ElementType storage, long address, float value) {
    switch (storage) {
      case F32 -> Raw.putFloat(address, value);
      case F16 -> putShort(address, Float.floatToFloat16(value));
      case BF16 -> putShort(address, DType.floatToBF16(value));
      case F64 -> throw new IllegalArgumentException("F64 is not computed in F32");
    }
  }

  /** Copies one element of {@code size} bytes. */
  public static void move(int size, long from, long to) {
    switch (size) {
      case 1 -> putByte(to, getByte(from));
      case 2 -> putShort(to, Raw.getShort(from));
      case 4 -> Raw.putInt(to, Raw.getInt(from));
      default -> Raw.putLong(to, getLong(from));
    }
  }

  /** Copies a run of bytes; short ones without the cost of a call. */
  public static void moveRun(long from, long to, long bytes) {
    if (bytes > 64 || (bytes & 3) != 0) {
      Raw.copy(from, to, bytes);
      return;
    }
    for (long i = 0; i < bytes; i += 4) {
      Raw.putInt(to + i, Raw.getInt(from + i));
    }
  }

  /** The index at {@code address}. */
  public static long index(DType type, long address) {
    return type == DType.I32 ? Raw.getInt(address) : getLong(address);
  }

  /** {@code value} rounded to the type, over and over. */
  public static void fill(WorkerPool pool, DType type, double value, long address, long bytes) {
    // On the heap: all threads read it.
    MemorySegment piece = MemorySegment.ofArray(new byte[(int) Math.min(PIECE, bytes)]);
    for (long i = 0; i < piece.byteSize() / type.size(); i++) {
      type.set(piece, i, value);
    }
    new Split(pool).run((bytes + PIECE - 1) / PIECE, PIECE, (first, last) -> {
      for (long i = first; i < last; i++) {
        long at = i * PIECE;
        MemorySegment.copy(piece, 0, Raw.ALL, address + at, Math.min(PIECE, bytes - at));
      }
    });
  }
}
