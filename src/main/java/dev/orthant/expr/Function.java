package dev.orthant.expr;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.apache.commons.numbers.gamma.Erf;
import org.jspecify.annotations.Nullable;

/**
 * The one-argument functions: name in C, error bound, how it rises, value in double, derivative, and for those that C does not
 * know a definition by others. One line adds one.
 *
 * <p>{@code ulps} is the largest error in units in the last place that the OpenCL C 1.2 specification (table 7.1, full profile,
 * single precision) allows; it is the a-priori bound for every device.
 */
public enum Function {
  NEG("-", 0, Trend.FALLING, x -> -x, x -> Expr.constant(-1)),
  ABS("fabs", 0, Trend.EVEN, Math::abs, Expr::sign),
  SQRT("sqrt", 3, Trend.RISING, Math::sqrt, x -> Expr.constant(0.5).div(x.sqrt())),
  CBRT("cbrt", 2, Trend.RISING, Math::cbrt, x -> Expr.constant(1 / 3.0).div(x.cbrt().squared())),
  EXP("exp", 3, Trend.RISING, Math::exp, Expr::exp),
  EXPM1("expm1", 3, Trend.RISING, Math::expm1, Expr::exp),
  LOG("log", 3, Trend.RISING, Math::log, x -> Expr.constant(1).div(x)),
  LOG2("log2", 3, Trend.RISING, x -> Math.log(x) / Math.log(2), x -> Expr.constant(1 / Math.log(2)).div(x)),
  LOG10("log10", 3, Trend.RISING, Math::log10, x -> Expr.constant(1 / Math.log(10)).div(x)),
  LOG1P("log1p", 2, Trend.RISING, Math::log1p, x -> Expr.constant(1).div(x.plus(1))),
  SIN("sin", 4, Trend.WAVE, Math::sin, Expr::cos),
  COS("cos", 4, Trend.WAVE, Math::cos, x -> x.sin().neg()),
  TAN("tan", 5, Trend.POLES, Math::tan, x -> x.tan().squared().plus(1)),
  ASIN("asin", 4, Trend.RISING, Math::asin, x -> Expr.constant(1).div(oneMinusSquare(x).sqrt())),
  ACOS("acos", 4, Trend.FALLING, Math::acos, x -> Expr.constant(-1).div(oneMinusSquare(x).sqrt())),
  ATAN("atan", 5, Trend.RISING, Math::atan, x -> Expr.constant(1).div(x.squared().plus(1))),
  SINH("sinh", 4, Trend.RISING, Math::sinh, x -> x.cosh()),
  COSH("cosh", 4, Trend.EVEN, Math::cosh, x -> x.sinh()),
  TANH("tanh", 5, Trend.RISING, Math::tanh, x -> oneMinusSquare(x.tanh())),
  ASINH("asinh", 4, Trend.RISING, HyperbolicInverse::asinh, x -> Expr.constant(1).div(x.squared().plus(1).sqrt())),
  ATANH("atanh", 5, Trend.RISING, HyperbolicInverse::atanh, x -> Expr.constant(1).div(oneMinusSquare(x))),
  ERF("erf", 16, Trend.RISING, Erf::value,
      x -> x.squared().neg().exp().times(2 / Math.sqrt(Math.PI))),
  FLOOR("floor", 0, Trend.RISING, Math::floor, x -> Expr.constant(0)),
  CEIL("ceil", 0, Trend.RISING, Math::ceil, x -> Expr.constant(0)),
  /** To the nearest integer, ties to even. */
  RINT("rint", 0, Trend.RISING, Math::rint, x -> Expr.constant(0)),
  TRUNC("trunc", 0, Trend.RISING, x -> x < 0 ? Math.ceil(x) : Math.floor(x), x -> Expr.constant(0)),

  // Those below are spelled out by the others, but keep a derivative of their own: that of the spelling would be wrong at 0 or
  // lose digits far from it.

