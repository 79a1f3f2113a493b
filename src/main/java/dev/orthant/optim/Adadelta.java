package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.List;

/**
 * Adadelta (Zeiler 2012), as PyTorch's: g ← g + λp; v ← ρv + (1 − ρ)g²; Δ = √(u + ε)/√(v + ε) · g; u ← ρu + (1 − ρ)Δ²;
 * p ← p − η·Δ.
 *
 * @param rate η
 * @param rho how slowly the averages forget, from 0 to less than 1
 * @param epsilon &gt; 0
 * @param weightDecay λ ≥ 0
 */
public record Adadelta(Schedule rate, double rho, double epsilon, double weightDecay) implements UpdateRule {
  /** Rate 1, rho 0.9, epsilon 10⁻⁶, no weight decay. */
  public static final Adadelta DEFAULT = new Adadelta(Schedule.constant(1), 0.9, 1e-6, 0);

  public Adadelta {
    Hyper.decay("adadelta", "rho", rho);
    Hyper.positive("adadelta", "epsilon", epsilon);
    Hyper.nonNegative("adadelta", "weightDecay", weightDecay);
  }

  /** With a constant learning rate η. */
  public Adadelta rate(double value) {
    return rate(Schedule.constant(value));
  }

  /** With a learning rate η that changes from step to step. */
  public Adadelta rate(Schedule value) {
    return new Adadelta(value, rho, epsilon, weightDecay);
  }

  /** With another ρ, from 0 to less than 1. */
  public Adadelta rho(double value) {
    return new Adadelta(rate, value, epsilon, weightDecay);
  }

  /** With another ε &gt; 0. */
  public Adadelta epsilon(double value) {
    return new Adadelta(rate, rho, value, weightDecay);
  }

  /** With a weight decay λ ≥ 0. */
  public Adadelta weightDecay(double value) {
    return new Adadelta(rate, rho, epsilon, value);
  }

  @Override
  public String name() {
    return "adadelta";
  }

  @Override
  public List<String> slots() {
    return List.of("square", "change");
  }

  @Override
  public List<Expr> formulas() {
    Expr g = UpdateRule.decayed(weightDecay, Numbers.of(Hyperparameter.DECAY));
    Expr v = average(UpdateRule.slot(0), g);
    Expr epsilon = Numbers.of(Hyperparameter.EPSILON);
    Expr delta = UpdateRule.slot(1).plus(epsilon).sqrt().div(v.plus(epsilon).sqrt()).times(g);
    return List.of(PARAMETER.minus(Numbers.of(Hyperparameter.RATE).times(delta)), v,
        average(UpdateRule.slot(1), delta));
  }

  /** ρ·before + (1 − ρ)·x². */
  private static Expr average(Expr before, Expr x) {
    return Numbers.of(Hyperparameter.KEPT).times(before).plus(Numbers.of(Hyperparameter.TAKEN).times(x.squared()));
  }

  @Override
  public double[] scalars(double rate, long update) {
    return Numbers.of(Hyperparameter.values(), n -> switch (n) {
      case RATE -> rate;
      case KEPT -> rho;
      case TAKEN -> 1 - rho;
      case EPSILON -> epsilon;
      case DECAY -> weightDecay;
    });
  }

  /** η, ρ, 1 − ρ, ε and λ. */
  private enum Hyperparameter {
    RATE, KEPT, TAKEN, EPSILON, DECAY
  }
}
