package dev.orthant.bounds;

import dev.orthant.core.DType;
import dev.orthant.expr.Enclosure;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Interval;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Summation;
import dev.orthant.op.reference.CompensatedSum;

/**
 * The lawful values of ⊕ over n numbers that are themselves known to lie in intervals, in a type of unit roundoff u.
 *
 * <p>SUM: Σ of the intervals ± γ·Σ|f|, as in {@link Bounds}; MEAN divides that. PROD: each of n − 1 products rounds
 * once, so in any order the relative error is that of any other; anything at all when some order could overflow or
 * underflow. MAX and MIN round nothing.
 */
final class StageBound {
  private static final Interval ANYTHING = new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);

  private static final Summation SUMMED = Summation.SUM;

  private final Kind kind;
  private final DType type;
  private long count;
  private double truth;
  private double lo;
  private double hi;
  private final CompensatedSum truths = new CompensatedSum();
  private final CompensatedSum lows = new CompensatedSum();
  private final CompensatedSum highs = new CompensatedSum();
  private double magnitude;
  private boolean surelyNan;
  private boolean maybeNan;
  private boolean surelyUp;
  private boolean surelyDown;
  private boolean maybeUp;
  private boolean maybeDown;
  private double octavesUp;
  private double octavesDown;
  private Interval product = Interval.point(1);

  StageBound(Kind kind, DType type) {
    this.kind = kind;
    this.type = type;
    this.truth = switch (kind) {
      case SUM, MEAN -> 0;
      case PROD -> 1;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
    this.lo = truth;
    this.hi = truth;
  }

  void add(double f, Interval i) {
    count++;
    surelyNan |= i.surelyNan();
    maybeNan |= i.nan();
    switch (kind) {
      case SUM, MEAN -> truths.add(f);
      case PROD -> truth *= f;
      case MAX -> truth = Math.max(truth, f);
      case MIN -> truth = Math.min(truth, f);
    }
    if (i.surelyNan()) {
      return;
    }
    switch (kind) {
      case SUM, MEAN -> addTo(i);
      case PROD -> multiply(i);
      case MAX -> {
        lo = Math.max(lo, i.lo());
        hi = Math.max(hi, i.hi());
      }
      case MIN -> {
        lo = Math.min(lo, i.lo());
        hi = Math.min(hi, i.hi());
      }
    }
  }

  private void addTo(Interval i) {
    boolean up = i.hi() == Double.POSITIVE_INFINITY;
    boolean down = i.lo() == Double.NEGATIVE_INFINITY;
    surelyUp |= i.lo() == Double.POSITIVE_INFINITY && !i.nan();
    surelyDown |= i.hi() == Double.NEGATIVE_INFINITY && !i.nan();
    maybeUp |= up;
    maybeDown |= down;
    if (!up && !down) {
      lows.add(i.lo());
      highs.add(i.hi());
      magnitude += Math.max(Math.abs(i.lo()), Math.abs(i.hi()));
    }
  }

  private void multiply(Interval i) {
    octavesUp += Math.max(0, Math.log(Math.max(Math.abs(i.lo()), Math.abs(i.hi()))));
    boolean zero = i.lo() <= 0 && i.hi() >= 0;
    octavesDown +=
        zero ? Double.NEGATIVE_INFINITY : Math.min(0, Math.log(Math.min(Math.abs(i.lo()), Math.abs(i.hi()))));
    product = new Enclosure(new Interval[] {product, i}, new double[0], type)
        .of(Expr.input(0).times(Expr.input(1)));
  }

  double truth() {
    return switch (kind) {
      case SUM -> truths.value();
      case MEAN -> truths.value() / (double) count;
      case PROD, MAX, MIN -> truth;
    };
  }

  Interval interval() {
    if (surelyNan) {
      return Interval.point(Double.NaN);
    }
    return switch (kind) {
      case SUM -> sum();
      case MEAN -> new Enclosure(new Interval[] {sum()}, new double[0], type)
          .of(Expr.input(0).div(Expr.constant((double) count)));
      case PROD -> {
        boolean safe = octavesUp < Math.log(type.maxFinite()) - 1 && octavesDown > Math.log(type.minNormal()) + 1;
        yield safe && !maybeNan ? product : ANYTHING;
      }
      case MAX, MIN -> new Interval(lo, hi, maybeNan);
    };
  }

  private Interval sum() {
    double error = Bounds.sumError(type, SUMMED, count, magnitude);
    boolean overflow = magnitude + error > type.maxFinite();
    boolean up = maybeUp || overflow;
    boolean down = maybeDown || overflow;
    if (surelyUp && surelyDown) {
      return Interval.point(Double.NaN);
    }
    if (surelyUp) {
      return new Interval(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, maybeNan || down);
    }
    if (surelyDown) {
      return new Interval(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, maybeNan || up);
    }
    return new Interval(down ? Double.NEGATIVE_INFINITY : lows.value() - error,
        up ? Double.POSITIVE_INFINITY : highs.value() + error,
        maybeNan || (up && down));
  }
}
