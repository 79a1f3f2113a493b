package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.List;

/**
 * Adagrad (Duchi et al. 2011), as PyTorch's: g ← g + λp; s ← s + g²; p ← p − η/(1 + (t − 1)·δ) · g/(√s + ε) at a
 * parameter's t-th update.
 *
 * @param rate η
 * @param rateDecay δ ≥ 0
 * @param initial of s, ≥ 0
 * @param epsilon &gt; 0
 * @param weightDecay λ ≥ 0
 */
public record Adagrad(Schedule rate, double rateDecay, double initial, double epsilon, double weightDecay)
    implements
    UpdateRule {
  /** Rate 0.01, epsilon 10⁻¹⁰, nothing else. */
  public static final Adagrad DEFAULT = new Adagrad(Schedule.constant(0.01), 0, 0, 1e-10, 0);

  public Adagrad {
    Hyper.nonNegative("adagrad", "rateDecay", rateDecay);
    Hyper.nonNegative("adagrad", "initial", initial);
    Hyper.positive("adagrad", "epsilon", epsilon);
    Hyper.nonNegative("adagrad", "weightDecay", weightDecay);
  }

  /** With a constant learning rate η. */
  public Adagrad rate(double value) {
    return rate(Schedule.constant(value));
  }

  /** With a learning rate η that changes from step to step. */
  public Adagrad rate(Schedule value) {
    return new Adagrad(value, rateDecay, initial, epsilon, weightDecay);
  }

  /** With a decay δ ≥ 0 of the rate. */
  public Adagrad rateDecay(double value) {
    return new Adagrad(rate, value, initial, epsilon, weightDecay);
  }

  /** With another s to begin with, ≥ 0. */
  public Adagrad initial(double value) {
    return new Adagrad(rate, rateDecay, value, epsilon, weightDecay);
  }

  /** With another ε &gt; 0. */
  public Adagrad epsilon(double value) {
    return new Adagrad(rate, rateDecay, initial, value, weightDecay);
  }

  /** With a weight decay λ ≥ 0. */
  public Adagrad weightDecay(double value) {
    return new Adagrad(rate, rateDecay, initial, epsilon, value);
  }

  @Override
  public String name() {
    return "adagrad";
  }

  @Override
  public List<String> slots() {
    return List.of("sum");
  }

  @Override
  public List<Expr> formulas() {
    Expr g = UpdateRule.decayed(weightDecay, Numbers.of(Hyperparameter.DECAY));
    Expr s = UpdateRule.slot(0).plus(g.squared());
    return List.of(PARAMETER
        .minus(Numbers.of(Hyperparameter.RATE).times(g.div(s.sqrt().plus(Numbers.of(Hyperparameter.EPSILON))))), s);
  }

  @Override
  public double[] scalars(double rate, long update) {
    return Numbers.of(Hyperparameter.values(), n -> switch (n) {
      case RATE -> rate / (1 + (update - 1) * rateDecay);
      case EPSILON -> epsilon;
      case DECAY -> weightDecay;
    });
  }

  /** η of this update, ε and λ. */
  private enum Hyperparameter {
    RATE, EPSILON, DECAY
  }
}
