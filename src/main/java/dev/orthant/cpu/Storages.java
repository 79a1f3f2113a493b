package dev.orthant.cpu;

import dev.orthant.core.DType;
import java.lang.foreign.ValueLayout;

/** Element types as the kernels know them. */
final class Storages {
  private Storages() {}

  /** @param type floating */
  static Storage of(DType type) {
    return switch (type) {
      case F16 -> Storage.F16;
      case BF16 -> Storage.BF16;
      case F32 -> Storage.F32;
      case F64 -> Storage.F64;
      case I8, U8, I32, I64, BOOL -> throw new IllegalArgumentException(type + " is not floating");
    };
  }

  static void putShort(long address, short value) {
    Raw.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }
}
