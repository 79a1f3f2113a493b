package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * Reads an {@link Expr} as interval arithmetic with rounding: what comes out encloses every result that a device
 * keeping to the OpenCL C error limits ({@link Function#ulps()}, {@link Operator#ulps()}) can produce. The a-priori
 * error bound of everything elementwise.
 *
 * <p>Source of the method: R. E. Moore, Interval Analysis, 1966.
 */
public final class Enclosure {
  private final Interval[] inputs;
  private final double[] scalars;
  private final DType type;

  /**
   * Prepares to read formulas over the given operands.
   *
   * @param inputs what is known of each operand
   * @param scalars the launch-time numbers, as the caller gave them
   * @param type the type in which the device computes
   */
  public Enclosure(Interval[] inputs, double[] scalars, DType type) {
    this.inputs = inputs.clone();
    this.scalars = scalars;
    this.type = type;
    for (int i = 0; i < inputs.length; i++) {
      this.inputs[i] = inputs[i].flushed(type);
    }
  }

  /** All values that {@code e} may have on the device. */
  public Interval of(Expr e) {
    return switch (e) {
      case Expr.Input i -> inputs[i.index()];
      case Expr.Scalar s -> number(scalars[s.index()]);
      case Expr.Constant c -> number(c.value());
      case Expr.Unary u -> unary(u.function(), u.argument());
      case Expr.Binary b when b.operator().isDefined() ->
          new Enclosure(new Interval[] {of(b.left()), of(b.right())}, scalars, type).of(b.operator().spelling());
      case Expr.Binary b ->
          Combine.of(b.operator(), of(b.left()), of(b.right())).rounded(b.operator().ulps() + own(), type);
      case Expr.Where w -> switch (test(w.condition())) {
        case YES -> of(w.then());
        case NO -> of(w.otherwise());
        case MAYBE -> of(w.then()).hull(of(w.otherwise()));
      };
    };
  }

  /** The truth is computed in double itself: for a double device its rounding counts as well. */
  private double own() {
    return type == DType.F64 ? 1 : 0;
  }

  private Interval number(double v) {
    return type.round(v) == v || Double.isNaN(v) ? Interval.point(v) : Interval.point(v).rounded(0.5, type);
  }

  private Interval unary(Function f, Expr argument) {
    if (f.trend() == Function.Trend.DEFINED) {
      return new Enclosure(new Interval[] {of(argument)}, scalars, type).of(f.spelling(type));
    }
    Interval x = of(argument);
    if (x.surelyNan()) {
      return x;
    }
    return image(f, x).orNan(x.nan()).rounded(f.ulps() == 0 ? 0 : f.ulps() + own(), type);
  }

  private static Interval image(Function f, Interval x) {
    if (x.lo() == x.hi()) {
      return Interval.point(f.applyAsDouble(x.lo()));
    }
    return switch (f.trend()) {
      case RISING, FALLING -> monotone(f, x.lo(), x.hi());
      case EVEN -> {
        double near = x.holds(0) ? 0 : Math.min(Math.abs(x.lo()), Math.abs(x.hi()));
        yield monotone(f, near, Math.max(Math.abs(x.lo()), Math.abs(x.hi())));
      }
      case WAVE -> wave(f, x);
      case POLES -> {
        boolean sameBranch = Math.floor(x.lo() / Math.PI + 0.5) == Math.floor(x.hi() / Math.PI + 0.5);
        yield sameBranch ? monotone(f, x.lo(), x.hi()) : Interval.ANYTHING;
      }
      case TURNING -> turning(f, x);
      case DEFINED -> throw new IllegalStateException(f + " has a definition");
    };
  }

  /** Of the ends and the turns between them. */
  private static Interval turning(Function f, Interval x) {
    Interval image = monotone(f, x.lo(), x.hi());
    for (double turn : f.turns()) {
      if (x.holds(turn)) {
        image = image.hull(Interval.point(f.applyAsDouble(turn)));
      }
    }
    return image;
  }

  /** NaN at an end means that the interval sticks out of the function's domain there. */
  private static Interval monotone(Function f, double lo, double hi) {
    double a = f.applyAsDouble(lo);
    double b = f.applyAsDouble(hi);
    return Interval.between(a, b, Double.isNaN(a) || Double.isNaN(b));
  }

  private static Interval wave(Function f, Interval x) {
    if (x.holdsInfinity()) {
      return new Interval(-1, 1, true);
    }
    double width = x.hi() - x.lo();
    double middle = f.applyAsDouble(x.lo());
    return new Interval(Math.max(-1, middle - width), Math.min(1, middle + width), false);
  }

  private enum Answer {
    YES,
    NO,
    MAYBE;

    Answer not() {
      return switch (this) {
        case YES -> NO;
        case NO -> YES;
        case MAYBE -> MAYBE;
      };
    }
  }

  private Answer test(Condition c) {
    return switch (c) {
      case Condition.Compare k -> compare(k.relation(), of(k.left()), of(k.right()));
      case Condition.And a -> and(test(a.left()), test(a.right()));
      case Condition.Or o -> and(test(o.left()).not(), test(o.right()).not()).not();
      case Condition.Not n -> test(n.of()).not();
    };
  }

  private static Answer and(Answer a, Answer b) {
    if (a == Answer.NO || b == Answer.NO) {
      return Answer.NO;
    }
    return a == Answer.YES ? b : a;
  }

  private static Answer compare(Condition.Relation r, Interval a, Interval b) {
    return switch (r) {
      case LT -> less(a, b, true);
      case LE -> less(a, b, false);
      case GT -> less(b, a, true);
      case GE -> less(b, a, false);
      case EQ -> and(less(a, b, false), less(b, a, false));
      case NE -> and(less(a, b, false), less(b, a, false)).not();
    };
  }

  private static Answer less(Interval a, Interval b, boolean strictly) {
    if (a.surelyNan() || b.surelyNan()) {
      return Answer.NO;
    }
    boolean always = strictly ? a.hi() < b.lo() : a.hi() <= b.lo();
    boolean never = strictly ? a.lo() >= b.hi() : a.lo() > b.hi();
    if (never) {
      return Answer.NO;
    }
    return always && !a.nan() && !b.nan() ? Answer.YES : Answer.MAYBE;
  }
}
