package dev.orthant.expr;

import static dev.orthant.expr.Activation.define;
import static dev.orthant.expr.Expr.constant;
import static dev.orthant.expr.Expr.where;
import static dev.orthant.expr.Parameter.fixed;
import static dev.orthant.expr.Parameter.perChannel;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Names;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The catalogue. One line adds an activation: it is then on the command line, in the parity run and fusable on every
 * device.
 *
 * <p>Kinks choose their left side at the kink itself ({@code <=}), so that the slope there is that of the left, as in
 * PyTorch. NaN fails every comparison and so must be in the branch that returns x.
 */
public final class Activations {
  private static final Map<String, Activation> ALL = new LinkedHashMap<>();
  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_LAMBDA = 1.0507009873554805;

  /** x. */
  public static final Activation IDENTITY = add(define("identity", x -> x).slopeByOutput(y -> constant(1)));
  /** {@code x < 0 ? 0 : x} (Nair and Hinton 2010). */
  public static final Activation RELU = add(define("relu", Expr::relu).slopeByOutput(y -> where(y.le(0), 0, 1)));
  /** x clipped to [0, 6] (Krizhevsky 2010). */
  public static final Activation RELU6 = add(define("relu6", x -> clamp(x, constant(0), constant(6))).slopeByOutput(
      y -> where(y.le(0).or(y.ge(constant(6))), 0, 1)));
  /** αx for x ≤ 0 (Maas et al. 2013); its slope follows from y while α > 0. */
  public static final Activation LEAKY_RELU =
      add(define("leaky_relu", (x, a) -> where(x.le(0), a.times(x), x), fixed("alpha", 0.01))
          .slopeByOutput((y, a) -> where(y.le(0), a, constant(1))));
  /** αx for x ≤ 0 with α learned (He et al. 2015): give a tensor of shape (), per channel or per element. */
  public static final Activation PRELU =
      add(define("prelu", (x, a) -> where(x.le(0), a.times(x), x), perChannel("slope", 0.25)));
  /** x above θ, else 0 (ONNX ThresholdedRelu). */
  public static final Activation THRESHOLDED_RELU =
      add(define("thresholded_relu", (x, t) -> where(x.le(t), 0, x), fixed("theta", 1)));
  /** α(e^x − 1) for x ≤ 0 (Clevert et al. 2015). */
  public static final Activation ELU =
      add(define("elu", (x, a) -> where(x.le(0), a.times(x.expm1()), x), fixed("alpha", 1)));
  /** λ·ELU(x; α) with the self-normalising α and λ (Klambauer et al. 2017). */
  public static final Activation SELU = add(define("selu",
      x -> where(x.le(0), x.expm1().times(SELU_ALPHA * SELU_LAMBDA), x.times(SELU_LAMBDA))));
  /** α(e^(x/α) − 1) for x ≤ 0 (Barron 2017). */
  public static final Activation CELU =
      add(define("celu", (x, a) -> where(x.le(0), a.times(x.div(a).expm1()), x), fixed("alpha", 1)));
  /** log(1 + e^x). */
  public static final Activation SOFTPLUS = add(define("softplus", Expr::softplus));
  /** log σ(x) = −log(1 + e^−x). */
  public static final Activation LOG_SIGMOID = add(define("log_sigmoid", Expr::logSigmoid));
  /** x / (1 + |x|). */
  public static final Activation SOFTSIGN = add(define("softsign", x -> x.apply(Function.SOFTSIGN)));
  /** 1 / (1 + e^−x). */
  public static final Activation SIGMOID = add(define("sigmoid", Expr::sigmoid));
  /** αx + β clipped to [0, 1]; the defaults are PyTorch's (ONNX has α = 0.2). */
  public static final Activation HARD_SIGMOID =
      add(define("hard_sigmoid", in -> clamp(line(in.get(0), in.get(1), in.get(2)), constant(0), constant(1)),
          fixed("alpha", 1 / 6.0), fixed("beta", 0.5)));
  /** tanh x. */
  public static final Activation TANH = add(define("tanh", Expr::tanh));
  /** x clipped to [min, max]. */
  public static final Activation HARD_TANH =
      add(define("hard_tanh", in -> clamp(in.get(0), in.get(1), in.get(2)), fixed("min", -1), fixed("max", 1)));
  /** x·σ(βx) (Ramachandran et al. 2017). */
  public static final Activation SWISH = add(define("swish", Operator.SWISH::of, fixed("beta", 1)));
  /** x·σ(x): Swish with β = 1 (Elfwing et al. 2017). */
  public static final Activation SILU = add(define("silu", x -> x.apply(Function.SILU)));
  /** x·relu6(x + 3)/6 (Howard et al. 2019). */
  public static final Activation HARD_SWISH = add(define("hard_swish",
      x -> where(x.le(-3), 0, where(x.ge(constant(3)), x, x.times(x.plus(3)).div(6)))));
  /** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016). */
  public static final Activation GELU = add(define("gelu", x -> x.apply(Function.GELU)));
  /** GELU by its tanh approximation (the same paper): x·(1 + tanh(√(2/π)·(x + 0.044715x³)))/2. */
  public static final Activation GELU_TANH = add(define("gelu_tanh", x -> x.apply(Function.GELU_TANH)));
  /** x·tanh(softplus(x)) (Misra 2019). */
  public static final Activation MISH = add(define("mish", x -> x.apply(Function.MISH)));
  /** |x|; the slope at 0 is 0. */
  public static final Activation ABS = add(define("abs", Expr::abs));
  /** relu(x)² (So et al. 2021). */
  public static final Activation SQUARED_RELU = add(define("squared_relu", x -> x.relu().squared()));
  /** eˣ. */
  public static final Activation EXP = add(define("exp", Expr::exp));
  /** √x; NaN for x &lt; 0. */
  public static final Activation SQRT = add(define("sqrt", Expr::sqrt));
  /**
   * min(max(x, min), max): where the limits cross all is max, as in PyTorch and ONNX. The defaults leave x alone. At
   * the limits themselves the slope is 1, as in PyTorch's clamp.
   */
  public static final Activation CLIP = add(define("clip", in -> {
    Expr least = lower(in.get(1), in.get(2));
    return where(in.get(0).lt(least), least, where(in.get(0).gt(in.get(2)), in.get(2), in.get(0)));
  }, fixed("min", Double.NEGATIVE_INFINITY), fixed("max", Double.POSITIVE_INFINITY)));

