package dev.orthant.train;

import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.nn.Initializer;
import dev.orthant.optim.Schedule;
import dev.orthant.optim.UpdateRule;

/**
 * Everything that decides a run's numbers but for the device. How long a run goes on is not part of it: the learning
 * rate depends on the step alone, so that a run may be ended anywhere and go on as if it never had been.
 *
 * @param examples to train on
 * @param rate the first learning rate, after a warm-up
 * @param decay what it is multiplied by after each epoch
 * @param clip the largest global norm of the gradients; infinite for any
 */
public record Settings(Data data, Net net, Activation activation, int examples, int batch, Method method, double rate,
    double decay, double clip, long seed) {
  /** Steps in which the learning rate grows to its full size, unless the first epoch is shorter. */
  private static final int WARM_UP = 50;

  public Settings {
    require(net == Net.MLP || data == Data.DIGITS, "--net cnn takes images; " + name(data) + " are points: --net mlp");
    require(examples >= 1 && examples <= data.mostExamples(),
        "--examples must be from 1 to " + data.mostExamples() + ", got " + examples);
    require(batch >= 1, "--batch must be at least 1, got " + batch);
    require(rate > 0 && rate < Double.POSITIVE_INFINITY, "--lr must be a positive number, got " + rate);
    require(decay > 0 && decay <= 1, "--decay must be greater than 0 and at most 1, got " + decay);
    require(clip > 0, "--clip must be positive, got " + clip);
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new InvalidInputException(message);
    }
  }

  /** As on the command line. */
  static String name(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT);
  }

  public int stepsPerEpoch() {
    return Math.ceilDiv(examples, batch);
  }

  /** The learning rate of each step. */
  Schedule schedule() {
    return Schedule.stepwise(rate, stepsPerEpoch(), decay).warmUp(Math.min(WARM_UP, stepsPerEpoch()));
  }

  UpdateRule rule() {
    return method.rule(schedule());
  }

  /**
   * Initial weights that keep the signals' scale through the activation.
   *
   * @throws InvalidInputException when there are none: the activation is not defined for negative numbers, say
   */
  public Initializer initializer() {
    return Initializer.he().gain(Initializer.gain(activation));
  }
}
