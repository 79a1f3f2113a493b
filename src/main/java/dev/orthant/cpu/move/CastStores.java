package dev.orthant.cpu.move;

import dev.orthant.core.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The second half of a {@link CastRunner}: exact numbers, rounded once. A loop for each pair of types, each in a method
 * of its own: what the just-in-time compiler turns into vector code is simple loops.
 */
final class CastStores {
  private CastStores() {}

  static void store(float[] v, DType to, MemorySegment y) {
    switch (to) {
      case F16 -> MemorySegment.copy(f16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case BF16 -> MemorySegment.copy(bf16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case F32 -> MemorySegment.copy(v, 0, y, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, v.length);
      case F64 -> MemorySegment.copy(f64(v), 0, y, ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, v.length);
      case I8 -> MemorySegment.copy(i8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case U8 -> MemorySegment.copy(u8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case I32 -> MemorySegment.copy(i32(v), 0, y, ValueLayout.JAVA_INT_UNALIGNED, 0, v.length);
      case I64 -> MemorySegment.copy(i64(v), 0, y, ValueLayout.JAVA_LONG_UNALIGNED, 0, v.length);
      case BOOL -> MemorySegment.copy(truth(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
    }
  }

  static void store(double[] v, DType to, MemorySegment y) {
    switch (to) {
      case F16 -> MemorySegment.copy(f16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case BF16 -> MemorySegment.copy(bf16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case F32 -> MemorySegment.copy(f32(v), 0, y, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, v.length);
      case F64 -> MemorySegment.copy(v, 0, y, ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, v.length);
      case I8 -> MemorySegment.copy(i8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case U8 -> MemorySegment.copy(u8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case I32 -> MemorySegment.copy(i32(v), 0, y, ValueLayout.JAVA_INT_UNALIGNED, 0, v.length);
      case I64 -> MemorySegment.copy(i64(v), 0, y, ValueLayout.JAVA_LONG_UNALIGNED, 0, v.length);
      case BOOL -> MemorySegment.copy(truth(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
    }
  }

  static void store(long[] v, DType to, MemorySegment y) {
    switch (to) {
      case F16 -> MemorySegment.copy(f16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case BF16 -> MemorySegment.copy(bf16(v), 0, y, ValueLayout.JAVA_SHORT_UNALIGNED, 0, v.length);
      case F32 -> MemorySegment.copy(f32(v), 0, y, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, v.length);
      case F64 -> MemorySegment.copy(f64(v), 0, y, ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, v.length);
      case I8 -> MemorySegment.copy(i8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case U8 -> MemorySegment.copy(u8(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
      case I32 -> MemorySegment.copy(i32(v), 0, y, ValueLayout.JAVA_INT_UNALIGNED, 0, v.length);
      case I64 -> MemorySegment.copy(v, 0, y, ValueLayout.JAVA_LONG_UNALIGNED, 0, v.length);
      case BOOL -> MemorySegment.copy(truth(v), 0, y, ValueLayout.JAVA_BYTE, 0, v.length);
    }
  }

  private static short[] f16(float[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Float.floatToFloat16(v[i]);
    }
    return y;
  }

  private static short[] bf16(float[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = DType.floatToBF16(v[i]);
    }
    return y;
  }

  private static double[] f64(float[] v) {
    double[] y = new double[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = v[i];
    }
    return y;
  }

  private static byte[] i8(float[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) Math.clamp((int) v[i], Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    return y;
  }

  private static byte[] u8(float[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) Math.clamp((int) v[i], 0, 255);
    }
    return y;
  }

  private static int[] i32(float[] v) {
    int[] y = new int[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (int) v[i];
    }
    return y;
  }

  private static long[] i64(float[] v) {
    long[] y = new long[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (long) v[i];
    }
    return y;
  }

  private static byte[] truth(float[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) (v[i] != 0 ? 1 : 0);
    }
    return y;
  }

  private static short[] f16(double[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Float.floatToFloat16(DType.toOddFloat(v[i]));
    }
    return y;
  }

  private static short[] bf16(double[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = DType.floatToBF16(DType.toOddFloat(v[i]));
    }
    return y;
  }

  private static float[] f32(double[] v) {
    float[] y = new float[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) v[i];
    }
    return y;
  }

  private static byte[] i8(double[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) Math.clamp((int) v[i], Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    return y;
  }

  private static byte[] u8(double[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) Math.clamp((int) v[i], 0, 255);
    }
    return y;
  }

  private static int[] i32(double[] v) {
    int[] y = new int[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (int) v[i];
    }
    return y;
  }

  private static long[] i64(double[] v) {
    long[] y = new long[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (long) v[i];
    }
    return y;
  }

  private static byte[] truth(double[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) (v[i] != 0 ? 1 : 0);
    }
    return y;
  }

  // To single precision first is no second rounding: what is not exact there is infinite in F16.
  private static short[] f16(long[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = Float.floatToFloat16((float) v[i]);
    }
    return y;
  }

  private static short[] bf16(long[] v) {
    short[] y = new short[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = DType.floatToBF16(DType.toOddFloat(toOddDouble(v[i])));
    }
    return y;
  }

  private static float[] f32(long[] v) {
    float[] y = new float[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) v[i];
    }
    return y;
  }

  private static double[] f64(long[] v) {
    double[] y = new double[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (double) v[i];
    }
    return y;
  }

  private static byte[] i8(long[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) v[i];
    }
    return y;
  }

  private static byte[] u8(long[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) v[i];
    }
    return y;
  }

  private static int[] i32(long[] v) {
    int[] y = new int[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (int) v[i];
    }
    return y;
  }

  private static byte[] truth(long[] v) {
    byte[] y = new byte[v.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (byte) (v[i] != 0 ? 1 : 0);
    }
    return y;
  }

  /** What rounds to 16 bits as {@code v} does: the last bit stands for all that were cut off. */
  private static double toOddDouble(long v) {
    return Math.abs((double) v) < 0x1p53 ? v : (double) ((v >> 11 | ((v & 0x7ff) != 0 ? 1 : 0)) << 11);
  }
}
