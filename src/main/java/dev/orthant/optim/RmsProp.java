package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSProp (Tieleman and Hinton 2012; centered: Graves 2013), as PyTorch's:
 *
 * <p>g ← g + λp; v ← αv + (1 − α)g²; d = √v + ε, or centered a ← a + (1 − α)(g − a), d = √(v − a²) + ε; p ← p − η·g/d,
 * or with momentum b ← μb + g/d, p ← p − η·b. Where rounding makes v − a² negative it counts as 0.
 *
 * @param rate η
 * @param alpha how slowly the averages forget, from 0 to less than 1
 * @param epsilon &gt; 0
 * @param momentum μ, from 0 to less than 1
 * @param centered whether the average gradient is subtracted
 * @param weightDecay λ ≥ 0
 */
public record RmsProp(Schedule rate, double alpha, double epsilon, double momentum, boolean centered,
    double weightDecay) implements UpdateRule {
  /** Rate 0.01, alpha 0.99, epsilon 10⁻⁸, nothing else. */
  public static final RmsProp DEFAULT = new RmsProp(Schedule.constant(0.01), 0.99, 1e-8, 0, false, 0);

  public RmsProp {
    Hyper.decay("rmsprop", "alpha", alpha);
    Hyper.positive("rmsprop", "epsilon", epsilon);
    Hyper.decay("rmsprop", "momentum", momentum);
    Hyper.nonNegative("rmsprop", "weightDecay", weightDecay);
  }

  /** With a constant learning rate η. */
  public RmsProp rate(double value) {
    return rate(Schedule.constant(value));
  }

  /** With a learning rate η that changes from step to step. */
  public RmsProp rate(Schedule value) {
    return new RmsProp(value, alpha, epsilon, momentum, centered, weightDecay);
  }

  /** With another α, from 0 to less than 1. */
  public RmsProp alpha(double value) {
    return new RmsProp(rate, value, epsilon, momentum, centered, weightDecay);
  }

  /** With another ε &gt; 0. */
  public RmsProp epsilon(double value) {
    return new RmsProp(rate, alpha, value, momentum, centered, weightDecay);
  }

  /** With a momentum μ, from 0 to less than 1. */
  public RmsProp momentum(double value) {
    return new RmsProp(rate, alpha, epsilon, value, centered, weightDecay);
  }

  /** Whether the average gradient is subtracted (Graves 2013). */
  public RmsProp centered(boolean value) {
    return new RmsProp(rate, alpha, epsilon, momentum, value, weightDecay);
  }

  /** With a weight decay λ ≥ 0. */
  public RmsProp weightDecay(double value) {
    return new RmsProp(rate, alpha, epsilon, momentum, centered, value);
  }

  @Override
  public String name() {
    return "rmsprop";
  }

  @Override
  public List<String> slots() {
    List<String> slots = new ArrayList<>(List.of("square"));
    if (centered) {
      slots.add("average");
    }
    if (momentum != 0) {
      slots.add("momentum");
    }
    return slots;
  }

  @Override
  public List<Expr> formulas() {
    Expr g = UpdateRule.decayed(weightDecay, Numbers.of(Hyperparameter.DECAY));
    Expr v = Numbers.of(Hyperparameter.KEPT).times(UpdateRule.slot(0))
        .plus(Numbers.of(Hyperparameter.TAKEN).times(g.squared()));
    List<Expr> result = new ArrayList<>(List.of(v));
    Expr spread = v;
    if (centered) {
      Expr before = UpdateRule.slot(1);
      Expr a = before.plus(Numbers.of(Hyperparameter.TAKEN).times(g.minus(before)));
      result.add(a);
      Expr difference = v.minus(a.squared());
      spread = Expr.where(difference.lt(0), 0, difference);
    }
    Expr change = g.div(spread.sqrt().plus(Numbers.of(Hyperparameter.EPSILON)));
    if (momentum != 0) {
      change = Numbers.of(Hyperparameter.MOMENTUM).times(UpdateRule.slot(result.size())).plus(change);
      result.add(change);
    }
    result.addFirst(PARAMETER.minus(Numbers.of(Hyperparameter.RATE).times(change)));
    return result;
  }

  @Override
  public double[] scalars(double rate, long update) {
    return Numbers.of(Hyperparameter.values(), n -> switch (n) {
      case RATE -> rate;
      case KEPT -> alpha;
      case TAKEN -> 1 - alpha;
      case EPSILON -> epsilon;
      case MOMENTUM -> momentum;
      case DECAY -> weightDecay;
    });
  }

  /** η, α, 1 − α, ε, μ and λ. */
  private enum Hyperparameter {
    RATE, KEPT, TAKEN, EPSILON, MOMENTUM, DECAY
  }
}
