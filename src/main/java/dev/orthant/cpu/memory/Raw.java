package dev.orthant.cpu.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Off-heap memory by raw address. Through one constant segment that spans the address space, C2 folds every bounds and
 * liveness check away; a segment held in a parameter or field costs up to half the speed of a matrix kernel. Nothing
 * is checked here, so whoever passes an address has validated it, and keeps the memory alive during the call.
 */
public final class Raw {
  /** All of memory: the offset is the address. */
  @SuppressWarnings("restricted") // the point of this class; the JVM is started with native access enabled
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /**
   * {@code address & ADDRESS} is the address. It says no more than that it is not negative and far from the end; but C2
   * cannot know that. It would check each access, or worse, compute ahead of each loop which trips need no check: 50 ns
   * for every tile of a matrix kernel. Mask once, then add constant offsets.
   */
  public static final long ADDRESS = Long.MAX_VALUE >> 1;

  public static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private Raw() {}

  public static float getFloat(long address) {
    return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address & ADDRESS);
  }

  public static void putFloat(long address, float value) {
    ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address & ADDRESS, value);
  }

  public static double getDouble(long address) {
    return ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, address & ADDRESS);
  }

  public static void putDouble(long address, double value) {
    ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address & ADDRESS, value);
  }

  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address & ADDRESS);
  }

  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address & ADDRESS, value);
  }

  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address & ADDRESS);
  }

  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address & ADDRESS);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address & ADDRESS, value);
  }

  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address & ADDRESS, value);
  }

  public static short getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address & ADDRESS);
  }

  /** The element at {@code address}, widened to {@code F32} when stored in half the width. Not for {@code F64}. */
  public static float getAsFloat(ElementType storage, long address) {
    return switch (storage) {
      case F32 -> getFloat(address);
      case F16 -> Float.float16ToFloat(getShort(address));
      case BF16 -> Float.intBitsToFloat(getShort(address) << 16);
      case F64 -> throw new IllegalArgumentException("F64 is not computed in F32");
    };
  }

  public static void zero(long address, long bytes) {
    if (bytes > 0) {
      ALL.asSlice(address, bytes).fill((byte) 0);
    }
  }

  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }
}
