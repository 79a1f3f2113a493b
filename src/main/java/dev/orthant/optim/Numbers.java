package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.function.ToDoubleFunction;

/**
 * The launch-time numbers of a rule's formulas, by the names of an enum: the formula and the launch cannot disagree.
 */
@SuppressWarnings("EnumOrdinal") // where a number stands in the launch is nobody's business but this class's
final class Numbers {
  private Numbers() {}

  /** The number of that name in a formula. */
  static Expr of(Enum<?> name) {
    return Expr.scalar(name.ordinal());
  }

  /** The values of all names, for a launch. */
  static <E extends Enum<E>> double[] of(E[] names, ToDoubleFunction<E> value) {
    double[] numbers = new double[names.length];
    for (E name : names) {
      numbers[name.ordinal()] = value.applyAsDouble(name);
    }
    return numbers;
  }
}
