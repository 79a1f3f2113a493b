package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015; AMSGrad: Reddi et al. 2018) and AdamW (Loshchilov and Hutter 2019), as PyTorch's, at a
 * parameter's t-th update:
 *
 * <p>Adam: g ← g + λp. AdamW (decoupled): p ← p·(1 − ηλ). Then m ← m + (1 − β₁)(g − m); v ← β₂v + (1 − β₂)g²; with
 * AMSGrad w ← max(w, v), else w = v; p ← p − η/(1 − β₁ᵗ) · m/(√w/√(1 − β₂ᵗ) + ε).
 *
 * <p>As in PyTorch, a gradient whose square is infinite in the type of v (in F32, beyond 1.8·10¹⁹) makes v infinite for
 * good, and its weight moves no more. {@link dev.orthant.monitor.Monitor#watch} warns of such gradients;
 * {@link Clipping}, before the step, keeps them out.
 *
 * @param rate η
 * @param beta1 β₁, from 0 to less than 1
 * @param beta2 β₂, from 0 to less than 1
 * @param epsilon &gt; 0
 * @param amsgrad whether to divide by the largest v so far
 * @param decoupled whether weight decay is AdamW's
 * @param weightDecay λ ≥ 0
 */
public record Adam(Schedule rate, double beta1, double beta2, double epsilon, boolean amsgrad, boolean decoupled,
    double weightDecay) implements UpdateRule {
  /** Rate 0.001, betas 0.9 and 0.999, epsilon 10⁻⁸, nothing else. */
  public static final Adam DEFAULT = new Adam(Schedule.constant(0.001), 0.9, 0.999, 1e-8, false, false, 0);

  /** AdamW: as {@link #DEFAULT} with decoupled weight decay 0.01. */
  public static final Adam W = new Adam(Schedule.constant(0.001), 0.9, 0.999, 1e-8, false, true, 0.01);

  public Adam {
    String name = decoupled ? "adamw" : "adam";
    Hyper.decay(name, "beta1", beta1);
    Hyper.decay(name, "beta2", beta2);
    Hyper.positive(name, "epsilon", epsilon);
    Hyper.nonNegative(name, "weightDecay", weightDecay);
  }

  /** With a constant learning rate η. */
  public Adam rate(double value) {
    return rate(Schedule.constant(value));
  }

  /** With a learning rate η that changes from step to step. */
  public Adam rate(Schedule value) {
    return new Adam(value, beta1, beta2, epsilon, amsgrad, decoupled, weightDecay);
  }

  /** With other β₁ and β₂, each from 0 to less than 1. */
  public Adam betas(double first, double second) {
    return new Adam(rate, first, second, epsilon, amsgrad, decoupled, weightDecay);
  }

  /** With another ε &gt; 0. */
  public Adam epsilon(double value) {
    return new Adam(rate, beta1, beta2, value, amsgrad, decoupled, weightDecay);
  }

  /** Whether to divide by the largest v so far (Reddi et al. 2018). */
  public Adam amsgrad(boolean value) {
    return new Adam(rate, beta1, beta2, epsilon, value, decoupled, weightDecay);
  }

  /** With a weight decay λ ≥ 0. */
  public Adam weightDecay(double value) {
    return new Adam(rate, beta1, beta2, epsilon, amsgrad, decoupled, value);
  }

  @Override
  public String name() {
    return decoupled ? "adamw" : "adam";
  }

  @Override
  public List<String> slots() {
    return amsgrad ? List.of("first", "second", "largest") : List.of("first", "second");
  }

  @Override
  public List<Expr> formulas() {
    Expr g = decoupled ? GRADIENT : UpdateRule.decayed(weightDecay, Numbers.of(Hyperparameter.DECAY));
    Expr before = UpdateRule.slot(0);
    Expr m = before.plus(Numbers.of(Hyperparameter.MEAN_TAKEN).times(g.minus(before)));
    Expr v = Numbers.of(Hyperparameter.SQUARE_KEPT).times(UpdateRule.slot(1))
        .plus(Numbers.of(Hyperparameter.SQUARE_TAKEN).times(g.squared()));
    List<Expr> result = new ArrayList<>(List.of(m, v));
    Expr w = v;
    if (amsgrad) {
      w = Expr.max(UpdateRule.slot(2), v);
      result.add(w);
    }
    Expr p = decoupled && weightDecay != 0 ? PARAMETER.times(Numbers.of(Hyperparameter.DECAY)) : PARAMETER;
    result.addFirst(
        p.minus(Numbers.of(Hyperparameter.RATE)
            .times(
                m.div(w.sqrt().div(Numbers.of(Hyperparameter.CORRECTION)).plus(Numbers.of(Hyperparameter.EPSILON))))));
    return result;
  }

  @Override
  public double[] scalars(double rate, long update) {
    return Numbers.of(Hyperparameter.values(), n -> switch (n) {
      case RATE -> rate / (1 - Math.pow(beta1, (double) update));
      case MEAN_TAKEN -> 1 - beta1;
      case SQUARE_KEPT -> beta2;
      case SQUARE_TAKEN -> 1 - beta2;
      case CORRECTION -> Math.sqrt(1 - Math.pow(beta2, (double) update));
      case EPSILON -> epsilon;
      case DECAY -> decoupled ? 1 - rate * weightDecay : weightDecay;
    });
  }

  /**
   * η by the bias of the mean, 1 − β₁, β₂, 1 − β₂, the root of the bias of the square, ε, and λ or the factor of
   * AdamW's decay.
   */
  private enum Hyperparameter {
    RATE, MEAN_TAKEN, SQUARE_KEPT, SQUARE_TAKEN, CORRECTION, EPSILON, DECAY
  }
}
