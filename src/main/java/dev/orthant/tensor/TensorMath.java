package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.device.Device;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.expr.Parameter;
import dev.orthant.op.Layout;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The elementwise half of {@link Tensor}: arithmetic and the activations by their usual names. Each is one line over
 * {@link #apply}.
 *
 * <p><b>Integers.</b> Where all tensors are integers or BOOL and all numbers are whole, sums, differences, products,
 * powers, extremes, comparisons and choices are exact and wrap around as Java's integers do, in the type of
 * {@link Pointwise#integers} (BOOL stores whether the result is not 0). What has a fraction, {@code div} above all,
 * needs a type by {@link #apply(String, DType, Expr, List, double...)}: an integer one for the quotient cut towards
 * zero, a floating one for the fraction.
 */
public abstract sealed class TensorMath extends TensorData permits TensorReductions {
  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);
  private static final Expr S = Expr.scalar(0);

  abstract Tensor self();

  public abstract Shape shape();

  public abstract Device device();

  /** y = formula(this, others…) element by element, broadcast. */
  abstract Tensor elementwise(Formula formula, List<Tensor> others);

  /**
   * y = formula(this, others…) element by element, broadcast. The basis of every elementwise method, and the way to a
   * formula of your own.
   *
   * @param name for messages
   * @param formula input 0 is this, inputs 1, 2, … are {@code others}
   * @param scalars the formula's launch-time numbers
   */
  public Tensor apply(String name, Expr formula, List<Tensor> others, double... scalars) {
    return elementwise(Formula.of(name, formula.simplified(), scalars), others);
  }

  /** As {@link #apply(String, Expr, List, double...)}, with a result of another floating type, or of whole numbers. */
  public Tensor apply(String name, DType type, Expr formula, List<Tensor> others, double... scalars) {
    return elementwise(Formula.of(name, formula.simplified(), scalars).type(type), others);
  }

  // ---- arithmetic, broadcasting as NumPy
  // -----------------------------------------------------------------------------

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

  /**
   * By C's rules: 1 to any power and anything to the power of 0 are 1, NaN included. The gradient of x^0 is 0, that of
   * 0^p by p is 0.
   */
  public Tensor pow(Tensor o) {
    return apply("pow", X.pow(Y), List.of(o));
  }

  public Tensor pow(double v) {
    return apply("pow", X.pow(S), List.of(), v);
  }

  /** The larger of two, NaN if either is. Where they are equal each has half of the gradient; a NaN makes it NaN. */
  public Tensor maximum(Tensor o) {
    return apply("maximum", Expr.max(X, Y), List.of(o));
  }

  /** The smaller of two, NaN if either is. The gradient as of {@link #maximum}. */
  public Tensor minimum(Tensor o) {
    return apply("minimum", Expr.min(X, Y), List.of(o));
  }

  /**
   * Several formulas over the same tensors in one launch, at once and not recorded by a tape: an optimizer's new
   * parameter and state, for example. Pending elementwise work on the tensors is done on the way.
   *
   * @param types of the results
   * @param inputs formula inputs 0, 1, …
   */
  public static List<Tensor> applyAll(String name, List<Expr> formulas, List<DType> types, List<Tensor> inputs,
      double... scalars) {
    Pointwise op = new Pointwise(formulas, inputs.size(), Arrays.stream(scalars).boxed().toList(), types, List.of(),
        Shape.of());
    return Launcher.pointwiseUnrecorded(name, op, inputs);
  }

  // ---- comparisons: BOOL, false for NaN but for ne
  // ---------------------------------------------------------------------

  private Tensor test(String name, Condition c, List<Tensor> others, double... scalars) {
    return elementwise(Formula.of(name, c.asNumber(), scalars).type(DType.BOOL), others);
  }

  public Tensor gt(Tensor o) {
    return test("gt", X.gt(Y), List.of(o));
  }

  public Tensor gt(double v) {
    return test("gt", X.gt(S), List.of(), v);
  }

  public Tensor ge(Tensor o) {
    return test("ge", X.ge(Y), List.of(o));
  }

  public Tensor ge(double v) {
    return test("ge", X.ge(S), List.of(), v);
  }

  public Tensor lt(Tensor o) {
    return test("lt", X.lt(Y), List.of(o));
  }

  public Tensor lt(double v) {
    return test("lt", X.lt(S), List.of(), v);
  }

  public Tensor le(Tensor o) {
    return test("le", X.le(Y), List.of(o));
  }

  public Tensor le(double v) {
    return test("le", X.le(S), List.of(), v);
  }

  public Tensor eq(Tensor o) {
    return test("eq", X.eq(Y), List.of(o));
  }

  public Tensor eq(double v) {
    return test("eq", X.eq(S), List.of(), v);
  }

  public Tensor ne(Tensor o) {
    return test("ne", X.ne(Y), List.of(o));
  }

  public Tensor ne(double v) {
    return test("ne", X.ne(S), List.of(), v);
  }

  /**
   * This where {@code condition} (BOOL, or any type: not 0) holds, elsewhere {@code otherwise}; all three broadcast.
   */
  public Tensor where(Tensor condition, Tensor otherwise) {
    Expr choice = Expr.where(Expr.input(2).ne(Expr.constant(0)), X, Y);
    List<DType> types = List.of(self().dtype(), otherwise.dtype());
    // A condition of wider integers must not make the result one.
    return types.stream().anyMatch(DType::isFloating) || condition.dtype().isFloating()
        ? apply("where", choice, List.of(otherwise, condition))
        : apply("where", Pointwise.integers(types), choice, List.of(otherwise, condition));
  }

  /**
   * This where {@code condition} holds, elsewhere the number: how scores are masked.
   *
   * <p><b>Gradients.</b> What was computed before the choice has its slope multiplied by 0 where it is not taken:
   * {@code x.log().where(x.gt(0), 0)} has the gradient 0·(1/0), NaN, at 0, as in PyTorch. Either choose before as well,
   * {@code x.where(p, 1).log().where(p, 0)}, or write the choice as one formula,
   * {@code x.apply("…", Expr.where(X.gt(0), X.log(), 0), …)}: its slope is that of the branch that is taken.
   */
  public Tensor where(Tensor condition, double otherwise) {
    Expr choice = Expr.where(Y.ne(Expr.constant(0)), X, S);
    DType own = self().dtype();
    return own.isFloating() || condition.dtype().isFloating() || !IntegerSemantics.isWhole(otherwise)
        ? apply("where", choice, List.of(condition), otherwise)
        : apply("where", own, choice, List.of(condition), otherwise);
  }

  /**
   * Dropout (Srivastava et al. 2014), inverted: each element is 0 with probability {@code rate}, else divided by 1 −
   * rate. Draws element i's number from {@code noise} again in the backward pass: no mask is stored, and what is
   * pending here joins the launch unless it is a product.
   *
   * @param rate from 0 to 1; 1 gives zeros, whatever the elements, and the gradient 0
   */
  public Tensor dropout(double rate, Philox noise) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new InvalidInputException("dropout: the rate must be from 0 to 1, got " + rate + " for " + self().spec()
          + " (on " + self().device().name() + ")");
    }
    // Of rate 1 nothing is left to be scaled: every number is less than 1.
    double scale = rate < 1 ? 1 / (1 - rate) : 0;
    return rate == 0 ? self().alias()
        : elementwise(
            Formula.of("dropout", Expr.where(Y.lt(S), Expr.constant(0), X.times(Expr.scalar(1))), rate, scale)
                .noise(List.of(noise)),
            List.of());
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

  /**
   * Adds one value per channel: {@code bias} of shape (c) to images in {@code layout} (rank 4), or to signals (rank 3)
   * likewise.
   */
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
    // Where a slope can be told from the output, it limits its parameters to positive ones.
    Expr slope = Arrays.stream(values).allMatch(v -> v > 0)
        ? f.slopeByOutput().map(s -> s.substitute(i -> i == 0 ? X : arguments.get(i - 1), Expr::scalar)).orElse(null)
        : null;
    return elementwise(Formula.of(f.name(), f.apply(X, arguments), values).slopeByOutput(slope), List.of());
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

  /** 1 − erf(x), to its last digits where erf is nearly 1. */
  public Tensor erfc() {
    return apply(Function.ERFC);
  }

  /** log σ(x) = −log(1 + e^(−x)), finite for any finite x. */
  public Tensor logSigmoid() {
    return activate(Activations.LOG_SIGMOID);
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

  /**
   * min(max(x, {@code min}), {@code max}): where the limits cross all is {@code max}, as in PyTorch, NumPy and ONNX.
   * NaN stays.
   */
  public Tensor clip(double min, double max) {
    if (Double.isNaN(min) || Double.isNaN(max)) {
      throw new InvalidInputException("clip: the limits must be numbers, got " + min + " and " + max);
    }
    return activate(Activations.CLIP, min, max);
  }
}
