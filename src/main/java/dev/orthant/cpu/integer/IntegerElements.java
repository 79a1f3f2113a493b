package dev.orthant.cpu.integer;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.Raw;
import java.util.Arrays;

/** Runs of integers of any type, to and from registers of 64 bits. */
public final class IntegerElements {
  private IntegerElements() {}

  /** {@code n} elements from {@code address} on: neighbours, or one over and over if {@code repeated}. */
  public static void load(DType type, long address, boolean repeated, long[] to, int first, int n) {
    if (repeated) {
      Arrays.fill(to, first, first + n, get(type, address));
      return;
    }
    switch (type) {
      case I8 -> {
        for (int i = 0; i < n; i++) {
          to[first + i] = Raw.getByte(address + i);
        }
      }
      case U8, BOOL -> {
        for (int i = 0; i < n; i++) {
          to[first + i] = Raw.getByte(address + i) & 0xff;
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          to[first + i] = Raw.getInt(address + (long) i * Integer.BYTES);
        }
      }
      case I64 -> {
        for (int i = 0; i < n; i++) {
          to[first + i] = Raw.getLong(address + (long) i * Long.BYTES);
        }
      }
      case F16, BF16, F32, F64 -> throw floating(type);
    }
  }

  static long get(DType type, long address) {
    return switch (type) {
      case I8 -> Raw.getByte(address);
      case U8, BOOL -> Raw.getByte(address) & 0xff;
      case I32 -> Raw.getInt(address);
      case I64 -> Raw.getLong(address);
      case F16, BF16, F32, F64 -> throw floating(type);
    };
  }

  /** The low bits of {@code n} numbers, for BOOL whether they are not 0, to neighbours from {@code address} on. */
  public static void store(DType type, long[] from, int n, long address) {
    switch (type) {
      case I8, U8 -> {
        for (int i = 0; i < n; i++) {
          Raw.putByte(address + i, (byte) from[i]);
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          Raw.putByte(address + i, (byte) (from[i] != 0 ? 1 : 0));
        }
      }
      case I32 -> {
        for (int i = 0; i < n; i++) {
          Raw.putInt(address + (long) i * Integer.BYTES, (int) from[i]);
        }
      }
      case I64 -> {
        for (int i = 0; i < n; i++) {
          Raw.putLong(address + (long) i * Long.BYTES, from[i]);
        }
      }
      case F16, BF16, F32, F64 -> throw floating(type);
    }
  }

  private static IllegalArgumentException floating(DType type) {
    return new IllegalArgumentException(type + " holds no integers");
  }
}
