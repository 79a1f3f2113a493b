package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * The set of values a device may lawfully have computed: all numbers from {@code lo} to {@code hi}, and NaN if {@code nan}. When
 * {@code lo > hi} there is no number in it and the value is surely NaN.
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
   * A value known to within {@code error}, as a sum of products accumulated in {@code type} is; anything at all when the terms
   * ({@code magnitude}: the sum of their absolute values) could have overflowed on the way.
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
   * This interval after rounding to {@code type} with an error of {@code ulps} units in the last place, where what is below the
   * smallest normal number may be flushed to zero and what is above the largest finite one becomes infinite.
   */
  Interval rounded(double ulps, DType type) {
    if (ulps == 0 || surelyNan()) {
      return this;
    }
    double relative = 2 * ulps * type.unitRoundoff();
    return new Interval(overflow(lo - slack(lo, relative, type), type), overflow(hi + slack(hi, relative, type), type),
        nan);
  }

  /** This interval after storing to {@code type}, correctly rounded. */
  public Interval stored(DType type) {
    return rounded(0.5, type);
  }

  /** This interval widened to zero when it reaches into the subnormal numbers of {@code type}, which a device may flush. */
  Interval flushed(DType type) {
    boolean small = Math.abs(lo) < type.minNormal() || Math.abs(hi) < type.minNormal();
    return small && !surelyNan() ? new Interval(Math.min(lo, 0), Math.max(hi, 0), nan) : this;
  }

  private static double slack(double v, double relative, DType type) {
    return Double.isInfinite(v) ? 0 : relative * Math.abs(v) + type.minNormal();
  }

  private static double overflow(double v, DType type) {
    return Math.abs(v) > type.maxFinite() ? Math.copySign(Double.POSITIVE_INFINITY, v) : v;
  }
}
