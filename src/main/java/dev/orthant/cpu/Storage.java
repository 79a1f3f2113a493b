package dev.orthant.cpu;

/** How one element lies in memory. Half-width storage is computed in {@code F32}, the others as themselves. */
enum Storage {
  F32(4),
  F64(8),
  F16(2),
  BF16(2);

  private final int bytes;

  Storage(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /** The type that products and sums of this storage are computed in: {@code F64} for itself, {@code F32} else. */
  Storage compute() {
    return this == F64 ? F64 : F32;
  }
}