  private Activations() {}

  /** The catalogue, in the order above. */
  public static Collection<Activation> all() {
    return Collections.unmodifiableCollection(ALL.values());
  }

  /**
   * The activation of that snake_case name.
   *
   * @throws InvalidInputException when there is none, naming the known ones
   */
  public static Activation named(String name) {
    Activation found = ALL.get(name);
    if (found == null) {
      throw new InvalidInputException(Names.unknown("activation", name, ALL.keySet()));
    }
    return found;
  }

  private static Activation add(Activation a) {
    ALL.put(a.name(), a);
    return a;
  }

  private static Expr clamp(Expr x, Expr min, Expr max) {
    Expr least = lower(min, max);
    return where(x.le(least), least, where(x.ge(max), max, x));
  }

  /** The lower limit, or the upper one where they cross. */
  private static Expr lower(Expr min, Expr max) {
    boolean areKnown = min instanceof Expr.Constant && max instanceof Expr.Constant;
    return areKnown ? min : where(min.gt(max), max, min);
  }

  /**
   * αx + β as α(x + β/α), which keeps its digits about the zero −β/α; as it stands where that quotient is not finite.
   */
  private static Expr line(Expr x, Expr alpha, Expr beta) {
    Expr quotient = beta.div(alpha);
    return where(quotient.abs().lt(Double.POSITIVE_INFINITY), x.plus(quotient).times(alpha), x.times(alpha).plus(beta));
  }
}
