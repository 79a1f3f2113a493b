package dev.orthant.expr;

import dev.orthant.core.DType;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.apache.commons.numbers.gamma.Erf;
import org.jspecify.annotations.Nullable;

/**
 * The one-argument functions: name in C, error bound, how it rises, value in double, derivative, and for those that C
 * does not know a definition by others. One line adds one.
 *
 * <p>{@code ulps} is the largest error in units in the last place that the OpenCL C 1.2 specification (table 7.1, full
 * profile, single precision) allows; it is the a-priori bound for every device.
 */
public enum Function {
  NEG("-", 0, Trend.FALLING, x -> -x, x -> Expr.constant(-1)),
  ABS("fabs", 0, Trend.EVEN, Math::abs, Expr::sign),
  SQRT("sqrt", 3, Trend.RISING, Math::sqrt, x -> Expr.constant(0.5).div(x.sqrt().abs())),
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
  TANH("tanh", 5, Trend.RISING, Math::tanh, Slopes::tanh),
  ASINH("asinh", 4, Trend.RISING, HyperbolicInverse::asinh,
      x -> Expr.constant(1).div(Expr.where(x.abs().gt(0x1p30), x.abs(), x.squared().plus(1).sqrt()))),
  ATANH("atanh", 5, Trend.RISING, HyperbolicInverse::atanh, x -> Expr.constant(1).div(oneMinusSquare(x))),
  ERF("erf", 16, Trend.RISING, Erf::value,
      Slopes::erf),
  FLOOR("floor", 0, Trend.RISING, Math::floor, x -> Expr.constant(0)),
  CEIL("ceil", 0, Trend.RISING, Math::ceil, x -> Expr.constant(0)),
  /** To the nearest integer, ties to even. */
  RINT("rint", 0, Trend.RISING, Math::rint, x -> Expr.constant(0)),
  TRUNC("trunc", 0, Trend.RISING, x -> x < 0 ? Math.ceil(x) : Math.floor(x), x -> Expr.constant(0)),

  // Those below are spelled out by the others, but keep a derivative of their own: that of the spelling would be wrong
  // at 0 or lose digits far from it.

  /** −1, 0 or 1; ±0 and NaN stay what they are. */
  SIGN(x -> Expr.where(x.gt(0), 1, Expr.where(x.lt(0), -1, x)), x -> Expr.constant(0)),
  /** log(x + √(x² − 1)) in a form that keeps its digits near 1. Spelled out because PoCL 3.1's own gives NaN at 1. */
  ACOSH(
      x -> Expr.where(x.gt(1e18), x.log().plus(Math.log(2)),
          x.minus(1).plus(x.minus(1).sqrt().times(x.plus(1).sqrt())).log1p()),
      x -> Expr.constant(1).div(x.minus(1).sqrt().times(x.plus(1).sqrt()))),
  /** {@code x < 0 ? 0 : x}: NaN stays NaN, −0 stays −0, and the subgradient at 0 is 0. */
  RELU(x -> Expr.where(x.lt(0), 0, x), x -> Expr.where(x.le(0), 0, 1)),

  // These keep their digits over all of their domain. What they are granted is four units and the errors of the
  // functions in their spelling.

  /** 1 / (1 + e^−x). */
  SIGMOID(9.5, Trend.RISING, (x, _) -> Logistic.sigmoid(x), Slopes::sigmoid),
  /** σ′(x) = σ(x)·σ(−x). */
  SIGMOID_SLOPE(9.5, Trend.TURNING, (x, _) -> Logistic.sigmoidSlope(x), Slopes::sigmoidTwice, 0),
  /** 1 − tanh²(x) = 1/cosh²(x). */
  TANH_SLOPE(12.5, Trend.TURNING, (x, _) -> Logistic.tanhSlope(x), Slopes::tanhTwice, 0),
  /** log(1 + e^x) as max(x, 0) + log1p(e^−|x|). */
  SOFTPLUS(9, Trend.RISING, (x, _) -> Logistic.softplus(x), Expr::sigmoid),
  /** log σ(x) = −log(1 + e^−x). */
  LOG_SIGMOID(9, Trend.RISING, (x, _) -> x.neg().softplus().neg(), x -> x.neg().sigmoid()),
  /** x / (1 + |x|), ±1 at ±∞. */
  SOFTSIGN(6.5, Trend.RISING,
      (x, _) -> Expr.where(x.abs().gt(0x1p60), x.sign(), x.div(x.abs().plus(1))), Slopes::softsign),
  /** 1 / (1 + |x|)²; the quotient is squared, as the square might overflow. */
  SOFTSIGN_SLOPE(9, Trend.TURNING, (x, _) -> Expr.constant(1).div(x.abs().plus(1)).squared(), null, 0),
  /** x·σ(x). */
  SILU(12.5, Trend.TURNING, (x, _) -> Logistic.silu(x), Slopes::silu, -1.278464542761074),
  SILU_SLOPE(15.5, Trend.TURNING, (x, _) -> Logistic.siluSlope(x), Slopes::siluTwice, -2.3993572805154675,
      2.3993572805154675),
  /** x·tanh(log(1 + e^x)). */
  MISH(12.5, Trend.TURNING, (x, _) -> Logistic.mish(x), Slopes::mish, -1.1924312145154952),
  MISH_SLOPE(15.5, Trend.TURNING, (x, _) -> Logistic.mishSlope(x), Slopes::mishTwice, -2.256376396360793,
      1.4905711794854284),
  /** x·σ(2√(2/π)·(x + 0.044715x³)). */
  GELU_TANH(12.5, Trend.TURNING, Logistic::geluTanh, Slopes::geluTanh, -0.7524614220710163),
  GELU_TANH_SLOPE(15.5, Trend.TURNING, Logistic::geluTanhSlope, Slopes::geluTanhTwice, -1.4185040087908283,
      1.4185040087908283),
  /** 1 − erf(x). */
  ERFC(12.5, Trend.FALLING, Normal::complement, Slopes::erfc),
  /** Φ(x) = (1 + erf(x/√2))/2. */
  NORMAL_CDF(12.5, Trend.RISING, Normal::distribution, Slopes::normal),
  /** Φ′(x) = e^(−x²/2)/√(2π). */
  NORMAL_DENSITY(10, Trend.TURNING, Normal::density, Slopes::normalTwice, 0),
  /** e^(−x²). */
  GAUSSIAN(10, Trend.TURNING, Normal::gaussian, Slopes::gaussian, 0),
  /** x·Φ(x). */
  GELU(12.5, Trend.TURNING, Normal::gelu, Slopes::gelu, -0.7517915246935645),
  GELU_SLOPE(12.5, Trend.TURNING, Normal::geluSlope, Slopes::geluTwice, -1.4142135623730951, 1.4142135623730951),

