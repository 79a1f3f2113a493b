package dev.orthant.tensor;

import static dev.orthant.tensor.Formula.X;

import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The activations, by their usual names: each is one line over {@link #activate}. They keep the type and the shape,
 * join a pending product or formula into its launch, are NaN for NaN, and have at ±∞ the limits of value and slope.
 * Formulas and sources are the catalogue's, {@link Activations}.
 */
public sealed interface ActivationOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** y = f(this), the parameters given as numbers; without any, their initial values. */
  default Tensor activate(Activation f, double... parameters) {
    double[] values =
        parameters.length == 0 ? f.parameters().stream().mapToDouble(Parameter::initial).toArray() : parameters;
    List<Expr> arguments = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      arguments.add(Expr.scalar(i));
    }
    // Where a slope can be told from the output, it limits its parameters to positive ones.
    Expr slope = Arrays.stream(values).allMatch(v -> v > 0)
        ? f.slopeByOutput().map(s -> s.substitute(i -> i == 0 ? X : arguments.get(i - 1), Expr::scalar)).orElse(null)
        : null;
    return self().elementwise(Formula.of(f.name(), f.apply(X, arguments), values).slopeByOutput(slope), List.of());
  }

  /** y = f(this), the parameters given as tensors that broadcast to this: learned slopes. */
  default Tensor activate(Activation f, List<Tensor> parameters) {
    if (parameters.size() != f.parameters().size()) {
      throw new InvalidInputException(
          f.name() + ": takes " + f.parameters().size() + " parameters, got " + parameters.size());
    }
    return self().apply(f.name(), f.value(), parameters);
  }

  /** max(0, x); NaN for NaN. The slope at 0 is 0. {@link Activations#RELU} */
  default Tensor relu() {
    return activate(Activations.RELU);
  }

  /** min(max(0, x), 6); the slope at 0 and 6 is 0. {@link Activations#RELU6} */
  default Tensor relu6() {
    return activate(Activations.RELU6);
  }

  /** x for x &gt; 0, else alpha·x; the slope at 0 is alpha. {@link Activations#LEAKY_RELU} */
  default Tensor leakyRelu(double alpha) {
    return activate(Activations.LEAKY_RELU, alpha);
  }

  /** {@code slope} of shape (), per channel (as it broadcasts), or per element. */
  default Tensor prelu(Tensor slope) {
    return activate(Activations.PRELU, List.of(slope));
  }

  /** x for x &gt; theta, else 0. {@link Activations#THRESHOLDED_RELU} */
  default Tensor thresholdedRelu(double theta) {
    return activate(Activations.THRESHOLDED_RELU, theta);
  }

  /** x for x &gt; 0, else alpha·(eˣ − 1). {@link Activations#ELU} */
  default Tensor elu(double alpha) {
    return activate(Activations.ELU, alpha);
  }

  /**
   * λ·x for x &gt; 0, else λ·α·(eˣ − 1), with λ and α that keep mean 0 and variance 1 (Klambauer et al. 2017).
   * {@link Activations#SELU}
   */
  default Tensor selu() {
    return activate(Activations.SELU);
  }

  /** max(0, x) + min(0, alpha·(e^(x/alpha) − 1)). {@link Activations#CELU} */
  default Tensor celu(double alpha) {
    return activate(Activations.CELU, alpha);
  }

  /** log(1 + eˣ), without overflow. {@link Activations#SOFTPLUS} */
  default Tensor softplus() {
    return activate(Activations.SOFTPLUS);
  }

  /** x/(1 + |x|). {@link Activations#SOFTSIGN} */
  default Tensor softsign() {
    return activate(Activations.SOFTSIGN);
  }

  /** 1 − erf(x), to its last digits where erf is nearly 1. */
  default Tensor erfc() {
    return self().apply(Function.ERFC);
  }

  /** log σ(x) = −log(1 + e^(−x)), finite for any finite x. */
  default Tensor logSigmoid() {
    return activate(Activations.LOG_SIGMOID);
  }

  /** 1/(1 + e⁻ˣ). {@link Activations#SIGMOID} */
  default Tensor sigmoid() {
    return activate(Activations.SIGMOID);
  }

  /** min(max(0, x/6 + 1/2), 1), as PyTorch has it. {@link Activations#HARD_SIGMOID} */
  default Tensor hardSigmoid() {
    return activate(Activations.HARD_SIGMOID);
  }

  /** tanh x. {@link Activations#TANH} */
  default Tensor tanh() {
    return activate(Activations.TANH);
  }

  /** min for x &lt; min, max for x &gt; max, else x. {@link Activations#HARD_TANH} */
  default Tensor hardTanh(double min, double max) {
    return activate(Activations.HARD_TANH, min, max);
  }

  /** x·σ(beta·x) (Ramachandran et al. 2017). {@link Activations#SWISH} */
  default Tensor swish(double beta) {
    return activate(Activations.SWISH, beta);
  }

  /** x·σ(x): {@link #swish} of beta 1. {@link Activations#SILU} */
  default Tensor silu() {
    return activate(Activations.SILU);
  }

  /** x·min(max(0, x + 3), 6)/6 (Howard et al. 2019). {@link Activations#HARD_SWISH} */
  default Tensor hardSwish() {
    return activate(Activations.HARD_SWISH);
  }

  /** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016), not its approximation. {@link Activations#GELU} */
  default Tensor gelu() {
    return activate(Activations.GELU);
  }

  /** x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). {@link Activations#GELU_TANH} */
  default Tensor geluTanh() {
    return activate(Activations.GELU_TANH);
  }

  /** x·tanh(log(1 + eˣ)) (Misra 2019). {@link Activations#MISH} */
  default Tensor mish() {
    return activate(Activations.MISH);
  }

  /** |x|; the slope at 0 is 0. {@link Activations#ABS} */
  default Tensor abs() {
    return activate(Activations.ABS);
  }

  /** max(0, x)² (So et al. 2021). {@link Activations#SQUARED_RELU} */
  default Tensor squaredRelu() {
    return activate(Activations.SQUARED_RELU);
  }

  /** eˣ. {@link Activations#EXP} */
  default Tensor exp() {
    return activate(Activations.EXP);
  }

  /** √x; NaN for x &lt; 0, the slope at 0 is ∞. {@link Activations#SQRT} */
  default Tensor sqrt() {
    return activate(Activations.SQRT);
  }

  /**
   * min(max(x, {@code min}), {@code max}): where the limits cross all is {@code max}, as in PyTorch, NumPy and ONNX.
   * NaN stays.
   */
  default Tensor clip(double min, double max) {
    if (Double.isNaN(min) || Double.isNaN(max)) {
      throw new InvalidInputException("clip: the limits must be numbers, got " + min + " and " + max);
    }
    return activate(Activations.CLIP, min, max);
  }
}
