package dev.orthant.expr;

import dev.orthant.expr.Expr.Binary;
import dev.orthant.expr.Expr.Constant;
import dev.orthant.expr.Expr.Input;
import dev.orthant.expr.Expr.Scalar;
import dev.orthant.expr.Expr.Unary;
import dev.orthant.expr.Expr.Where;

/**
 * The symbolic derivative. A choice is differentiated side by side, so at a kink the derivative is that of the side which the
 * condition picks: write {@code x <= 0} for the subgradient of the left. {@link Function#RELU} brings its own, 0 at 0.
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
      case POW -> plus(times(powerSlope(x, y), da), isZero(db) ? db : times(b.times(x.log()), db));
      case ATAN2 -> {
        Expr r2 = x.squared().plus(y.squared());
        yield plus(times(y.div(r2), da), negate(times(x.div(r2), db)));
      }
      case FMOD -> plus(da, negate(times(x.div(y).apply(Function.TRUNC), db)));
    };
  }

  /** y·x^(y−1); the exponents 2 and 0.5, by far the commonest, without a power. */
  private static Expr powerSlope(Expr x, Expr y) {
    if (y instanceof Constant c && c.value() == 2) {
      return x.times(2);
    }
    return y.times(x.pow(y.minus(1)));
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