  /**
   * log|Γ(x)|: +∞ at 0, −1, −2, … and at ±∞. In F64 off by at most 1e-14, in F32 by 1e-6, of the larger of 1 and the
   * value; for x > 0 of the value itself, the zeros 1 and 2 included.
   */
  GAMMALN(GammaFunctions::logGamma, Expr::digamma),
  /**
   * ψ(x), the derivative of log Γ(x): −∞ at 0, +∞ at −0, NaN at −1, −2, … and −∞. In F64 off by at most 1e-13, in F32
   * by 1e-6, of the larger of 1 and the value away from the poles below 0.
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
    /** Rising or falling between the points of {@link #turns}. */
    TURNING,
    /** Given by the definition. */
    DEFINED
  }

  private final String text;
  private final double ulps;
  private final Trend trend;
  private final DoubleUnaryOperator value;
  private final @Nullable UnaryOperator<Expr> slope;
  private final double[] turns;
  /** For F32, and for F64, which is the truth as well. */
  private final @Nullable Expr single;
  private final @Nullable Expr definition;

  /** A function by others, which may depend on the type that is computed in: coefficients and cuts do. */
  private interface Spelling {
    Expr of(Expr x, DType compute);
  }

  Function(String text, double ulps, Trend trend, DoubleUnaryOperator value, UnaryOperator<Expr> slope) {
    this.text = text;
    this.ulps = ulps;
    this.trend = trend;
    this.value = value;
    this.slope = slope;
    this.turns = new double[0];
    this.single = null;
    this.definition = null;
  }

  /** Known by its spelling alone, which also says what error it may have. */
  Function(UnaryOperator<Expr> definition, UnaryOperator<Expr> slope) {
    this(0, Trend.DEFINED, (x, _) -> definition.apply(x), slope);
  }

  /**
   * A spelling whose error does not grow on the way.
   *
   * @param slope null for the derivative of the spelling
   * @param turns where it turns, from left to right
   */
  Function(double ulps, Trend trend, Spelling spelling, @Nullable UnaryOperator<Expr> slope, double... turns) {
    Expr defined = spelling.of(Expr.input(0), DType.F64);
    this.text = name();
    this.ulps = ulps;
    this.trend = trend;
    this.value = x -> defined.evaluate(new double[] {x}, new double[0]);
    this.slope = slope;
    this.turns = turns;
    this.single = spelling.of(Expr.input(0), DType.F32);
    this.definition = defined;
  }

  /** The operator sign or function name in C; not for those with a definition. */
  public String text() {
    return text;
  }

  /** How far a device's own function may be off, in units in the last place: what OpenCL grants it. */
  public double ulps() {
    return ulps;
  }

  /** Where it rises and falls. */
  public Trend trend() {
    return trend;
  }

  /** The value in double: the truth that devices are measured against. */
  public double applyAsDouble(double x) {
    return value.applyAsDouble(x);
  }

  /** The points between which a function of {@link Trend#TURNING} rises or falls, from left to right. */
  double[] turns() {
    return turns.clone();
  }

  /** The derivative f′ at {@code x}. */
  public Expr slope(Expr x) {
    return slope == null ? Objects.requireNonNull(definition).derivative(0).substitute(i -> x, Expr::scalar)
        : slope.apply(x);
  }

  /** Whether this is spelled out by other functions. */
  public boolean isDefined() {
    return definition != null;
  }

  /** The spelling of f(input 0) for what is computed in {@code compute}; only when {@link #isDefined()}. */
  public Expr spelling(DType compute) {
    Expr spelling = compute == DType.F32 ? single : definition;
    if (spelling == null) {
      throw new IllegalStateException(this + " is elementary");
    }
    return spelling;
  }

  /** The spelling of {@code f(x)}, which repeats {@code x}: for a large one read {@link #spelling} over its value. */
  public Expr definition(Expr x, DType compute) {
    return spelling(compute).substitute(i -> x, Expr::scalar);
  }

  /** The node f(x), folded when x is a constant. */
  public Expr of(Expr x) {
    return x instanceof Expr.Constant c ? Expr.constant(applyAsDouble(c.value())) : new Expr.Unary(this, x);
  }

  private static Expr oneMinusSquare(Expr x) {
    return Expr.constant(1).minus(x).times(x.plus(1));
  }

  /**
   * The inverse hyperbolic functions, which {@code java.lang.Math} lacks; each keeps its digits near 0 and its signed
   * zero.
   */
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
