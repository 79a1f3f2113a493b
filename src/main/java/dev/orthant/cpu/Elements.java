package dev.orthant.cpu;

import dev.orthant.core.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements as bits of 1, 2, 4 or 8 bytes, by raw address (see {@link Raw}). */
final class Elements {
  private static final long PIECE = 1 << 16;

  private Elements() {}

  static byte getByte(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_BYTE, address & Raw.ADDRESS);
  }

  static void putByte(long address, byte value) {
    Raw.ALL.set(ValueLayout.JAVA_BYTE, address & Raw.ADDRESS, value);
  }

  static void putShort(long address, short value) {
    Raw.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address & Raw.ADDRESS, value);
  }

  static long getLong(long address) {
    return Raw.ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address & Raw.ADDRESS);
  }

  /** Copies one element of {@code size} bytes. */
  static void move(int size, long from, long to) {
    switch (size) {
      case 1 -> putByte(to, getByte(from));
      case 2 -> putShort(to, Raw.getShort(from));
      case 4 -> Raw.putInt(to, Raw.getInt(from));
      default -> Raw.putLong(to, getLong(from));
    }
  }

  /** Copies a run of bytes; short ones without the cost of a call. */
  static void moveRun(long from, long to, long bytes) {
    if (bytes > 64 || (bytes & 3) != 0) {
      Raw.copy(from, to, bytes);
      return;
    }
    for (long i = 0; i < bytes; i += 4) {
      Raw.putInt(to + i, Raw.getInt(from + i));
    }
  }

  /** The index at {@code address}. */
  static long index(DType type, long address) {
    return type == DType.I32 ? Raw.getInt(address) : getLong(address);
  }

  /** {@code value} rounded to the type, over and over. */
  static void fill(WorkerPool pool, DType type, double value, long address, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment piece = arena.allocate(PIECE, Long.BYTES);
      for (long i = 0; i < Math.min(PIECE, bytes) / type.size(); i++) {
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
}
