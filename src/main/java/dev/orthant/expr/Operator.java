package dev.orthant.expr;

import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The two-argument functions: value, and the error that a device may make.
 *
 * <p>{@code ulps} is the largest error in units in the last place that the OpenCL C 1.2 specification (table 7.1, full
 * profile, single precision) allows; it is the a-priori bound for every device.
 */
public enum Operator {
  ADD("+", 0.5, (a, b) -> a + b),
  SUB("-", 0.5, (a, b) -> a - b),
  MUL("*", 0.5, (a, b) -> a * b),
  DIV("/", 2.5, (a, b) -> a / b),
  /**
   * By C's rules (C99 Annex F): what Java's {@code Math.pow} answers, but that 1 to any power is 1, NaN included, and
   * (−1)^±∞ is 1.
   */
  POW("pow", 16, (a, b) -> a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : Math.pow(a, b)),
  ATAN2("atan2", 6, Math::atan2),
  /** The remainder with the sign of the dividend: C's {@code fmod}. */
  FMOD("fmod", 0.5, (a, b) -> a % b),
  /**
   * The larger of two; NaN if either is. Where they are equal each has half of the slope, as the members of a tie have
   * in a maximum over an axis.
   */
  MAX((a, b) -> Expr.where(a.gt(b).or(a.ne(a)), a, b)),
  /** The smaller of two; NaN if either is. The slope as that of {@link #MAX}. */
  MIN((a, b) -> Expr.where(a.lt(b).or(a.ne(a)), a, b)),
  /** a·σ(ab): Swish with β = b. */
  SWISH(Logistic::swish);

  private final String text;
  private final double ulps;
  private final DoubleBinaryOperator value;
  private final @Nullable Expr definition;

  Operator(String text, double ulps, DoubleBinaryOperator value) {
    this.text = text;
    this.ulps = ulps;
    this.value = value;
    this.definition = null;
  }

  Operator(BinaryOperator<Expr> definition) {
    Expr defined = definition.apply(Expr.input(0), Expr.input(1));
    this.text = name();
    this.ulps = 0;
    this.value = (a, b) -> defined.evaluate(new double[] {a, b}, new double[0]);
    this.definition = defined;
  }

  /** Whether this is spelled out by functions and other operators. */
  public boolean isDefined() {
    return definition != null;
  }

  /** The spelling over inputs 0 and 1; only when {@link #isDefined()}. */
  public Expr spelling() {
    if (definition == null) {
      throw new IllegalStateException(this + " is elementary");
    }
    return definition;
  }

  /** The spelling over {@code a} and {@code b}, which repeats them. */
  public Expr definition(Expr a, Expr b) {
    return spelling().substitute(i -> i == 0 ? a : b, Expr::scalar);
  }

  /** The operator sign or function name in C; not for those with a definition. */
  public String text() {
    return text;
  }

  /** Whether C writes this between its arguments. */
  public boolean isInfix() {
    return switch (this) {
      case ADD, SUB, MUL, DIV -> true;
      case POW, ATAN2, FMOD, MAX, MIN, SWISH -> false;
    };
  }

  /** How far a device's own function may be off, in units in the last place: what OpenCL grants it. */
  public double ulps() {
    return ulps;
  }

  /** The value in double: the truth that devices are measured against. */
  public double applyAsDouble(double a, double b) {
    return value.applyAsDouble(a, b);
  }

  /** The node, with constants folded and neutral elements dropped where that changes no result, NaN and −0 included. */
  public Expr of(Expr a, Expr b) {
    if (a instanceof Expr.Constant x && b instanceof Expr.Constant y) {
      return Expr.constant(applyAsDouble(x.value(), y.value()));
    }
    boolean rightIsNeutral = switch (this) {
      case ADD -> isBits(b, -0.0);
      case SUB -> isBits(b, 0.0);
      case MUL, DIV, POW -> isBits(b, 1.0);
      case ATAN2, FMOD, MAX, MIN, SWISH -> false;
    };
    if (rightIsNeutral) {
      return a;
    }
    boolean leftIsNeutral = switch (this) {
      case ADD -> isBits(a, -0.0);
      case MUL -> isBits(a, 1.0);
      case SUB, DIV, POW, ATAN2, FMOD, MAX, MIN, SWISH -> false;
    };
    return leftIsNeutral ? b : new Expr.Binary(this, a, b);
  }

  private static boolean isBits(Expr e, double value) {
    return e instanceof Expr.Constant c && Double.doubleToLongBits(c.value()) == Double.doubleToLongBits(value);
  }
}
