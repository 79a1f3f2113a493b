package dev.orthant.nn;

import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Parameter;

/**
 * The factor that weights are scaled by so that signals keep their scale through an activation (He et al. 2015): 1/√(E
 * f(z)²) for z ~ N(0, 1). That is √2 for ReLU and √(2/(1 + α²)) for leaky ReLU. Where PyTorch's {@code calculate_gain}
 * has another custom, that is followed: tanh 5/3, SELU 3/4, sigmoid 1.
 */
final class Gains {
  /** Beyond it the normal density is nothing in double. */
  private static final double END = 12;

  private static final int STEPS = 200_000;

  private Gains() {}

  /** The gain; without parameters, at their initial values. */
  static double of(Activation f, double... parameters) {
    return switch (f.name()) {
      case "tanh" -> 5.0 / 3;
      case "selu" -> 0.75;
      case "identity", "sigmoid" -> 1;
      case "relu" -> Math.sqrt(2);
      case "leaky_relu", "prelu" -> {
        double slope = parameters.length == 0 ? f.parameters().getFirst().initial() : parameters[0];
        yield Math.sqrt(2 / (1 + slope * slope));
      }
      default -> measured(f, parameters);
    };
  }

  /** 1/√(E f(z)²) by the midpoint rule. */
  static double measured(Activation f, double... parameters) {
    double[] values =
        parameters.length == 0 ? f.parameters().stream().mapToDouble(Parameter::initial).toArray() : parameters;
    if (values.length != f.parameters().size()) {
      throw new InvalidInputException(
          f.name() + ": takes " + f.parameters().size() + " parameters, got " + values.length);
    }
    double[] in = new double[values.length + 1];
    System.arraycopy(values, 0, in, 1, values.length);
    double step = 2 * END / STEPS;
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
      double z = -END + (i + 0.5) * step;
      in[0] = z;
      double y = f.value().evaluate(in, new double[0]);
      sum += y * y * Math.exp(-z * z / 2);
    }
    double gain = 1 / Math.sqrt(sum * step / Math.sqrt(2 * Math.PI));
    if (!(gain > 0 && gain < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(f.name() + ": has no gain, E f(z)² over z ~ N(0, 1) is not a positive number");
    }
    return gain;
  }
}
