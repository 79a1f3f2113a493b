package dev.orthant.tensor;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Parameter;
import dev.orthant.op.Layout;
import java.util.ArrayList;
import java.util.List;

/** The elementwise half of {@link Tensor}: arithmetic and the activations by their usual names. Each is one line over {@link #apply}. */
public abstract sealed class TensorMath permits Tensor {
  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);
  private static final Expr S = Expr.scalar(0);

  abstract Tensor apply(String name, Expr formula, List<Tensor> others, double... scalars);

  abstract Shape shape();

  // ---- arithmetic, broadcasting as NumPy -----------------------------------------------------------------------------

  public Tensor add(Tensor o) {
    return apply("add", X.plus(Y), List.of(o));
  }

  public Tensor add(double v) {
    return apply("add", X.plus(S), List.of(), v);
  }

  public Tensor sub(Tensor o) {
    return apply("sub", X.minus(Y), List.of(o));
  }

  public Tensor sub(double v) {
    return apply("sub", X.minus(S), List.of(), v);
  }

  public Tensor mul(Tensor o) {
    return apply("mul", X.times(Y), List.of(o));
  }

  public Tensor mul(double v) {
    return apply("mul", X.times(S), List.of(), v);
  }

  public Tensor div(Tensor o) {
    return apply("div", X.div(Y), List.of(o));
  }

  public Tensor div(double v) {
    return apply("div", X.div(S), List.of(), v);
  }

  public Tensor pow(Tensor o) {
    return apply("pow", X.pow(Y), List.of(o));
  }

  public Tensor pow(double v) {
    return apply("pow", X.pow(S), List.of(), v);
  }

  /** The larger of two, NaN if either is. */
  public Tensor maximum(Tensor o) {
    return apply("maximum", Expr.max(X, Y), List.of(o));
  }

  /** The smaller of two, NaN if either is. */
  public Tensor minimum(Tensor o) {
    return apply("minimum", Expr.min(X, Y), List.of(o));
  }

  public Tensor neg() {
    return apply(Function.NEG);
  }

  public Tensor square() {
    return apply("square", X.squared(), List.of());
  }

  /** Any function of the catalogue, element by element: {@code x.apply(Function.SIN)}. */
  public Tensor apply(Function f) {
    return apply(f.name().toLowerCase(java.util.Locale.ROOT), f.of(X), List.of());
  }

  /** Adds one value per channel: {@code bias} of shape (c) to images in {@code layout} (rank 4), or to signals (rank 3) likewise. */
  public Tensor addChannelBias(Tensor bias, Layout layout) {
    int rank = shape().rank();
    if (bias.shape().rank() != 1 || rank < 3 || rank > 4) {
      throw new ShapeException(
          "addChannelBias: takes a bias of rank 1 on rank 3 or 4, got " + bias.shape() + " on " + shape());
    }
    if (layout == Layout.NHWC) {
      return add(bias);
    }
    long c = bias.shape().dim(0);
    try (Tensor column = rank == 4 ? bias.reshape(c, 1, 1) : bias.reshape(c, 1)) {
      return add(column);
    }
  }

  // ---- activations -------------------------------------------------------------------------------------------------

  /** y = f(this), the parameters given as numbers; without any, their initial values. */
  public Tensor activate(Activation f, double... parameters) {
    double[] values =
        parameters.length == 0 ? f.parameters().stream().mapToDouble(Parameter::initial).toArray() : parameters;
    List<Expr> arguments = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      arguments.add(Expr.scalar(i));
    }
    return apply(f.name(), f.apply(X, arguments), List.of(), values);
  }

  /** y = f(this), the parameters given as tensors that broadcast to this: learned slopes. */
  public Tensor activate(Activation f, List<Tensor> parameters) {
    if (parameters.size() != f.parameters().size()) {
      throw new InvalidInputException(
          f.name() + ": takes " + f.parameters().size() + " parameters, got " + parameters.size());
    }
    return apply(f.name(), f.value(), parameters);
  }

  public Tensor relu() {
    return activate(Activations.RELU);
  }

  public Tensor relu6() {
    return activate(Activations.RELU6);
  }

  public Tensor leakyRelu(double alpha) {
    return activate(Activations.LEAKY_RELU, alpha);
  }

  /** {@code slope} of shape (), per channel (as it broadcasts), or per element. */
  public Tensor prelu(Tensor slope) {
    return activate(Activations.PRELU, List.of(slope));
  }

  public Tensor thresholdedRelu(double theta) {
    return activate(Activations.THRESHOLDED_RELU, theta);
  }

  public Tensor elu(double alpha) {
    return activate(Activations.ELU, alpha);
  }

  public Tensor selu() {
    return activate(Activations.SELU);
  }

  public Tensor celu(double alpha) {
    return activate(Activations.CELU, alpha);
  }

  public Tensor softplus() {
    return activate(Activations.SOFTPLUS);
  }

  public Tensor softsign() {
    return activate(Activations.SOFTSIGN);
  }

  public Tensor sigmoid() {
    return activate(Activations.SIGMOID);
  }

  public Tensor hardSigmoid() {
    return activate(Activations.HARD_SIGMOID);
  }

  public Tensor tanh() {
    return activate(Activations.TANH);
  }

  public Tensor hardTanh(double min, double max) {
    return activate(Activations.HARD_TANH, min, max);
  }

  public Tensor swish(double beta) {
    return activate(Activations.SWISH, beta);
  }

  public Tensor silu() {
    return activate(Activations.SILU);
  }

  public Tensor hardSwish() {
    return activate(Activations.HARD_SWISH);
  }

  public Tensor gelu() {
    return activate(Activations.GELU);
  }

  public Tensor geluTanh() {
    return activate(Activations.GELU_TANH);
  }

  public Tensor mish() {
    return activate(Activations.MISH);
  }

  public Tensor abs() {
    return activate(Activations.ABS);
  }

  public Tensor squaredRelu() {
    return activate(Activations.SQUARED_RELU);
  }

  public Tensor exp() {
    return activate(Activations.EXP);
  }

  public Tensor sqrt() {
    return activate(Activations.SQRT);
  }

  public Tensor clip(double min, double max) {
    return activate(Activations.CLIP, min, max);
  }
}
