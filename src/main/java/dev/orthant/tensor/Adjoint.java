package dev.orthant.tensor;

import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.List;

/** What the backward passes of formulas share. */
final class Adjoint {
  static final Expr ZERO = Expr.constant(0);

  private Adjoint() {}

  /**
   * g·d. Where d chooses between numbers, the choice is made instead of multiplying: 0 then is 0 also for an infinite
   * g.
   */
  static Expr times(Expr g, Expr d) {
    if (isZero(g) || isZero(d)) {
      return ZERO;
    }
    if (d instanceof Expr.Where w && (w.then() instanceof Expr.Constant || w.otherwise() instanceof Expr.Constant)) {
      return Expr.where(w.condition(), times(g, w.then()), times(g, w.otherwise()));
    }
    return g.times(d);
  }

  static Expr plus(Expr a, Expr b) {
    if (isZero(a)) {
      return b;
    }
    return isZero(b) ? a : a.plus(b);
  }

  static boolean isZero(Expr e) {
    return e instanceof Expr.Constant c && c.value() == 0;
  }

  static boolean isOne(Expr e) {
    return e instanceof Expr.Constant c && c.value() == 1;
  }

  /** The axes of {@code whole} along which {@code part}, which broadcasts to it, is repeated. */
  static List<Integer> repeated(Shape part, Shape whole) {
    List<Integer> axes = new ArrayList<>();
    int missing = whole.rank() - part.rank();
    for (int d = 0; d < whole.rank(); d++) {
      if (whole.dim(d) != 1 && (d < missing || part.dim(d - missing) == 1)) {
        axes.add(d);
      }
    }
    return axes;
  }
}
