package dev.orthant.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of {@link OrthantNDArrayEx}: what optimizers do to a parameter w by its gradient g. Each is one launch,
 * which also writes the optimizer's state; the rates are numbers given at launch. The gradient is cleared.
 *
 * <p>The formulas are those of DJL's PyTorch engine (sgd, adam, adamw) and, where that has none, of DJL's optimizers'
 * Javadoc, which are MXNet's. In each, g first becomes clip(g·rescaleGrad, ±clipGrad), not clipped where clipGrad is
 * negative, and then, but for AdamW and Adadelta, g + weightDecay·w.
 */
sealed interface ExUpdates extends NDArrayEx permits OrthantNDArrayEx {
  Expr WEIGHT = Expr.input(0);

  private static Expr state(int j) {
    return Expr.input(2 + j);
  }

  /** The numbers of a formula, in the order in which they are mentioned. */
  class Numbers {
    private final List<Double> values = new ArrayList<>();

    Expr of(double value) {
      values.add(value);
      return Expr.scalar(values.size() - 1);
    }

    double[] values() {
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  /** The gradient, scaled and clipped. */
  private static Expr gradient(Numbers n, float rescale, float clip) {
    Expr g = Expr.input(1).times(n.of(rescale));
    if (clip < 0) {
      return g;
    }
    Expr limit = n.of(clip);
    return Expr.max(Expr.min(g, limit), limit.neg());
  }

  private static Expr decayed(Numbers n, Expr g, float weightDecay) {
    return g.plus(n.of(weightDecay).times(WEIGHT));
  }

  /** ρ·before + (1 − ρ)·now. */
  private static Expr average(Numbers n, float rho, Expr before, Expr now) {
    return n.of(rho).times(before).plus(n.of(1 - (double) rho).times(now));
  }

  /**
   * Puts the formulas' values into the weight and the states.
   *
   * @param formulas of the weight, then of each state
   */
  private static void update(String name, NDList inputs, NDList weights, List<Expr> formulas, Numbers numbers) {
    List<OrthantNDArray> arrays = inputs.stream().map(ManagerCore::own).toList();
    if (arrays.size() < formulas.size() + 1
        || arrays.stream().anyMatch(a -> !a.getShape().equals(arrays.getFirst().getShape()))) {
      throw new InvalidInputException(name + ": takes a weight, its gradient and " + (formulas.size() - 1)
          + " states of one shape, got "
          + arrays.stream().map(a -> a.getShape() + " " + a.getDataType() + " on " + a.getDevice()).toList());
    }
    List<OrthantNDArray> written = new ArrayList<>(List.of(arrays.getFirst()));
    written.addAll(arrays.subList(2, formulas.size() + 1));
    List<Tensor> operands = arrays.subList(0, formulas.size() + 1).stream().map(ArrayCore::tensor).toList();
    List<Tensor> next = ManagerCore.ownedAll(() -> Tensor.applyAll(name, formulas,
        written.stream().map(a -> a.tensor().dtype()).toList(), operands, numbers.values()));
    for (int i = 0; i < next.size(); i++) {
      written.get(i).update(next.get(i));
    }
    ManagerCore.own(weights.singletonOrThrow()).tensor().clearGradient();
  }

  /** v ← ρv + (1 − ρ)g²; Δ = √(u + ε)/√(v + ε)·g; u ← ρu + (1 − ρ)Δ²; w ← w − Δ − weightDecay·w. States: v, u. */
  @Override
  default void adadeltaUpdate(NDList inputs, NDList weights, float weightDecay, float rescaleGrad, float clipGrad,
      float rho, float epsilon) {
    Numbers n = new Numbers();
    Expr g = gradient(n, rescaleGrad, clipGrad);
    Expr v = average(n, rho, state(0), g.squared());
    Expr e = n.of(epsilon);
    Expr delta = state(1).plus(e).sqrt().div(v.plus(e).sqrt()).times(g);
    update("adadeltaUpdate", inputs, weights,
        List.of(WEIGHT.minus(decayed(n, delta, weightDecay)), v, average(n, rho, state(1), delta.squared())), n);
  }

  /** s ← s + g²; w ← w − η·g/(√s + ε). State: s. */
  @Override
  default void adagradUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float epsilon) {
    Numbers n = new Numbers();
    Expr g = decayed(n, gradient(n, rescaleGrad, clipGrad), weightDecay);
    Expr s = state(0).plus(g.squared());
    update("adagradUpdate", inputs, weights,
        List.of(WEIGHT.minus(n.of(learningRate).times(g).div(s.sqrt().plus(n.of(epsilon)))), s), n);
  }

