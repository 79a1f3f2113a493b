package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * The set of values a device may lawfully have computed: all numbers from {@code lo} to {@code hi}, and NaN if
 * {@code nan}. When {@code lo > hi} there is no number in it and the value is surely NaN.
 */
public record Interval(double lo, double hi, boolean nan) {
  static final Interval NAN = new Interval(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, true);
  private static final Interval ANY_NUMBER = new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, false);
  static final Interval ANYTHING = new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);

  /** The exactly known value {@code v}. */
  public static Interval point(double v) {
    return Double.isNaN(v) ? NAN : new Interval(v, v, false);
  }

  /**
   * A value known to within {@code error}, as a sum of products accumulated in {@code type} is; anything at all when
   * the terms ({@code magnitude}: the sum of their absolute values) could have overflowed on the way.
   */
  public static Interval around(double v, double error, double magnitude, DType type) {
    if (Double.isNaN(v) || Double.isInfinite(v)) {
      return point(v);
    }
    return magnitude + error > type.maxFinite() ? ANYTHING : new Interval(v - error, v + error, false);
  }

  /** From the smaller to the larger of two ends; an end that is NaN stands for an unknown infinity. */
  static Interval between(double a, double b, boolean nan) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return ANY_NUMBER.orNan(nan);
    }
    return new Interval(Math.min(a, b), Math.max(a, b), nan);
  }

  /** Whether it holds no number: only NaN is right. */
  public boolean surelyNan() {
    return lo > hi;
  }

  boolean isPoint() {
    return lo == hi && !nan;
  }

  boolean holds(double v) {
    return lo <= v && v <= hi;
  }

  boolean holdsInfinity() {
    return lo == Double.NEGATIVE_INFINITY || hi == Double.POSITIVE_INFINITY;
  }

  Interval orNan(boolean also) {
    return also && !nan ? new Interval(lo, hi, true) : this;
  }

  Interval hull(Interval o) {
    return new Interval(Math.min(lo, o.lo), Math.max(hi, o.hi), nan || o.nan);
  }

  Interval negated() {
    return surelyNan() ? this : new Interval(-hi, -lo, nan);
  }

  /**
   * This interval after rounding to {@code type} with an error of {@code ulps} units in the last place; what is too
   * small or too large for the type may become 0 or infinite.
   */
  Interval rounded(double ulps, DType type) {
    if (ulps == 0 || surelyNan()) {
      return this;
    }
    double relative = 2 * ulps * type.unitRoundoff();
    double low = lo - slack(lo, relative, type);
    double high = hi + slack(hi, relative, type);
    double max = type.maxFinite();
    double surelyInfinite = max + max * type.unitRoundoff();
    // Just beyond the largest finite number rounding may still give that number.
    low = low < -max ? Double.NEGATIVE_INFINITY : low < surelyInfinite ? Math.min(low, max) : Double.POSITIVE_INFINITY;
    high = high > max ? Double.POSITIVE_INFINITY
        : high > -surelyInfinite ? Math.max(high, -max) : Double.NEGATIVE_INFINITY;
    return new Interval(low, high, nan);
  }

  /** This interval, computed in {@code type.compute()}, after storing to {@code type}. */
  public Interval stored(DType type) {
    return stored(type, type.compute());
  }

  /**
   * This interval, computed in {@code compute}, after storing to {@code type}: floats are rounded, integers are those
   * of {@link DType#round}, BOOL is 1 for what is not 0.
   */
  public Interval stored(DType type, DType compute) {
    return switch (type) {
      case F16, BF16, F32, F64 -> type == compute ? this : rounded(0.5, type);
      case BOOL -> surelyNan() ? point(1) : new Interval(holds(0) ? 0 : 1, lo == 0 && hi == 0 && !nan ? 0 : 1, false);
      case I8, U8, I32, I64 -> {
        double low = type.round(lo);
        double high = type.round(hi);
        yield surelyNan() ? point(0)
            : nan ? new Interval(Math.min(0, low), Math.max(0, high), false) : new Interval(low, high, false);
      }
    };
  }

  /**
   * This interval widened to zero when it reaches into the subnormal numbers of {@code type}, which a device may flush.
   */
  Interval flushed(DType type) {
    double tiny = flushed(type, 0);
    boolean small = Math.abs(lo) < tiny || Math.abs(hi) < tiny;
    return small && !surelyNan() ? new Interval(Math.min(lo, 0), Math.max(hi, 0), nan) : this;
  }

  private static double slack(double v, double relative, DType type) {
    return Double.isInfinite(v) ? 0 : relative * Math.abs(v) + flushed(type, type.minSubnormal());
  }

  /**
   * What may be flushed: single precision subnormals (OpenCL C leaves it to the device); a half's are stored, a
   * double's are kept.
   */
  private static double flushed(DType type, double otherwise) {
    return switch (type) {
      case F32, BF16 -> type.minNormal();
      default -> otherwise;
    };
  }
}
