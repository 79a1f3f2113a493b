package dev.orthant.op.reference;

import dev.orthant.core.DType;
import java.util.Arrays;

/** Integers of 64 bits between other numbers: the references of work in integers. */
public final class Longs {
  private Longs() {}

  public static long[] of(double[] values) {
    return Arrays.stream(values).mapToLong(v -> (long) v).toArray();
  }

  public static long[][] of(double[][] values) {
    return Arrays.stream(values).map(Longs::of).toArray(long[][]::new);
  }

  public static double[][] toDoubles(long[][] values) {
    return Arrays.stream(values).map(v -> Arrays.stream(v).asDoubleStream().toArray()).toArray(double[][]::new);
  }

  /** What {@code type} holds of {@code v}: its low bits; for BOOL whether it is not 0. */
  public static long stored(DType type, long v) {
    return switch (type) {
      case I8 -> (byte) v;
      case U8 -> v & 0xff;
      case I32 -> (int) v;
      case I64 -> v;
      case BOOL -> v != 0 ? 1 : 0;
      case F16, BF16, F32, F64 -> throw new IllegalArgumentException(type + " holds no integers");
    };
  }
}
