package dev.orthant.expr;

import dev.orthant.expr.Expr.Binary;
import dev.orthant.expr.Expr.Constant;
import dev.orthant.expr.Expr.Input;
import dev.orthant.expr.Expr.Scalar;
import dev.orthant.expr.Expr.Unary;
import dev.orthant.expr.Expr.Where;

/**
 * The symbolic derivative. A choice is differentiated side by side, so at a kink the derivative is that of the side
 * which the condition picks: write {@code x <= 0} for the subgradient of the left. {@link Function#RELU} brings its
 * own, 0 at 0.
 *
 * <p>A factor that is the constant 0 removes its term, so nothing is multiplied by a masked-out infinity.
 */
final class Derivative {
  private Derivative() {}

  static Expr of(Expr e, int index) {
    return switch (e) {
      case Input i -> Expr.constant(i.index() == index ? 1 : 0);
      case Scalar s -> Expr.constant(0);
      case Constant c -> Expr.constant(0);
      case Unary u -> times(u.function().slope(u.argument()), of(u.argument(), index));
      case Where w -> Expr.where(w.condition(), of(w.then(), index), of(w.otherwise(), index));
      case Binary b -> binary(b, of(b.left(), index), of(b.right(), index));
    };
  }

  private static Expr binary(Binary b, Expr da, Expr db) {
    Expr x = b.left();
    Expr y = b.right();
    return switch (b.operator()) {
      case ADD -> plus(da, db);
      case SUB -> plus(da, negate(db));
      case MUL -> plus(times(da, y), times(x, db));
      case DIV -> plus(isZero(da) ? da : da.div(y), isZero(db) ? db : negate(times(b.div(y), db)));
      case POW -> plus(isZero(da) ? da : times(powerSlope(x, y), da), isZero(db) ? db : times(exponentSlope(b), db));
      case ATAN2 -> angle(x, y, da, db);
      case MAX -> plus(times(share(x, y), da), times(share(y, x), db));
      case MIN -> plus(times(share(y, x), da), times(share(x, y), db));
      case SWISH -> {
        Expr z = x.times(y);
        yield plus(times(z.apply(Function.SILU_SLOPE), da),
            isZero(db) ? db : times(x.times(z.apply(Function.SIGMOID_SLOPE)).times(x), db));
      }
      case FMOD -> plus(da, negate(times(x.div(y).apply(Function.TRUNC), db)));
    };
  }

  /** y·x^(y−1), 0 for y = 0 whatever x is; the exponents 2 and 0.5, by far the commonest, without a power. */
  private static Expr powerSlope(Expr x, Expr y) {
    if (y instanceof Constant c && c.value() == 2) {
      return x.times(2);
    }
    Expr slope = y.times(x.pow(y.minus(1)));
    Expr zero = Expr.constant(0);
    if (y instanceof Constant c) {
      return c.value() == 0 ? zero : slope;
    }
    return Expr.where(y.eq(zero), zero, slope);
  }

  /** x^y·log x, and its limit 0 where x^y is 0; 0 for 0^0 too, as in PyTorch. */
  private static Expr exponentSlope(Binary power) {
    Expr x = power.left();
    Expr zero = Expr.constant(0);
    Condition vanishes = x.ge(zero).and(power.eq(zero).or(x.eq(zero).and(power.right().eq(zero))));
    return Expr.where(vanishes, zero, power.times(x.log()));
  }

  /**
   * atan2(y, x): (x·dy − y·dx)/(x² + y²), scaled by the larger so that no square overflows or vanishes; 0 at infinity.
   */
  private static Expr angle(Expr y, Expr x, Expr dy, Expr dx) {
    Expr scale = Expr.max(y.abs(), x.abs());
    Expr u = y.div(scale);
    Expr v = x.div(scale);
    Expr r2 = u.squared().plus(v.squared());
    Condition far = scale.eq(Expr.constant(Double.POSITIVE_INFINITY));
    Expr byY = Expr.where(far, 0, v.div(r2).div(scale));
    Expr byX = Expr.where(far, 0, u.div(r2).div(scale));
    return plus(times(byY, dy), negate(times(byX, dx)));
  }

  /**
   * How much of the slope the first of two has when the larger is taken: half where they are equal, NaN where they do
   * not compare.
   */
  private static Expr share(Expr a, Expr b) {
    return Expr.where(a.gt(b), 1, Expr.where(a.lt(b), 0, Expr.where(a.eq(b), Expr.constant(0.5), a.plus(b))));
  }

  private static boolean isZero(Expr e) {
    return e instanceof Constant c && c.value() == 0;
  }

  private static Expr plus(Expr a, Expr b) {
    if (isZero(a)) {
      return b;
    }
    return isZero(b) ? a : a.plus(b);
  }

  private static Expr times(Expr a, Expr b) {
    if (isZero(a) || isZero(b)) {
      return Expr.constant(0);
    }
    return a.times(b);
  }

  private static Expr negate(Expr e) {
    return isZero(e) ? e : e.neg();
  }
}
