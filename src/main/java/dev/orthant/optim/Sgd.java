package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.List;

/**
 * Stochastic gradient descent (Sutskever et al. 2013 for the momentum), as PyTorch's with dampening 0:
 *
 * <p>g ← g + λp; b ← μb + g; p ← p − η·b, or with Nesterov p ← p − η·(g + μb). Without momentum p ← p − η·g.
 *
 * @param rate η
 * @param momentum μ, from 0 to less than 1
 * @param nesterov takes a momentum greater than 0
 * @param weightDecay λ ≥ 0
 */
public record Sgd(Schedule rate, double momentum, boolean nesterov, double weightDecay) implements UpdateRule {
  /** Rate 0.01, nothing else. */
  public static final Sgd DEFAULT = new Sgd(Schedule.constant(0.01), 0, false, 0);

  public Sgd {
    Hyper.decay("sgd", "momentum", momentum);
    Hyper.nonNegative("sgd", "weightDecay", weightDecay);
    if (nesterov) {
      Hyper.positive("sgd", "momentum with nesterov", momentum);
    }
  }

  /** With a constant learning rate η. */
  public Sgd rate(double value) {
    return rate(Schedule.constant(value));
  }

  /** With a learning rate η that changes from step to step. */
  public Sgd rate(Schedule value) {
    return new Sgd(value, momentum, nesterov, weightDecay);
  }

  /** With a momentum μ, from 0 to less than 1. */
  public Sgd momentum(double value) {
    return new Sgd(rate, value, nesterov, weightDecay);
  }

  /** Whether the momentum is Nesterov's; it must not be 0 then. */
  public Sgd nesterov(boolean value) {
    return new Sgd(rate, momentum, value, weightDecay);
  }

  /** With a weight decay λ ≥ 0. */
  public Sgd weightDecay(double value) {
    return new Sgd(rate, momentum, nesterov, value);
  }

  @Override
  public String name() {
    return "sgd";
  }

  @Override
  public List<String> slots() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  public List<Expr> formulas() {
    Expr eta = Numbers.of(Hyperparameter.RATE);
    Expr mu = Numbers.of(Hyperparameter.MOMENTUM);
    Expr g = UpdateRule.decayed(weightDecay, Numbers.of(Hyperparameter.DECAY));
    if (momentum == 0) {
      return List.of(PARAMETER.minus(eta.times(g)));
    }
    Expr b = mu.times(UpdateRule.slot(0)).plus(g);
    return List.of(PARAMETER.minus(eta.times(nesterov ? g.plus(mu.times(b)) : b)), b);
  }

  @Override
  public double[] scalars(double rate, long update) {
    return Numbers.of(Hyperparameter.values(), n -> switch (n) {
      case RATE -> rate;
      case MOMENTUM -> momentum;
      case DECAY -> weightDecay;
    });
  }

  /** η, μ and λ. */
  private enum Hyperparameter {
    RATE, MOMENTUM, DECAY
  }
}
