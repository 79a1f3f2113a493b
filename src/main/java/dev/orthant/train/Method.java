package dev.orthant.train;

import dev.orthant.optim.Adam;
import dev.orthant.optim.RmsProp;
import dev.orthant.optim.Schedule;
import dev.orthant.optim.Sgd;
import dev.orthant.optim.UpdateRule;

/** The optimizers to choose from, with hyper-parameters that suit small networks. */
public enum Method {
  /** With momentum 0.9. */
  SGD,
  ADAM,
  ADAMW,
  RMSPROP;

  private static final double MOMENTUM = 0.9;

  UpdateRule rule(Schedule rate) {
    return switch (this) {
      case SGD -> Sgd.DEFAULT.momentum(MOMENTUM).rate(rate);
      case ADAM -> Adam.DEFAULT.rate(rate);
      case ADAMW -> Adam.W.rate(rate);
      case RMSPROP -> RmsProp.DEFAULT.rate(rate);
    };
  }

  /** A learning rate to begin with. */
  public double usualRate(Data data) {
    double digits = switch (this) {
      case SGD -> 0.02;
      case ADAM, ADAMW -> 0.002;
      case RMSPROP -> 0.001;
    };
    return data == Data.DIGITS ? digits : 5 * digits;
  }
}
