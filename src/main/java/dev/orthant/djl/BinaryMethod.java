package dev.orthant.djl;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.djl.types.Promotion;
import dev.orthant.djl.types.Types;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Operator;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;

/**
 * An elementwise method of two operands: of two arrays, or of an array and a number, which becomes the kernel's
 * argument.
 *
 * @param name DJL's
 * @param kind which types it takes and gives
 * @param arrays by inputs 0 and 1
 * @param number by input 0 and scalar 0
 * @param integers what {@code arrays} is for whole numbers
 * @param integer what {@code number} is for whole numbers
 */
record BinaryMethod(String name, Kind kind, Expr arrays, Expr number, Expr integers, Expr integer) {
  /** Which types a method takes and gives. */
  enum Kind {
    /** The type in which the operands meet. */
    ARITHMETIC,
    /** That, but not BOOLEAN. */
    NUMERIC,
    /** That if it is floating, else FLOAT32. */
    FLOATING,
    /** BOOLEAN, comparing in the type in which they meet. */
    TEST;

    /**
     * Whether a rounding error of an operand shows: FLOAT16 with FLOAT32 must be brought to one type then, though both
     * are computed with as FLOAT32.
     */
    boolean isExact() {
      return this == NUMERIC || this == TEST;
    }
  }

  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);
  private static final Expr S = Expr.scalar(0);
  private static final Expr INFINITY = Expr.constant(Double.POSITIVE_INFINITY);

  static final BinaryMethod ADD = of("add", Kind.ARITHMETIC, Expr::plus);
  static final BinaryMethod SUB = of("sub", Kind.NUMERIC, Expr::minus);
  static final BinaryMethod MUL = of("mul", Kind.ARITHMETIC, Expr::times);
  static final BinaryMethod DIV = of("div", Kind.FLOATING, Expr::div);
  static final BinaryMethod MOD = of("mod", Kind.NUMERIC, BinaryMethod::remainder);
  static final BinaryMethod POW = of("pow", Kind.ARITHMETIC, BinaryMethod::power, Expr::pow);
  /** By a finite number but 0. */
  private static final BinaryMethod PLAIN_POW = of("pow", Kind.ARITHMETIC, Expr::pow);
  private static final BinaryMethod SQUARE = of("pow", Kind.ARITHMETIC, (x, y) -> x.squared());
  private static final BinaryMethod ONES = of("pow", Kind.ARITHMETIC, (x, y) -> Expr.constant(1));
  static final BinaryMethod MAXIMUM = of("maximum", Kind.ARITHMETIC, shared(Expr::max), Expr::max);
  static final BinaryMethod MINIMUM = of("minimum", Kind.ARITHMETIC, shared(Expr::min), Expr::min);
  static final BinaryMethod ATAN2 = of("atan2", Kind.FLOATING, Operator.ATAN2::of);
  static final BinaryMethod XLOGY = of("xlogy", Kind.FLOATING, BinaryMethod::xlogy);
  static final BinaryMethod RDIV = of("rdiv", Kind.FLOATING, (x, y) -> y.div(x));
  static final BinaryMethod RMOD = of("rmod", Kind.NUMERIC, (x, y) -> remainder(y, x));
  static final BinaryMethod RPOW = of("rpow", Kind.ARITHMETIC, (x, y) -> power(y, x), (x, y) -> y.pow(x));
  /** By the numbers 180.0 and π. */
  static final BinaryMethod TO_DEGREES = of("toDegrees", Kind.ARITHMETIC, (x, y) -> x.times(y).div(Math.PI));
  static final BinaryMethod TO_RADIANS = of("toRadians", Kind.ARITHMETIC, (x, y) -> x.times(y).div(180));
  static final BinaryMethod EQ = test("eq", Expr::eq);
  static final BinaryMethod NEQ = test("neq", Expr::ne);
  static final BinaryMethod GT = test("gt", Expr::gt);
  static final BinaryMethod GTE = test("gte", Expr::ge);
  static final BinaryMethod LT = test("lt", Expr::lt);
  static final BinaryMethod LTE = test("lte", Expr::le);
  static final BinaryMethod AND = test("logicalAnd", (x, y) -> holds(x).and(holds(y)));
  static final BinaryMethod OR = test("logicalOr", (x, y) -> holds(x).or(holds(y)));
  static final BinaryMethod XOR = test("logicalXor", (x, y) -> holds(x).asNumber().ne(holds(y).asNumber()));

  private static BinaryMethod of(String name, Kind kind, BinaryOperator<Expr> formula) {
    return of(name, kind, formula, formula);
  }

  private static BinaryMethod of(String name, Kind kind, BinaryOperator<Expr> floating, BinaryOperator<Expr> whole) {
    return new BinaryMethod(name, kind, floating.apply(X, Y), floating.apply(X, S), whole.apply(X, Y),
        whole.apply(X, S));
  }

  private static BinaryMethod test(String name, BiFunction<Expr, Expr, Condition> condition) {
    return of(name, Kind.TEST, (x, y) -> condition.apply(x, y).asNumber());
  }

  private static Condition holds(Expr x) {
    return x.ne(Expr.constant(0));
  }

  /** With the divisor's sign: Python's %. */
  private static Expr remainder(Expr x, Expr y) {
    Expr r = Operator.FMOD.of(x, y);
    Expr zero = Expr.constant(0);
    return Expr.where(r.gt(0).and(y.lt(0)).or(r.lt(zero).and(y.gt(0))), r.plus(y), r);
  }

  /**
   * As C's, which Java's is not for an exponent that is not finite where |x| is 1; with PyTorch's gradients at x = 0:
   * that by the exponent is 0 there, and that of x⁰ is 0.
   */
  private static Expr power(Expr x, Expr y) {
    Expr zero = Expr.constant(0);
    Expr one = Expr.constant(1);
    Expr atZero = Expr.where(y.eq(zero), one, Expr.where(y.eq(one), x, Expr.where(y.lt(1), x.sqrt(), zero)));
    Condition unbounded = y.abs().eq(INFINITY);
    Condition certain = x.eq(one).and(unbounded.or(y.ne(y))).or(x.eq(Expr.constant(-1)).and(unbounded));
    return Expr.where(x.eq(zero).and(y.ge(zero)), atZero, Expr.where(certain, one, x.pow(y)));
  }

  /** x·log y; 0 where x is, unless y is NaN. By x the slope is log y also there. */
  private static Expr xlogy(Expr x, Expr y) {
    Condition undefined = y.le(Expr.constant(0)).or(y.eq(INFINITY));
    return Expr.where(x.eq(Expr.constant(0)).and(undefined), 0, x.times(y.log()));
  }

  /** The extreme of the two, where they are equal the middle: so both have half of the gradient, as in PyTorch. */
  private static BinaryOperator<Expr> shared(BinaryOperator<Expr> extreme) {
    return (x, y) -> {
      Expr way = y.minus(x);
      return Expr.where(way.eq(Expr.constant(0)), x.plus(way.times(0.5)), extreme.apply(x, y));
    };
  }

  /** The type of the result where the operands meet in {@code meet}. */
  DType result(DType meet) {
    return switch (kind) {
      case ARITHMETIC -> meet;
      case NUMERIC -> {
        if (meet == DType.BOOL) {
          throw new DTypeException(name + ": is not defined for BOOLEAN; use logicalXor, or convert with toType");
        }
        yield meet;
      }
      case FLOATING -> Promotion.floating(meet);
      case TEST -> DType.BOOL;
    };
  }

  private DType meet(DType common) {
    return kind == Kind.FLOATING ? Promotion.floating(common) : common;
  }

  Tensor of(Tensor a, Tensor b) {
    DType type = a.dtype();
    if (type.isFloating() && b.dtype() == type && kind != Kind.TEST) {
      return a.apply(name, arrays, List.of(b));
    }
    DType common = Promotion.of(a, b);
    DType result = result(common);
    return Promotion.apply(name, meet(common), result, kind.isExact(), meet(common).isFloating() ? arrays : integers, a,
        b);
  }

  Tensor of(Tensor a, Number n) {
    DType common = Promotion.of(a, n);
    DType result = result(common);
    DType meet = meet(common);
    if (n instanceof Long l && meet == DType.I64 && (long) l.doubleValue() != l) {
      // A kernel's argument is a double, which cannot tell this from its neighbours.
      return Promotion.apply(name, meet, result, kind.isExact(), integers, a, Indices.of(a.device(), Shape.of(), l));
    }
    // An integer that the type cannot hold wraps, as in PyTorch.
    double value =
        meet.isFloating() && !kind.isExact() ? n.doubleValue() : Types.wrapped(meet, n.doubleValue());
    if (meet == a.dtype() && result == meet && meet.isFloating()) {
      return a.apply(name, number, List.of(), value);
    }
    return Promotion.apply(name, meet, result, kind.isExact(), meet.isFloating() ? number : integer, a, value);
  }

  /** {@link #of(Tensor, Tensor)}, where it can be written in place of {@code a}. */
  Tensor into(Tensor a, Tensor b) {
    Promotion.requireStorable(name + 'i', result(Promotion.of(a, b)), a);
    return of(a, b);
  }

  Tensor into(Tensor a, Number n) {
    Promotion.requireStorable(name + 'i', result(Promotion.of(a, n)), a);
    return of(a, n);
  }

  /** The power by {@code n} with the fewest operations. */
  static BinaryMethod power(Number n) {
    double v = n.doubleValue();
    if (v == 0) {
      return ONES;
    }
    if (v == 2) {
      return SQUARE;
    }
    return Double.isFinite(v) ? PLAIN_POW : POW;
  }
}