  /** −1, 0 or 1; ±0 and NaN stay what they are. */
  SIGN(x -> Expr.where(x.gt(0), 1, Expr.where(x.lt(0), -1, x)), x -> Expr.constant(0)),
  /** log(x + √(x² − 1)) in a form that keeps its digits near 1. Spelled out because PoCL 3.1's own gives NaN at 1. */
  ACOSH(
      x -> Expr.where(x.gt(1e18), x.log().plus(Math.log(2)),
          x.minus(1).plus(x.minus(1).sqrt().times(x.plus(1).sqrt())).log1p()),
      x -> Expr.constant(1).div(x.minus(1).sqrt().times(x.plus(1).sqrt()))),
  /** {@code x < 0 ? 0 : x}: NaN stays NaN, −0 stays −0, and the subgradient at 0 is 0. */
  RELU(x -> Expr.where(x.lt(0), 0, x), x -> Expr.where(x.le(0), 0, 1)),
  /** 1 / (1 + e^−x). Does not overflow into NaN: e^−x may become ∞ and the quotient 0. */
  SIGMOID(x -> Expr.constant(1).div(x.neg().exp().plus(1)), x -> x.sigmoid().times(x.neg().sigmoid())),
  /** log(1 + e^x) as max(x, 0) + log1p(e^−|x|), which neither overflows nor loses small results. */
  SOFTPLUS(x -> x.relu().plus(x.abs().neg().exp().log1p()), Expr::sigmoid),
  /**
   * log|Γ(x)|: +∞ at 0, −1, −2, … and at ±∞. In F64 off by at most 1e-14, in F32 by 1e-6, of the larger of 1 and the value; for x > 0 of the value itself, the
   * zeros 1 and 2 included.
   */
  GAMMALN(GammaFunctions::logGamma, Expr::digamma),
  /**
   * ψ(x), the derivative of log Γ(x): −∞ at 0, +∞ at −0, NaN at −1, −2, … and −∞. In F64 off by at most 1e-13, in F32 by 1e-6, of the larger of 1 and the value
   * away from the poles below 0.
   */
  DIGAMMA(GammaFunctions::digamma, GammaFunctions::trigamma),
  /** erf⁻¹(x): ±∞ at ±1, NaN beyond. In F64 off by at most 1e-14 of the value, in F32 by 2e-6. */
  ERFINV(InverseErf::of, x -> x.erfinv().squared().exp().times(0.5 * Math.sqrt(Math.PI)));

  /** How a function moves, which is what an interval through it needs to know. */
  public enum Trend {
    RISING,
    FALLING,
    /** f(−x) = f(x), rising for x ≥ 0. */
    EVEN,
    /** Between −1 and 1, with a slope never steeper than 1. */
    WAVE,
    /** Rising between poles. */
    POLES,
    /** Given by the definition. */
    DEFINED
  }

  private final String text;
  private final double ulps;
  private final Trend trend;
  private final DoubleUnaryOperator value;
  private final UnaryOperator<Expr> slope;
  private final @Nullable Expr definition;

  Function(String text, double ulps, Trend trend, DoubleUnaryOperator value, UnaryOperator<Expr> slope) {
    this.text = text;
    this.ulps = ulps;
    this.trend = trend;
    this.value = value;
    this.slope = slope;
    this.definition = null;
  }

  Function(UnaryOperator<Expr> definition, UnaryOperator<Expr> slope) {
    Expr defined = definition.apply(Expr.input(0));
    this.text = name();
    this.ulps = 0;
    this.trend = Trend.DEFINED;
    this.value = x -> defined.evaluate(new double[] {x}, new double[0]);
    this.slope = slope;
    this.definition = defined;
  }

  /** The operator sign or function name in C; not for those with a definition. */
  public String text() {
    return text;
  }

  public double ulps() {
    return ulps;
  }

  public Trend trend() {
    return trend;
  }

  public double applyAsDouble(double x) {
    return value.applyAsDouble(x);
  }

  /** The derivative f′ at {@code x}. */
  public Expr slope(Expr x) {
    return slope.apply(x);
  }

  /** Whether this is spelled out by other functions. */
  public boolean isDefined() {
    return definition != null;
  }

  /** The spelling of {@code f(x)}; only when {@link #isDefined()}. */
  public Expr definition(Expr x) {
    if (definition == null) {
      throw new IllegalStateException(this + " is elementary");
    }
    return definition.substitute(i -> x, Expr::scalar);
  }

  /** The node f(x), folded when x is a constant. */
  public Expr of(Expr x) {
    return x instanceof Expr.Constant c ? Expr.constant(applyAsDouble(c.value())) : new Expr.Unary(this, x);
  }

  private static Expr oneMinusSquare(Expr x) {
    return Expr.constant(1).minus(x).times(x.plus(1));
  }

  /** The inverse hyperbolic functions, which {@code java.lang.Math} lacks; each keeps its digits near 0 and its signed zero. */
  private static final class HyperbolicInverse {
    static double asinh(double x) {
      double a = Math.abs(x);
      double r = a > 1e150 ? Math.log(a) + Math.log(2) : Math.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
      return Math.copySign(r, x);
    }

    static double atanh(double x) {
      double a = Math.abs(x);
      return Math.copySign(0.5 * Math.log1p(2 * a / (1 - a)), x);
    }
  }
}
