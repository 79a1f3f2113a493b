package dev.orthant.tensor;

import static dev.orthant.tensor.Formula.S;
import static dev.orthant.tensor.Formula.X;
import static dev.orthant.tensor.Formula.Y;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.op.Layout;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
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
public sealed interface ElementwiseOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * y = formula(this, others…) element by element, broadcast. The basis of every elementwise method, and the way to a
   * formula of your own.
   *
   * @param name for messages
   * @param formula input 0 is this, inputs 1, 2, … are {@code others}
   * @param scalars the formula's launch-time numbers
   */
  default Tensor apply(String name, Expr formula, List<Tensor> others, double... scalars) {
    return self().elementwise(Formula.of(name, formula.simplified(), scalars), others);
  }

  /** As {@link #apply(String, Expr, List, double...)}, with a result of another floating type, or of whole numbers. */
  default Tensor apply(String name, DType type, Expr formula, List<Tensor> others, double... scalars) {
    return self().elementwise(Formula.of(name, formula.simplified(), scalars).type(type), others);
  }

  // ---- arithmetic, broadcasting as NumPy
  // -----------------------------------------------------------------------------

  /**
   * this + o, broadcast. Types meet as in {@link Pointwise#integers} and, floating ones, in the wider; the gradient
   * with respect to each operand is summed to its shape.
   */
  default Tensor add(Tensor o) {
    return apply("add", X.plus(Y), List.of(o));
  }

  /** this + v in this tensor's type. */
  default Tensor add(double v) {
    return apply("add", X.plus(S), List.of(), v);
  }

  /** this − o, broadcast; types as for {@link #add(Tensor)}. */
  default Tensor sub(Tensor o) {
    return apply("sub", X.minus(Y), List.of(o));
  }

  /** this − v in this tensor's type. */
  default Tensor sub(double v) {
    return apply("sub", X.minus(S), List.of(), v);
  }

  /** this · o, broadcast; types as for {@link #add(Tensor)}. */
  default Tensor mul(Tensor o) {
    return apply("mul", X.times(Y), List.of(o));
  }

  /** this · v in this tensor's type. */
  default Tensor mul(double v) {
    return apply("mul", X.times(S), List.of(), v);
  }

  /**
   * this / o, broadcast, as IEEE 754 divides: x/0 is ±∞, 0/0 NaN. Integers have no quotient of their own: see the
   * type's description.
   */
  default Tensor div(Tensor o) {
    return apply("div", X.div(Y), List.of(o));
  }

  /** this / v in this tensor's type. */
  default Tensor div(double v) {
    return apply("div", X.div(S), List.of(), v);
  }

  /**
   * By C's rules: 1 to any power and anything to the power of 0 are 1, NaN included. The gradient of x^0 is 0, that of
   * 0^p by p is 0.
   */
  default Tensor pow(Tensor o) {
    return apply("pow", X.pow(Y), List.of(o));
  }

  /** this to the power of v, as C's pow; see {@link #pow(Tensor)}. */
  default Tensor pow(double v) {
    return apply("pow", X.pow(S), List.of(), v);
  }

  /** The larger of two, NaN if either is. Where they are equal each has half of the gradient; a NaN makes it NaN. */
  default Tensor maximum(Tensor o) {
    return apply("maximum", Expr.max(X, Y), List.of(o));
  }

  /** The smaller of two, NaN if either is. The gradient as of {@link #maximum}. */
  default Tensor minimum(Tensor o) {
    return apply("minimum", Expr.min(X, Y), List.of(o));
  }

  // ---- comparisons: BOOL, false for NaN but for ne
  // ---------------------------------------------------------------------

  private Tensor test(String name, Condition c, List<Tensor> others, double... scalars) {
    return self().elementwise(Formula.of(name, c.asNumber(), scalars).type(DType.BOOL), others);
  }

  /** Whether this &gt; o, broadcast: BOOL, false where either is NaN. No gradient. */
  default Tensor gt(Tensor o) {
    return test("gt", X.gt(Y), List.of(o));
  }

  /** Whether this &gt; v: BOOL, false for NaN. */
  default Tensor gt(double v) {
    return test("gt", X.gt(S), List.of(), v);
  }

  /** Whether this ≥ o, broadcast: BOOL, false where either is NaN. No gradient. */
  default Tensor ge(Tensor o) {
    return test("ge", X.ge(Y), List.of(o));
  }

  /** Whether this ≥ v: BOOL, false for NaN. */
  default Tensor ge(double v) {
    return test("ge", X.ge(S), List.of(), v);
  }

  /** Whether this &lt; o, broadcast: BOOL, false where either is NaN. No gradient. */
  default Tensor lt(Tensor o) {
    return test("lt", X.lt(Y), List.of(o));
  }

  /** Whether this &lt; v: BOOL, false for NaN. */
  default Tensor lt(double v) {
    return test("lt", X.lt(S), List.of(), v);
  }

  /** Whether this ≤ o, broadcast: BOOL, false where either is NaN. No gradient. */
  default Tensor le(Tensor o) {
    return test("le", X.le(Y), List.of(o));
  }

  /** Whether this ≤ v: BOOL, false for NaN. */
  default Tensor le(double v) {
    return test("le", X.le(S), List.of(), v);
  }

  /** Whether this = o, broadcast: BOOL, false where either is NaN. No gradient. */
  default Tensor eq(Tensor o) {
    return test("eq", X.eq(Y), List.of(o));
  }

  /** Whether this = v: BOOL, false for NaN. */
  default Tensor eq(double v) {
    return test("eq", X.eq(S), List.of(), v);
  }

  /** Whether this ≠ o, broadcast: BOOL, true where either is NaN. No gradient. */
  default Tensor ne(Tensor o) {
    return test("ne", X.ne(Y), List.of(o));
  }

  /** Whether this ≠ v: BOOL, true for NaN. */
  default Tensor ne(double v) {
    return test("ne", X.ne(S), List.of(), v);
  }

  /**
   * This where {@code condition} (BOOL, or any type: not 0) holds, elsewhere {@code otherwise}; all three broadcast.
   */
  default Tensor where(Tensor condition, Tensor otherwise) {
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
  default Tensor where(Tensor condition, double otherwise) {
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
  default Tensor dropout(double rate, Philox noise) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new InvalidInputException("dropout: the rate must be from 0 to 1, got " + rate + " for " + self().spec()
          + " (on " + self().device().name() + ")");
    }
    // Of rate 1 nothing is left to be scaled: every number is less than 1.
    double scale = rate < 1 ? 1 / (1 - rate) : 0;
    return rate == 0 ? self().alias()
        : self().elementwise(
            Formula.of("dropout", Expr.where(Y.lt(S), Expr.constant(0), X.times(Expr.scalar(1))), rate, scale)
                .noise(List.of(noise)),
            List.of());
  }

  /** −this; of integers as Java negates. */
  default Tensor neg() {
    return apply(Function.NEG);
  }

  /** this · this: infinite where that is too large for the type. */
  default Tensor square() {
    return apply("square", X.squared(), List.of());
  }

  /** Any function of the catalogue, element by element: {@code x.apply(Function.SIN)}. */
  default Tensor apply(Function f) {
    return apply(f.name().toLowerCase(java.util.Locale.ROOT), f.of(X), List.of());
  }

  /**
   * Adds one value per channel: {@code bias} of shape (c) to images in {@code layout} (rank 4), or to signals (rank 3)
   * likewise.
   */
  default Tensor addChannelBias(Tensor bias, Layout layout) {
    int rank = self().shape().rank();
    if (bias.shape().rank() != 1 || rank < 3 || rank > 4) {
      throw new ShapeException(
          "addChannelBias: takes a bias of rank 1 on rank 3 or 4, got " + bias.shape() + " on " + self().shape());
    }
    if (layout == Layout.NHWC) {
      return add(bias);
    }
    long c = bias.shape().dim(0);
    try (Tensor column = rank == 4 ? bias.reshape(c, 1, 1) : bias.reshape(c, 1)) {
      return add(column);
    }
  }
}
