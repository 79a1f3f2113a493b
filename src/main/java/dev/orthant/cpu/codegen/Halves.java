package dev.orthant.cpu.codegen;

import dev.orthant.cpu.memory.ElementType;

/**
 * Conversions between 16-bit storage and F32, written in bits so that every code generator has them and they round
 * alike. To 16 bits they round to nearest even; a NaN stays a NaN and becomes quiet; subnormal halves are kept.
 *
 * <p>The conversions of F16 follow F. Giesen, "Half to float done quick" and "Float to half", 2012.
 */
final class Halves {
  private static final long SIGN = 0x8000;
  private static final long MAGNITUDE = 0x7fffffff;
  private static final long INFINITY = 0x7f800000;
  /** The bits of 2^−14, the smallest normal half. */
  private static final long MIN_NORMAL = 113L << 23;
  /** The bits of 0.5, whose last bit is worth the smallest subnormal half, 2^−24. */
  private static final long SUBNORMAL_ANCHOR = 126L << 23;

  private Halves() {}

  /** The number stored at {@code operand}. */
  static int load(LoopIr dag, ElementType storage, int operand) {
    return switch (storage) {
      case F32, F64 -> dag.leaf(LoopIr.Code.LOAD, operand);
      case BF16 -> dag.real(dag.shl(dag.leaf(LoopIr.Code.LOAD_BITS, operand), 16));
      case F16 -> fromF16(dag, dag.leaf(LoopIr.Code.LOAD_BITS, operand));
    };
  }

  /** What is to be written for {@code value}: itself, or an INT whose lower 16 bits count. */
  static int stored(LoopIr dag, ElementType storage, int value) {
    return switch (storage) {
      case F32, F64 -> value;
      case BF16 -> toBF16(dag, dag.bits(value));
      case F16 -> toF16(dag, dag.bits(value));
    };
  }

  private static int fromF16(LoopIr d, int h) {
    int shifted = d.shl(d.and(h, 0x7fff), 13);
    // The exponent's bias grows by 112; as a product this is right for subnormal halves too.
    int finite = d.bits(d.mul(d.real(shifted), d.constant(0x1p112)));
    int special = d.op(LoopIr.Code.INT_LT, d.integer(0x7bffL << 13), shifted);
    int magnitude = d.intSelect(special, d.or(shifted, d.integer(INFINITY)), finite);
    return d.real(d.or(magnitude, d.shl(d.and(h, SIGN), 16)));
  }

  private static int toBF16(LoopIr d, int bits) {
    int nan = d.op(LoopIr.Code.INT_LT, d.integer(INFINITY), d.and(bits, MAGNITUDE));
    int high = d.shr(bits, 16);
    int rounded = d.shr(d.plus(d.op(LoopIr.Code.INT_ADD, bits, d.and(high, 1)), 0x7fff), 16);
    return d.intSelect(nan, d.or(high, d.integer(0x40)), rounded);
  }

  private static int toF16(LoopIr d, int bits) {
    int a = d.and(bits, MAGNITUDE);
    int odd = d.and(d.shr(a, 13), 1);
    int normal = d.shr(d.plus(d.op(LoopIr.Code.INT_ADD, a, odd), 0xfff - (112L << 23)), 13);
    int subnormal = d.plus(d.bits(d.add(d.real(a), d.constant(0.5))), -SUBNORMAL_ANCHOR);
    int finite = d.intSelect(d.op(LoopIr.Code.INT_LT, a, d.integer(MIN_NORMAL)), subnormal, normal);
    int large = d.op(LoopIr.Code.INT_LT, d.integer((143L << 23) - 1), a);
    int nan = d.op(LoopIr.Code.INT_LT, d.integer(INFINITY), a);
    int magnitude = d.intSelect(nan, d.integer(0x7e00), d.intSelect(large, d.integer(0x7c00), finite));
    return d.or(magnitude, d.and(d.shr(bits, 16), SIGN));
  }
}
