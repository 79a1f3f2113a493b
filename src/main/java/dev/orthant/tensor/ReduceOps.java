package dev.orthant.tensor;

import static dev.orthant.tensor.Formula.INFINITY;
import static dev.orthant.tensor.Formula.X;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The part of {@link Tensor} that reduces over axes. Axes count from 0, negative ones from the end; none given means
 * all. Results lack the axes unless {@code keepDims}, which leaves them with extent 1. Sums accumulate in F32, of F64
 * in F64; results have the tensor's type. Of integers and BOOL there are {@code sum}, {@code prod}, {@code max},
 * {@code min}, {@code argMax} and {@code argMin}, computed in 64 bits, where sums and products wrap around; sums and
 * products of them are I64.
 */
public sealed interface ReduceOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** Pending elementwise work on this is done on the way. */
  private Tensor reduce(String name, Reduce.Kind kind, Expr formula, java.util.function.UnaryOperator<Expr> after,
      DType type, boolean keepDims, double[] scalars, int... axes) {
    List<Integer> over = self().axes(name, axes);
    Reduce op = new Reduce(over, List.of(new Reduce.Stage(kind, formula)),
        List.of(new Reduce.Result(after.apply(Reduce.stage(1, 0)), true, type)), 1,
        Arrays.stream(scalars).boxed().toList());
    return Tensor.drop(Launcher.reduce(name, op, List.of(self()), Set.of()).getFirst(), over, keepDims);
  }

  private Tensor reduce(String name, Reduce.Kind kind, Expr formula, boolean keepDims, int... axes) {
    return reduce(name, kind, formula, s -> s, floating(name), keepDims, new double[0], axes);
  }

  /** Of integers in 64 bits: sums and products keep them, extremes are of the tensor's own type. */
  private Tensor reduceAny(String name, Reduce.Kind kind, boolean keepDims, int... axes) {
    DType own = self().spec().dtype();
    boolean grows = kind == Reduce.Kind.SUM || kind == Reduce.Kind.PROD;
    return reduce(name, kind, X, s -> s, own.isFloating() || !grows ? own : DType.I64, keepDims, new double[0], axes);
  }

  private DType floating(String name) {
    DType type = self().spec().dtype();
    if (!type.isFloating()) {
      throw new DTypeException(name + ": takes f16 bf16 f32 f64, got " + self().spec() + "; cast it first");
    }
    return type;
  }

  // ---- sums, norms, extremes ---------------------------------------------------------------------------------------

  /** As {@link #sum(boolean, int...)}. */
  default Tensor sum(int... axes) {
    return sum(false, axes);
  }

  /** The sum; of integers and BOOL an I64, which wraps around. */
  default Tensor sum(boolean keepDims, int... axes) {
    return reduceAny("sum", Reduce.Kind.SUM, keepDims, axes);
  }

  /** As {@link #mean(boolean, int...)}, without the axes. */
  default Tensor mean(int... axes) {
    return mean(false, axes);
  }

  /** The sum by the count; NaN of no elements. */
  default Tensor mean(boolean keepDims, int... axes) {
    return reduce("mean", Reduce.Kind.MEAN, X, keepDims, axes);
  }

  /** As {@link #prod(boolean, int...)}, without the axes. */
  default Tensor prod(int... axes) {
    return prod(false, axes);
  }

  /** The product; of integers and BOOL an I64, which wraps around. */
  default Tensor prod(boolean keepDims, int... axes) {
    return reduceAny("prod", Reduce.Kind.PROD, keepDims, axes);
  }

  /** As {@link #max(boolean, int...)}, without the axes. */
  default Tensor max(int... axes) {
    return max(false, axes);
  }

  /**
   * The largest element, NaN if there is one; its gradient is shared evenly by those that attain it, and NaN for all of
   * them if there is a NaN.
   */
  default Tensor max(boolean keepDims, int... axes) {
    return reduceAny("max", Reduce.Kind.MAX, keepDims, axes);
  }

  /** As {@link #min(boolean, int...)}, without the axes. */
  default Tensor min(int... axes) {
    return min(false, axes);
  }

  /**
   * The smallest element, NaN if there is one; its gradient is shared evenly by those that attain it, and NaN for all
   * of them if there is a NaN.
   */
  default Tensor min(boolean keepDims, int... axes) {
    return reduceAny("min", Reduce.Kind.MIN, keepDims, axes);
  }

  /** As {@link #norm(double, boolean, int...)}, without the axes. */
  default Tensor norm(double p, int... axes) {
    return norm(p, false, axes);
  }

  /**
   * The p-norm (Σ|x|^p)^(1/p), p ≥ 1; p = ∞ gives the largest magnitude. Finite wherever that is: powers are taken of
   * numbers scaled by the largest magnitude. Infinite if an element is, NaN if one is; of no elements 0. Its gradient
   * at 0 is 0.
   */
  default Tensor norm(double p, boolean keepDims, int... axes) {
    if (!(p >= 1)) {
      throw new InvalidInputException("norm: p must be at least 1, got " + p);
    }
    if (p == 1) {
      return reduce("norm", Reduce.Kind.SUM, X.abs(), keepDims, axes);
    }
    if (p == Double.POSITIVE_INFINITY) {
      return reduce("norm", Reduce.Kind.MAX, X.abs(), keepDims, axes);
    }
    List<Integer> over = self().axes("norm", axes);
    floating("norm");
    boolean empty = over.stream().anyMatch(a -> self().shape().dim(a) == 0);
    return empty ? reduce("norm", Reduce.Kind.SUM, X, keepDims, axes)
        : Tensor.drop(Norms.norm(self(), p, over), over, keepDims);
  }

  /** Σ x², infinite where that is too large for the type; {@link #norm(double, int...)} is not. */
  default Tensor sumOfSquares(int... axes) {
    return reduce("sumOfSquares", Reduce.Kind.SUM, X.squared(), false, axes);
  }

  /**
   * The mean square distance from the mean, divided by the count (not the count − 1). Its error is that of numbers of
   * the size of the deviations, however large the mean (see {@link Moments}); NaN of no elements.
   */
  default Tensor variance(boolean keepDims, int... axes) {
    return spread("variance", Moments.Spread::variance, keepDims, axes, new double[0]);
  }

  /** The square root of {@link #variance}, finite also where that is not; its gradient where all are equal is 0. */
  default Tensor std(boolean keepDims, int... axes) {
    return spread("std", Moments.Spread::deviationOfRow, keepDims, axes, new double[0]);
  }

  /**
   * Σ (x − mean)²/(n − ddof): with 1 the unbiased estimate, as PyTorch's default. Of n ≤ ddof elements 0/0 or infinite,
   * as there.
   */
  default Tensor variance(int ddof, boolean keepDims, int... axes) {
    return spread("variance", s -> s.variance().times(Expr.scalar(0)), keepDims, axes,
        correction("variance", ddof, axes));
  }

  /** The square root of {@link #variance(int, boolean, int...)}; its gradient where all are equal is 0. */
  default Tensor std(int ddof, boolean keepDims, int... axes) {
    return spread("std", s -> s.deviationOfRow().times(Expr.scalar(0)), keepDims, axes,
        Math.sqrt(correction("std", ddof, axes)));
  }

  /** n/(n − ddof). */
  private double correction(String name, int ddof, int... axes) {
    if (ddof < 0) {
      throw new InvalidInputException(name + ": ddof must be 0 or more, got " + ddof + " for " + self().spec());
    }
    long n = self().axes(name, axes).stream().mapToLong(a -> self().shape().dim(a)).reduce(1, (a, b) -> a * b);
    return n / (double) Math.max(0, n - ddof);
  }

  private Tensor spread(String name, java.util.function.Function<Moments.Spread, Expr> result, boolean keepDims,
      int[] axes, double... scalars) {
    List<Integer> over = self().axes(name, axes);
    DType type = floating(name);
    boolean empty = over.stream().anyMatch(a -> self().shape().dim(a) == 0);
    Moments.Spread spread =
        empty ? Moments.ofNothing(X, 1) : Moments.spread(X, 1, type.compute(), Expr.constant(0));
    Reduce op = new Reduce(over, spread.stages(), List.of(new Reduce.Result(result.apply(spread), true, type)), 1,
        Arrays.stream(scalars).boxed().toList());
    return Tensor.drop(Launcher.reduce(name, op, List.of(self()), empty ? Set.of() : Set.of(0)).getFirst(), over,
        keepDims);
  }

  /**
   * Where along the axis the largest element is (I64, exact for any length), the first of several; a NaN counts as
   * largest.
   */
  default Tensor argMax(int axis) {
    return Extremes.place("argMax", Reduce.Kind.MAX, self(), self().axis("argMax", axis));
  }

  /**
   * Where along the axis the smallest element is (I64, exact for any length), the first of several; a NaN counts as
   * smallest.
   */
  default Tensor argMin(int axis) {
    return Extremes.place("argMin", Reduce.Kind.MIN, self(), self().axis("argMin", axis));
  }

  // ---- softmax and its losses --------------------------------------------------------------------------------------

  /**
   * e^x / Σ e^x along the axis, safe for any finite x; 0 where x is −∞. NaN, as in PyTorch, where all are −∞ or one is
   * ∞.
   */
  default Tensor softmax(int axis) {
    return softmax("softmax", axis, true, (e, sum) -> e.div(sum));
  }

  /** log softmax(x) along the axis; −∞ where x is −∞. NaN, as in PyTorch, where all are −∞ or one is ∞. */
  default Tensor logSoftmax(int axis) {
    return softmax("logSoftmax", axis, false, (shifted, sum) -> shifted.minus(sum.log()));
  }

  private Tensor softmax(String name, int axis, boolean exponential, java.util.function.BinaryOperator<Expr> result) {
    Expr shifted = X.minus(Reduce.stage(1, 0));
    Reduce op = new Reduce(self().axes(name, axis),
        List.of(new Reduce.Stage(Reduce.Kind.MAX, X), new Reduce.Stage(Reduce.Kind.SUM, shifted.exp())),
        List.of(new Reduce.Result(result.apply(exponential ? shifted.exp() : shifted, Reduce.stage(1, 1)), false,
            floating(name))),
        1, List.of());
    return Launcher.reduce(name, op, List.of(self()), Set.of(0)).getFirst();
  }

  /**
   * log Σ e^x along the axes, safe for any x: −∞ where all are −∞ (with gradients of 0) or there is none, ∞ where one
   * is ∞.
   */
  default Tensor logSumExp(boolean keepDims, int... axes) {
    List<Integer> over = self().axes("logSumExp", axes);
    if (over.stream().anyMatch(a -> self().shape().dim(a) == 0)) {
      floating("logSumExp");
      // The logarithm of an empty sum; a sum, for its type, its shape and its gradient.
      return sum(keepDims, axes).add(Double.NEGATIVE_INFINITY);
    }
    Expr largest = Reduce.stage(1, 0);
    Expr sum = Reduce.stage(1, 1);
    // What is infinite must not be subtracted from itself.
    Expr shift = Expr.where(largest.abs().eq(INFINITY), Expr.constant(0), largest);
    Expr result = Expr.where(sum.eq(Expr.constant(0)), INFINITY.neg(), shift.plus(sum.log()));
    Reduce op = new Reduce(over,
        List.of(new Reduce.Stage(Reduce.Kind.MAX, X), new Reduce.Stage(Reduce.Kind.SUM, X.minus(shift).exp())),
        List.of(new Reduce.Result(result, true, floating("logSumExp"))), 1, List.of());
    // The maximum cancels: its own gradient is nothing.
    return Tensor.drop(Launcher.reduce("logSumExp", op, List.of(self()), Set.of(0)).getFirst(), over, keepDims);
  }

  /**
   * The mean over all rows of −log softmax(x)[label], x having the classes along its last axis. One launch for all
   * rows, one for their mean. A class of −∞ that is not the label adds nothing; the label's own makes the loss ∞. Rows
   * are in F32 (F64 of F64) until their mean is taken.
   *
   * @param labels I32 or I64, of this shape without the last axis, each from 0 to classes − 1
   */
  default Tensor crossEntropy(Tensor labels) {
    try (Tensor rows = crossEntropyPerRow(labels, floating("crossEntropy").compute())) {
      return meanOf(rows);
    }
  }

  /**
   * The mean of rows in the type that is computed in, of this tensor's type: a single row may be beyond what that
   * holds.
   */
  private Tensor meanOf(Tensor rows) {
    ReduceOps wide = rows;
    return wide.reduce("mean", Reduce.Kind.MEAN, X, s -> s, self().spec().dtype(), false, new double[0]);
  }

  /** The mean cross-entropy with an ignored label, label smoothing or class weights: see {@link CrossEntropy}. */
  default Tensor crossEntropy(Tensor labels, CrossEntropy how) {
    return how.mean(self(), labels);
  }

  /** As {@link #crossEntropy(Tensor, CrossEntropy)}, the loss of each row; 0 where it does not count. */
  default Tensor crossEntropyPerRow(Tensor labels, CrossEntropy how) {
    return how.perRow(self(), labels);
  }

  /** As {@link #crossEntropy(Tensor)}, without the mean. */
  default Tensor crossEntropyPerRow(Tensor labels) {
    return crossEntropyPerRow(labels, floating("crossEntropy"));
  }

  private Tensor crossEntropyPerRow(Tensor labels, DType type) {
    TensorSpec l = labels.spec();
    int rank = self().shape().rank();
    if (rank < 1 || (l.dtype() != DType.I32 && l.dtype() != DType.I64)
        || !l.shape().equals(self().shape().slice(0, rank - 1))) {
      throw new InvalidInputException(
          "crossEntropy: takes labels of i32 or i64 and the shape of the logits " + self().spec()
              + " without the last axis, got " + l + " (on " + self().device().name() + ")");
    }
    labels.requireRange("crossEntropy: labels", self().shape().dim(-1));
    Expr shifted = X.minus(Reduce.stage(2, 0));
    Expr chosen = Expr.where(Reduce.position(2, 3).eq(Expr.input(1)), shifted, Expr.constant(0));
    List<Integer> over = List.of(rank - 1);
    Reduce op = new Reduce(over,
        List.of(new Reduce.Stage(Reduce.Kind.MAX, X), new Reduce.Stage(Reduce.Kind.SUM, shifted.exp()),
            new Reduce.Stage(Reduce.Kind.SUM, chosen)),
        List.of(new Reduce.Result(Reduce.stage(2, 1).log().minus(Reduce.stage(2, 2)), true, type)), 2, List.of());
    try (Tensor column = labels.reshape(l.shape().append(1).dims())) {
      return Tensor.drop(Launcher.reduce("crossEntropy", op, List.of(self(), column), Set.of(0)).getFirst(), over,
          false);
    }
  }

  /**
   * The mean over all rows of −Σ p·log softmax(x) along the last axis, for targets that are probabilities. Of x = −∞
   * and p = 0 the product is 0.
   */
  default Tensor crossEntropyWith(Tensor probabilities) {
    if (!probabilities.shape().equals(self().shape())) {
      throw new ShapeException(
          "crossEntropyWith: probabilities " + probabilities.spec() + " must have the shape of the logits "
              + self().spec() + " (on " + self().device().name() + ")");
    }
    Expr shifted = X.minus(Reduce.stage(2, 0));
    List<Integer> over = self().axes("crossEntropyWith", -1);
    Expr p = Expr.input(1);
    Expr term = p.times(Reduce.stage(2, 1).log().minus(shifted));
    // 0 · log 0 is 0 here, as lim p → 0 of p · log p.
    Condition impossible = p.eq(Expr.constant(0)).and(X.eq(INFINITY.neg()));
    Reduce op = new Reduce(over,
        List.of(new Reduce.Stage(Reduce.Kind.MAX, X), new Reduce.Stage(Reduce.Kind.SUM, shifted.exp()),
            new Reduce.Stage(Reduce.Kind.SUM, Expr.where(impossible, Expr.constant(0), term))),
        List.of(new Reduce.Result(Reduce.stage(2, 2), true, floating("crossEntropyWith").compute())), 2, List.of());
    try (Tensor rows = Launcher.reduce("crossEntropyWith", op, List.of(self(), probabilities), Set.of(0)).getFirst()) {
      return meanOf(rows);
    }
  }
}
