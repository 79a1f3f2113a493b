package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.op.Contraction;
import dev.orthant.op.Summation;
import java.util.Optional;

/** What matrix units multiply: the OPERAND of {@code mma_tiles.h}. */
enum MmaOperand {
  F16("f16", 2, 1),
  BF16("bf16", 2, 1),
  TF32("tf32", 4, 1),
  TF32X3("tf32x3", 4, 3);

  /** The most that is copied at once. */
  private static final int MAX_BYTES = 16;

  private final String label;
  private final int size;
  /** How many are added up for one product of operands. */
  private final int products;

  MmaOperand(String label, int size, int products) {
    this.label = label;
    this.size = size;
    this.products = products;
  }

  /** For operands of that type, multiplied as the op asks; empty when that is true F32 or F64. */
  static Optional<MmaOperand> of(DType type, Contraction op) {
    return switch (type) {
      case F16 -> Optional.of(F16);
      case BF16 -> Optional.of(BF16);
      case F32 -> switch (op.math()) {
        case IEEE -> Optional.empty();
        case TF32 -> Optional.of(TF32);
        case TF32X3 -> Optional.of(TF32X3);
      };
      default -> Optional.empty();
    };
  }

  /** Whether that is more than matrix units may add up one after another. */
  boolean isDeep(long depth) {
    return depth * products > Summation.MATRIX_UNIT.block();
  }

  String label() {
    return label;
  }

  /** Bytes of an element in memory. */
  int size() {
    return size;
  }

  /** Elements in the widest copy. */
  int perCopy() {
    return MAX_BYTES / size;
  }

  /** The widest copy, in bytes, that rows of {@code extent} elements are multiples of. */
  int vector(long extent) {
    return (int) Math.min(MAX_BYTES, Long.lowestOneBit(extent * size));
  }

  /** The least extent above {@code least} whose rows allow copies of {@code vector} bytes and no wider ones. */
  long ragged(long least, int vector) {
    long extent = least + 1;
    while (vector(extent) != vector) {
      extent++;
    }
    return extent;
  }
}
