package dev.orthant.cpu.memory;

import dev.orthant.core.DType;
import java.lang.foreign.ValueLayout;

/** Element types as the kernels know them. */
public final class ElementTypes {
  private ElementTypes() {}

  /** The element type of a floating type. */
  public static ElementType of(DType type) {
    return switch (type) {
      case F16 -> ElementType.F16;
      case BF16 -> ElementType.BF16;
      case F32 -> ElementType.F32;
      case F64 -> ElementType.F64;
      case I8, U8, I32, I64, BOOL -> throw new IllegalArgumentException(type + " is not floating");
    };
  }

  public static void putShort(long address, short value) {
    Raw.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }
}
