package dev.orthant.expr;

import dev.orthant.core.DType;

/**
 * Reads an {@link Expr} in integers of 64 bits: the truth of formulas whose operands and results are all integers.
 * Sums, differences, products and powers wrap around modulo 2⁶⁴ as Java's do; what is then stored in a narrower type is
 * the low bits. Nothing traps:
 *
 * <ul>
 * <li>{@code DIV} is the quotient cut towards zero, {@code FMOD} the remainder with the sign of the dividend, as C's /
 * and %. By 0 both are 0; the quotient −2⁶³ / −1, which 64 bits do not hold, wraps to −2⁶³.
 * <li>{@code POW} multiplies; a negative exponent gives 1 for the base 1, ±1 for −1, else 0.
 * <li>{@code FLOOR}, {@code CEIL}, {@code RINT} and {@code TRUNC} change nothing.
 * </ul>
 */
public final class IntegerSemantics {
  private static final double BEYOND = 0x1p63;

  private IntegerSemantics() {}

  /**
   * Whether {@code e} has a meaning in integers: only the functions above, absolute values, signs, choices and whole
   * constants. A quotient that is then rounded other than towards zero has none.
   */
  public static boolean isWhole(Expr e) {
    return switch (e) {
      case Expr.Input _,Expr.Scalar _ -> true;
      case Expr.Constant c -> isWhole(c.value());
      case Expr.Unary u -> switch (u.function()) {
        case NEG, ABS, TRUNC -> isWhole(u.argument());
        case FLOOR, CEIL, RINT -> isWhole(u.argument()) && !divides(u.argument());
        default -> u.function().isDefined() && isWhole(u.argument())
            && isWhole(u.function().definition(Expr.input(0), DType.I64));
      };
      case Expr.Binary b -> isWhole(b.operator()) && isWhole(b.left()) && isWhole(b.right());
      case Expr.Where w -> isWhole(w.condition()) && isWhole(w.then()) && isWhole(w.otherwise());
    };
  }

  private static boolean isWhole(Operator o) {
    return switch (o) {
      case ADD, SUB, MUL, DIV, POW, FMOD, MAX, MIN -> true;
      case ATAN2, SWISH -> false;
    };
  }

  private static boolean isWhole(Condition c) {
    return switch (c) {
      case Condition.Compare k -> isWhole(k.left()) && isWhole(k.right());
      case Condition.And a -> isWhole(a.left()) && isWhole(a.right());
      case Condition.Or o -> isWhole(o.left()) && isWhole(o.right());
      case Condition.Not n -> isWhole(n.of());
    };
  }

  /** Whether {@code v} is a whole number from −2⁶³ to 2⁶³; the latter counts as the largest of 64 bits. */
  public static boolean isWhole(double v) {
    return Math.rint(v) == v && Math.abs(v) <= BEYOND;
  }

  /** Whether there is a quotient in {@code e}. */
  public static boolean divides(Expr e) {
    return switch (e) {
      case Expr.Input _,Expr.Scalar _,Expr.Constant _ -> false;
      case Expr.Unary u -> divides(u.argument());
      case Expr.Binary b -> b.operator() == Operator.DIV || divides(b.left()) || divides(b.right());
      case Expr.Where w -> divides(w.condition()) || divides(w.then()) || divides(w.otherwise());
    };
  }

  private static boolean divides(Condition c) {
    return switch (c) {
      case Condition.Compare k -> divides(k.left()) || divides(k.right());
      case Condition.And a -> divides(a.left()) || divides(a.right());
      case Condition.Or o -> divides(o.left()) || divides(o.right());
      case Condition.Not n -> divides(n.of());
    };
  }

  /** The value of {@code e}, which {@link #isWhole(Expr)}. */
  public static long evaluate(Expr e, long[] inputs, long[] scalars) {
    return switch (e) {
      case Expr.Input i -> inputs[i.index()];
      case Expr.Scalar s -> scalars[s.index()];
      case Expr.Constant c -> (long) c.value();
      case Expr.Unary u when u.function().isDefined() ->
          evaluate(u.function().definition(u.argument(), DType.I64), inputs, scalars);
      case Expr.Unary u -> apply(u.function(), evaluate(u.argument(), inputs, scalars));
      case Expr.Binary b -> apply(b.operator(), evaluate(b.left(), inputs, scalars),
          evaluate(b.right(), inputs, scalars));
      case Expr.Where w ->
          evaluate(test(w.condition(), inputs, scalars) ? w.then() : w.otherwise(), inputs, scalars);
    };
  }

  private static boolean test(Condition c, long[] inputs, long[] scalars) {
    return switch (c) {
      case Condition.Compare k ->
          test(k.relation(), evaluate(k.left(), inputs, scalars), evaluate(k.right(), inputs, scalars));
      case Condition.And a -> test(a.left(), inputs, scalars) && test(a.right(), inputs, scalars);
      case Condition.Or o -> test(o.left(), inputs, scalars) || test(o.right(), inputs, scalars);
      case Condition.Not n -> !test(n.of(), inputs, scalars);
    };
  }

  private static boolean test(Condition.Relation r, long a, long b) {
    return switch (r) {
      case LT -> a < b;
      case LE -> a <= b;
      case GT -> a > b;
      case GE -> a >= b;
      case EQ -> a == b;
      case NE -> a != b;
    };
  }

  private static long apply(Function f, long x) {
    return switch (f) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case FLOOR, CEIL, RINT, TRUNC -> x;
      default -> throw new IllegalArgumentException(f + " has no meaning in integers");
    };
  }

  private static long apply(Operator o, long a, long b) {
    return switch (o) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> quotient(a, b);
      case FMOD -> remainder(a, b);
      case POW -> power(a, b);
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case ATAN2, SWISH -> throw new IllegalArgumentException(o + " has no meaning in integers");
    };
  }

  /** a / b towards zero; 0 for b = 0. */
  public static long quotient(long a, long b) {
    return b == 0 ? 0 : a / b;
  }

  /** a − b·(a / b); 0 for b = 0. */
  public static long remainder(long a, long b) {
    return b == 0 ? 0 : a % b;
  }

  /** The low 64 bits of aᵇ; for b &lt; 0 what is left of 1 / a⁻ᵇ towards zero, and 0 for a = 0. */
  public static long power(long a, long b) {
    if (b < 0) {
      return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long square = a;
    for (long rest = b; rest != 0; rest >>= 1) {
      if ((rest & 1) != 0) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }
}