  /**
   * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − η'·m/(√v + ε), with η' the corrected rate; AdamW takes
   * η·weightDecay·w off w before. States: m, v.
   */
  @Override
  default void adamUpdate(NDList inputs, NDList weights, float learningRate, float learningRateBiasCorrection,
      float weightDecay, float rescaleGrad, float clipGrad, float beta1, float beta2, float epsilon, boolean lazyUpdate,
      boolean adamw) {
    Numbers n = new Numbers();
    Expr clipped = gradient(n, rescaleGrad, clipGrad);
    Expr g = adamw ? clipped : decayed(n, clipped, weightDecay);
    Expr w = adamw ? WEIGHT.minus(WEIGHT.times(n.of((double) learningRate * weightDecay))) : WEIGHT;
    Expr m = average(n, beta1, state(0), g);
    Expr v = average(n, beta2, state(1), g.squared());
    Expr change = n.of(learningRateBiasCorrection).times(m).div(v.sqrt().plus(n.of(epsilon)));
    update(adamw ? "adamwUpdate" : "adamUpdate", inputs, weights, List.of(w.minus(change), m, v), n);
  }

  /** b ← μb + g; w ← w − η·(g + μb). State: b. */
  @Override
  default void nagUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float momentum) {
    Numbers n = new Numbers();
    Expr g = decayed(n, gradient(n, rescaleGrad, clipGrad), weightDecay);
    Expr rate = n.of(learningRate);
    if (momentum == 0) {
      update("nagUpdate", inputs, weights, List.of(WEIGHT.minus(rate.times(g))), n);
      return;
    }
    Expr mu = n.of(momentum);
    Expr b = mu.times(state(0)).plus(g);
    update("nagUpdate", inputs, weights, List.of(WEIGHT.minus(rate.times(g.plus(mu.times(b)))), b), n);
  }

  /**
   * v ← ρv + (1 − ρ)g²; w ← w − η·g/√(v + ε). State: v. Centered (Graves 2013): also a ← ρa + (1 − ρ)g; Δ ← μΔ −
   * η·g/√(v − a² + ε); w ← w + Δ. States: v, a, Δ.
   */
  @Override
  default void rmspropUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float rho, float momentum, float epsilon, boolean centered) {
    Numbers n = new Numbers();
    Expr g = decayed(n, gradient(n, rescaleGrad, clipGrad), weightDecay);
    Expr v = average(n, rho, state(0), g.squared());
    Expr step = n.of(learningRate).times(g);
    Expr e = n.of(epsilon);
    if (!centered) {
      update("rmspropUpdate", inputs, weights, List.of(WEIGHT.minus(step.div(v.plus(e).sqrt())), v), n);
      return;
    }
    Expr a = average(n, rho, state(1), g);
    // Rounding may make the variance negative.
    Expr variance = Expr.max(v.minus(a.squared()), Expr.constant(0));
    Expr delta = n.of(momentum).times(state(2)).minus(step.div(variance.plus(e).sqrt()));
    update("rmspropUpdate", inputs, weights, List.of(WEIGHT.plus(delta), v, a, delta), n);
  }

  /** w ← w − η·g; with momentum b ← μb + η·g; w ← w − b. State: b. */
  @Override
  default void sgdUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float momentum, boolean lazyUpdate) {
    Numbers n = new Numbers();
    Expr step = n.of(learningRate).times(decayed(n, gradient(n, rescaleGrad, clipGrad), weightDecay));
    if (momentum == 0) {
      update("sgdUpdate", inputs, weights, List.of(WEIGHT.minus(step)), n);
      return;
    }
    Expr b = n.of(momentum).times(state(0)).plus(step);
    update("sgdUpdate", inputs, weights, List.of(WEIGHT.minus(b), b), n);
  }
}
