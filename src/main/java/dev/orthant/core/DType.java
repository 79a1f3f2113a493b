package dev.orthant.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * The element type of a tensor's storage, little-endian in memory.
 *
 * <p>F16 is IEEE 754 binary16, BF16 is the upper half of binary32; both are storage types: arithmetic on them is done
 * in {@link #compute()}. BOOL is one byte, 0 or 1.
 */
public enum DType {
  F16(2, 11, 15),
  BF16(2, 8, 127),
  F32(4, 24, 127),
  F64(8, 53, 1023),
  I8(1, 0, 0),
  U8(1, 0, 0),
  I32(4, 0, 0),
  I64(8, 0, 0),
  BOOL(1, 0, 0);

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int size;
  private final int precision;
  private final int maxExponent;

  DType(int size, int precision, int maxExponent) {
    this.size = size;
    this.precision = precision;
    this.maxExponent = maxExponent;
  }

  /** Bytes per element. */
  public int size() {
    return size;
  }

  /** Whether this is one of F16, BF16, F32, F64. */
  public boolean isFloating() {
    return precision > 0;
  }

  /** The unit roundoff u = 2^-p of a floating type (p: bits of precision): |fl(x) − x| ≤ u·|x|; 0 for the others. */
  public double unitRoundoff() {
    return precision == 0 ? 0 : Math.scalb(1.0, -precision);
  }

  /** The smallest positive normal number of a floating type; 0 for the others. */
  public double minNormal() {
    return precision == 0 ? 0 : Math.scalb(1.0, 1 - maxExponent);
  }

  /** The distance between subnormal neighbours of a floating type; 0 for the others. */
  public double minSubnormal() {
    return precision == 0 ? 0 : Math.scalb(minNormal(), 1 - precision);
  }

  /** The largest finite value of a floating type. */
  public double maxFinite() {
    return precision == 0 ? 0 : Math.scalb(2 - Math.scalb(1.0, 1 - precision), maxExponent);
  }

  /** The type in which arithmetic on this storage is done and accumulated: F64 for F64, F32 for all other floats. */
  public DType compute() {
    return switch (this) {
      case F64 -> F64;
      case F32, F16, BF16 -> F32;
      case I8, U8, I32, I64, BOOL -> this;
    };
  }

  /** The short lower-case name used in messages and on the command line: {@code f32}. */
  public String shortName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The type of the given short name.
   *
   * @throws InvalidInputException when there is none, naming the known ones
   */
  public static DType named(String name) {
    return Arrays.stream(values())
        .filter(t -> t.shortName().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new InvalidInputException(
            Names.unknown("dtype", name, Arrays.stream(values()).map(DType::shortName).toList())));
  }

  /** The element at {@code index} of {@code memory}, widened to double (exact but for large I64). */
  public double get(MemorySegment memory, long index) {
    long at = index * size;
    return switch (this) {
      case F16 -> Float.float16ToFloat(memory.get(SHORT, at));
      case BF16 -> Float.intBitsToFloat(memory.get(SHORT, at) << 16);
      case F32 -> memory.get(FLOAT, at);
      case F64 -> memory.get(DOUBLE, at);
      case I8 -> memory.get(ValueLayout.JAVA_BYTE, at);
      case U8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      case I32 -> memory.get(INT, at);
      case I64 -> memory.get(LONG, at);
    };
  }

  /** Stores {@code value} at {@code index} of {@code memory}, as {@link #round} makes it. */
  public void set(MemorySegment memory, long index, double value) {
    long at = index * size;
    switch (this) {
      case F16 -> memory.set(SHORT, at, toF16(value));
      case BF16 -> memory.set(SHORT, at, toBF16(value));
      case F32 -> memory.set(FLOAT, at, (float) value);
      case F64 -> memory.set(DOUBLE, at, value);
      case I8, U8 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) (int) round(value));
      case BOOL -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) (value != 0 ? 1 : 0));
      case I32 -> memory.set(INT, at, (int) value);
      case I64 -> memory.set(LONG, at, (long) value);
    }
  }

  /**
   * {@code value} as this type holds it: the one rule for numbers that become elements, whether they are given from the
   * host, cast or used to fill. In a floating type to nearest even, NaN staying NaN, and beyond the largest number
   * infinite; in an integer type towards zero, what it cannot hold becoming its nearest number, and NaN 0, as a Java
   * cast from {@code double} to {@code int}; BOOL is whether it is not 0. (Arithmetic in integers, and casts between
   * them, keep the low bits instead.)
   */
  public double round(double value) {
    return switch (this) {
      case F16 -> Float.float16ToFloat(toF16(value));
      case BF16 -> Float.intBitsToFloat(toBF16(value) << 16);
      case F32 -> (float) value;
      case F64 -> value;
      case I8 -> Math.clamp((int) value, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case U8 -> Math.clamp((int) value, 0, 255);
      case BOOL -> value != 0 ? 1 : 0;
      case I32 -> (int) value;
      case I64 -> (long) value;
    };
  }

  private static short toF16(double value) {
    return Float.floatToFloat16(toOddFloat(value));
  }

  private static short toBF16(double value) {
    return floatToBF16(toOddFloat(value));
  }

  /** The bfloat16 bits nearest to {@code value}, ties to even; a NaN stays a (quiet) NaN. */
  public static short floatToBF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Rounds to float by truncation with a sticky last bit, so that a second rounding to 16 bits is not a double one. */
  public static float toOddFloat(double value) {
    float near = (float) value;
    if (near == value || Float.isNaN(near) || Float.isInfinite(near)) {
      return near;
    }
    float towardsZero = Math.abs((double) near) > Math.abs(value) ? Math.nextAfter(near, 0.0) : near;
    return Float.intBitsToFloat(Float.floatToRawIntBits(towardsZero) | 1);
  }

  @Override
  public String toString() {
    return shortName();
  }
}
