package dev.orthant.expr;

/** The two-argument functions on intervals, before rounding. */
final class Combine {
  private Combine() {}

  static Interval of(Operator operator, Interval a, Interval b) {
    if (a.surelyNan() || b.surelyNan()) {
      return operator == Operator.POW && (a.holds(1) || b.holds(0)) ? powerOfNan(a, b) : Interval.NAN;
    }
    Interval result = a.isPoint() && b.isPoint()
        ? Interval.point(operator.applyAsDouble(a.lo(), b.lo()))
        : switch (operator) {
          case ADD -> add(a, b);
          case SUB -> add(a, b.negated());
          case MUL -> multiply(a, b);
          case DIV -> divide(a, b);
          case POW -> power(a, b);
          case ATAN2 -> angle(a, b);
          case FMOD -> remainder(a, b);
          case MAX, MIN, SWISH -> throw new IllegalStateException(operator + " has a definition");
        };
    return result.orNan(a.nan() || b.nan());
  }

  private static Interval add(Interval a, Interval b) {
    boolean nan = (a.hi() == Double.POSITIVE_INFINITY && b.lo() == Double.NEGATIVE_INFINITY)
        || (a.lo() == Double.NEGATIVE_INFINITY && b.hi() == Double.POSITIVE_INFINITY);
    return Interval.between(a.lo() + b.lo(), a.hi() + b.hi(), nan);
  }

  private static Interval multiply(Interval a, Interval b) {
    boolean nan = (a.holds(0) && b.holdsInfinity()) || (b.holds(0) && a.holdsInfinity());
    return corners(product(a.lo(), b.lo()), product(a.lo(), b.hi()), product(a.hi(), b.lo()), product(a.hi(), b.hi()),
        nan);
  }

  /** At the corner of a range 0·∞ is the limit of 0·(something finite). */
  private static double product(double x, double y) {
    return x == 0 || y == 0 ? 0 : x * y;
  }

  private static Interval divide(Interval a, Interval b) {
    if (b.holds(0)) {
      return Interval.ANYTHING;
    }
    boolean nan = a.holdsInfinity() && b.holdsInfinity();
    return corners(quotient(a.lo(), b.lo()), quotient(a.lo(), b.hi()), quotient(a.hi(), b.lo()),
        quotient(a.hi(), b.hi()), nan);
  }

  /** ∞/∞ at a corner is any number between 0 and ∞; the other corners bring the 0. */
  private static double quotient(double x, double y) {
    return Double.isInfinite(x) && Double.isInfinite(y) ? Math.signum(x) * Math.signum(y) * Double.POSITIVE_INFINITY
        : x / y;
  }

  private static Interval power(Interval a, Interval b) {
    boolean whole = b.isPoint() && Math.rint(b.lo()) == b.lo() && Math.abs(b.lo()) < 1 << 24;
    if (a.lo() > 0 || (whole && !a.holds(0))) {
      return corners(Math.pow(a.lo(), b.lo()), Math.pow(a.lo(), b.hi()), Math.pow(a.hi(), b.lo()),
          Math.pow(a.hi(), b.hi()), false);
    }
    if (b.isPoint() && b.lo() > 0 && (whole || a.lo() >= 0)) {
      double x = Math.pow(a.lo(), b.lo());
      double y = Math.pow(a.hi(), b.lo());
      return new Interval(Math.min(0, Math.min(x, y)), Math.max(0, Math.max(x, y)), false);
    }
    return Interval.ANYTHING;
  }

  /** pow(NaN, 0) and pow(1, NaN) are 1. */
  private static Interval powerOfNan(Interval a, Interval b) {
    Interval one = Interval.point(1);
    boolean surely = (a.isPoint() && a.lo() == 1) || (b.isPoint() && b.lo() == 0);
    return surely ? one : one.orNan(true);
  }

  private static Interval angle(Interval y, Interval x) {
    if (x.lo() > 0 || y.lo() > 0 || y.hi() < 0) {
      return corners(Math.atan2(y.lo(), x.lo()), Math.atan2(y.lo(), x.hi()), Math.atan2(y.hi(), x.lo()),
          Math.atan2(y.hi(), x.hi()), false);
    }
    return new Interval(-Math.PI, Math.PI, false);
  }

  private static Interval remainder(Interval a, Interval b) {
    double limit = Math.min(Math.max(Math.abs(b.lo()), Math.abs(b.hi())), Math.max(Math.abs(a.lo()), Math.abs(a.hi())));
    return new Interval(-limit, limit, b.holds(0) || a.holdsInfinity());
  }

  private static Interval corners(double p, double q, double r, double s, boolean nan) {
    Interval one = Interval.between(p, q, nan);
    return one.hull(Interval.between(r, s, nan));
  }
}
