package dev.orthant.cpu.memory;

/** How one element lies in memory. Half-width storage is computed in {@code F32}, the others as themselves. */
public enum ElementType {
  F32(4),
  F64(8),
  F16(2),
  BF16(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }

  /** The type that products and sums of this storage are computed in: {@code F64} for itself, {@code F32} else. */
  public ElementType compute() {
    return this == F64 ? F64 : F32;
  }
}
