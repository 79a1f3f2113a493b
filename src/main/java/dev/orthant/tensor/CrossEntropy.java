package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of logits x, which have the C classes along their last axis, with labels y, as PyTorch's
 * {@code cross_entropy} defines it. A row's loss is
 *
 * <p>l = (1 − ε)·w_y·(−log softmax(x)_y) + ε/C·Σ_c w_c·(−log softmax(x)_c),
 *
 * <p>and 0 where the label is the ignored one. The mean is Σ l / Σ w_y over the rows that count; where none does, NaN.
 *
 * @param ignored the label whose rows do not count, of any value; null for none
 * @param smoothing ε, from 0 to 1 (Szegedy et al. 2016)
 * @param weights w of shape (C), floating, on the logits' device; null for ones
 */
public record CrossEntropy(@Nullable Long ignored, double smoothing, @Nullable Tensor weights) {
  /** Every row counts, and every class alike. */
  public static final CrossEntropy PLAIN = new CrossEntropy(null, 0, null);

  private static final int LABELS = 1;
  private static final int WEIGHTS = 2;

  public CrossEntropy {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new InvalidInputException("crossEntropy: label smoothing must be from 0 to 1, got " + smoothing);
    }
  }

  /** Rows with this label do not count. */
  public CrossEntropy ignoreIndex(long label) {
    return new CrossEntropy(label, smoothing, weights);
  }

  /** A part of the label is spread over all classes. */
  public CrossEntropy labelSmoothing(double part) {
    return new CrossEntropy(ignored, part, weights);
  }

  /** Classes count by these weights. */
  public CrossEntropy classWeights(Tensor of) {
    return new CrossEntropy(ignored, smoothing, of);
  }

  /** The mean over the rows that count. */
  Tensor mean(Tensor logits, Tensor labels) {
    List<Tensor> rows = rows(logits, labels, DType.F32);
    try (Tensor losses = rows.get(0); Tensor counts = rows.get(1)) {
      Expr sum = Reduce.stage(2, 0);
      Expr count = Reduce.stage(2, 1);
      List<Integer> all = losses.axes("crossEntropy");
      Reduce op = new Reduce(all,
          List.of(new Reduce.Stage(Reduce.Kind.SUM, Expr.input(0)), new Reduce.Stage(Reduce.Kind.SUM, Expr.input(1))),
          List.of(new Reduce.Result(sum.div(count), true, logits.dtype())), 2, List.of());
      return Tensor.drop(Launcher.reduce("crossEntropy", op, List.of(losses, counts), Set.of()).getFirst(),
          all, false);
    }
  }

  /** The losses of the rows, in the logits' type. */
  Tensor perRow(Tensor logits, Tensor labels) {
    List<Tensor> rows = rows(logits, labels, logits.dtype());
    rows.get(1).close();
    return rows.get(0);
  }

  /**
   * Each row's loss and the weight of its label, 0 where that is ignored; in F64 for logits of it, else in
   * {@code type}.
   */
  private List<Tensor> rows(Tensor x, Tensor labels, DType type) {
    check(x, labels);
    DType stored = x.dtype() == DType.F64 ? DType.F64 : type;
    int operands = weights == null ? 2 : 3;
    List<Double> scalars = ignored == null ? List.of(smoothing) : List.of(smoothing, (double) ignored);
    Expr label = Expr.input(LABELS);
    Expr weight = weights == null ? Expr.constant(1) : Expr.input(WEIGHTS);
    Expr zero = Expr.constant(0);
    Expr shifted = Expr.input(0).minus(Reduce.stage(operands, 0));
    Expr entropy = Reduce.stage(operands, 1).log().minus(shifted).times(weight);
    Condition own = Reduce.position(operands, 4).eq(label);
    Expr part = Expr.where(own, entropy, zero);
    if (smoothing > 0) {
      Expr spread = Expr.scalar(0);
      part = part.times(Expr.constant(1).minus(spread)).plus(entropy.times(spread.div((double) x.shape().dim(-1))));
    }
    Expr counted = Expr.where(own, weight, zero);
    if (ignored != null) {
      Condition counts = label.ne(Expr.scalar(1));
      part = Expr.where(counts, part, zero);
      counted = Expr.where(counts, counted, zero);
    }
    List<Integer> over = x.axes("crossEntropy", -1);
    Reduce op = new Reduce(over,
        List.of(new Reduce.Stage(Reduce.Kind.MAX, Expr.input(0)), new Reduce.Stage(Reduce.Kind.SUM, shifted.exp()),
            new Reduce.Stage(Reduce.Kind.SUM, part), new Reduce.Stage(Reduce.Kind.SUM, counted)),
        List.of(new Reduce.Result(Reduce.stage(operands, 2), true, stored),
            new Reduce.Result(Reduce.stage(operands, 3), true, stored)),
        operands, scalars);
    try (Tensor column = labels.reshape(labels.shape().append(1).dims())) {
      List<Tensor> inputs = new ArrayList<>(List.of(x, column));
      if (weights != null) {
        inputs.add(weights);
      }
      // The maximum cancels: its own gradient is nothing.
      return Launcher.reduce("crossEntropy", op, inputs, Set.of(0)).stream()
          .map(r -> Tensor.drop(r, over, false)).toList();
    }
  }

  private void check(Tensor x, Tensor labels) {
    TensorSpec l = labels.spec();
    int rank = x.shape().rank();
    String on = " (on " + x.device().name() + ")";
    if (!x.dtype().isFloating()) {
      throw new DTypeException("crossEntropy: takes logits of f16 bf16 f32 f64, got " + x.spec() + on);
    }
    if (rank < 1 || (l.dtype() != DType.I32 && l.dtype() != DType.I64)
        || !l.shape().equals(x.shape().slice(0, rank - 1))) {
      throw new InvalidInputException("crossEntropy: takes labels of i32 or i64 and the shape of the logits " + x.spec()
          + " without the last axis, got " + l + on);
    }
    long classes = x.shape().dim(-1);
    if (weights != null && (weights.shape().rank() != 1 || weights.shape().dim(0) != classes
        || !weights.dtype().isFloating() || weights.dtype().compute() != x.dtype().compute())) {
      throw new ShapeException("crossEntropy: takes class weights of shape (" + classes + ") that go with the logits "
          + x.spec() + ", got " + weights.spec() + on);
    }
    long[] range = labels.range();
    if (ignored == null || (range[0] >= 0 && range[1] < classes)) {
      labels.requireRange("crossEntropy: labels", classes);
      return;
    }
    try (Tensor differ = labels.ne((double) ignored); Tensor counted = labels.where(differ, 0)) {
      counted.requireRange("crossEntropy: labels", classes);
    }
  }
}
