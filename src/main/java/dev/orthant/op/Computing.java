package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import java.util.List;

/** In which type a formula over operands of several types is computed. */
final class Computing {
  private Computing() {}

  /**
   * F64 when an operand is F64, or when all are integers too wide for F32 (I32, I64); else F32. Integers among floats are converted,
   * which is exact up to 2²⁴.
   */
  static DType of(List<TensorSpec> operands) {
    boolean floating = operands.stream().anyMatch(o -> o.dtype().isFloating());
    boolean wide = operands.stream().anyMatch(
        o -> o.dtype() == DType.F64 || (!floating && (o.dtype() == DType.I32 || o.dtype() == DType.I64)));
    return wide ? DType.F64 : DType.F32;
  }
}
