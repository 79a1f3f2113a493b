package dev.orthant.optim;

import dev.orthant.expr.Expr;
import java.util.List;

/**
 * How an optimizer changes a parameter p by its gradient g: formulas, and the numbers in them. What decides the
 * formulas' structure (whether there is a momentum, say) is fixed in a rule; all else is a number given at launch, so
 * that no kernel is built anew when a rate changes.
 */
public sealed interface UpdateRule permits Sgd, RmsProp, Adagrad, Adadelta, Adam {
  /** The formula input that is the parameter. */
  Expr PARAMETER = Expr.input(0);
  /** The formula input that is the gradient. */
  Expr GRADIENT = Expr.input(1);

  /** For messages and kernels. */
  String name();

  /** The learning rate of each step. */
  Schedule rate();

  /** The names of the tensors that are kept for each parameter from step to step, each of the parameter's shape. */
  List<String> slots();

  /** What the elements of those tensors are before the first step. */
  default double initial() {
    return 0;
  }

  /**
   * The new parameter, then each new slot; by {@link #PARAMETER}, {@link #GRADIENT} and the old slots, which are the
   * inputs from 2 on.
   */
  List<Expr> formulas();

  /**
   * The formulas' numbers.
   *
   * @param rate of this step
   * @param update the how manieth of this parameter, from 1
   */
  double[] scalars(double rate, long update);

  /** An optimizer that follows this rule. The caller closes it. */
  default Optimizer optimizer() {
    return new Optimizer(this);
  }

  /** The formula input that is slot {@code j}. */
  static Expr slot(int j) {
    return Expr.input(2 + j);
  }

  /** g, or with L2 weight decay g + λp. */
  static Expr decayed(double weightDecay, Expr lambda) {
    return weightDecay == 0 ? GRADIENT : GRADIENT.plus(lambda.times(PARAMETER));
  }
}
