package dev.orthant.expr;

import java.util.function.DoubleBinaryOperator;

/**
 * The two-argument functions: value, and the error that a device may make.
 *
 * <p>{@code ulps} is the largest error in units in the last place that the OpenCL C 1.2 specification (table 7.1, full profile,
 * single precision) allows; it is the a-priori bound for every device.
 */
public enum Operator {
  ADD("+", 0.5, (a, b) -> a + b),
  SUB("-", 0.5, (a, b) -> a - b),
  MUL("*", 0.5, (a, b) -> a * b),
  DIV("/", 2.5, (a, b) -> a / b),
  POW("pow", 16, Math::pow),
  ATAN2("atan2", 6, Math::atan2),
  /** The remainder with the sign of the dividend: C's {@code fmod}. */
  FMOD("fmod", 0.5, (a, b) -> a % b);

  private final String text;
  private final double ulps;
  private final DoubleBinaryOperator value;

  Operator(String text, double ulps, DoubleBinaryOperator value) {
    this.text = text;
    this.ulps = ulps;
    this.value = value;
  }

  /** The operator sign or function name in C. */
  public String text() {
    return text;
  }

  /** Whether C writes this between its arguments. */
  public boolean isInfix() {
    return switch (this) {
      case ADD, SUB, MUL, DIV -> true;
      case POW, ATAN2, FMOD -> false;
    };
  }

  public double ulps() {
    return ulps;
  }

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
      case ATAN2, FMOD -> false;
    };
    if (rightIsNeutral) {
      return a;
    }
    boolean leftIsNeutral = switch (this) {
      case ADD -> isBits(a, -0.0);
      case MUL -> isBits(a, 1.0);
      case SUB, DIV, POW, ATAN2, FMOD -> false;
    };
    return leftIsNeutral ? b : new Expr.Binary(this, a, b);
  }

  private static boolean isBits(Expr e, double value) {
    return e instanceof Expr.Constant c && Double.doubleToLongBits(c.value()) == Double.doubleToLongBits(value);
  }
}
