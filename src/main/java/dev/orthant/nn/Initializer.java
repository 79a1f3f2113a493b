package dev.orthant.nn;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.op.Random;
import dev.orthant.tensor.Tensor;

/** The first values of a layer's weights. */
@FunctionalInterface
public interface Initializer {
  /** What numbers are checked against before the weights' type is known. */
  TensorSpec ANY = TensorSpec.of(DType.F64);

  /** A new tensor, on the device and of the type that {@code p} says. */
  Tensor draw(Parameters p, Shape shape, Fans fans);

  /** Every element the same. */
  static Initializer constant(double value) {
    return (p, shape, fans) -> Tensor.full(p.device(), p.dtype(), shape, value);
  }

  /** Normal with that mean and standard deviation. */
  static Initializer normal(double mean, double deviation) {
    Random.check(Random.Distribution.NORMAL, mean, deviation, ANY);
    return (p, shape, fans) -> p.random().normal(p.device(), p.dtype(), shape, mean, deviation);
  }

  /** Uniform in [low, high). */
  static Initializer uniform(double low, double high) {
    Random.check(Random.Distribution.UNIFORM, low, high, ANY);
    return (p, shape, fans) -> p.random().uniform(p.device(), p.dtype(), shape, low, high);
  }

  /** Normal with deviation √(2/(in + out)) (Glorot and Bengio 2010): for tanh and for layers without an activation. */
  static Scaled xavier() {
    return new Scaled(Scaled.Distribution.NORMAL, Scaled.By.AVERAGE, 1);
  }

  /**
   * Normal with deviation √(2/in) (He et al. 2015): for ReLU. For another activation: {@code he().gain(Gains.of(f))}.
   */
  static Scaled he() {
    return new Scaled(Scaled.Distribution.NORMAL, Scaled.By.IN, Math.sqrt(2));
  }

  /** Normal with deviation √(1/in) (LeCun et al. 1998; Klambauer et al. 2017 for SELU). */
  static Scaled lecun() {
    return new Scaled(Scaled.Distribution.NORMAL, Scaled.By.IN, 1);
  }

  /**
   * Orthonormal rows or columns, whichever are fewer, times {@code gain} (Saxe et al. 2014); see {@link Orthogonal}.
   */
  static Initializer orthogonal(double gain) {
    if (!Double.isFinite(gain)) {
      throw new InvalidInputException("initializer: the gain must be a finite number, got " + gain);
    }
    return new Orthogonal(gain);
  }

  /** The factor that keeps the scale of signals through {@code f}: see {@link Gains}. */
  static double gain(Activation f, double... parameters) {
    return Gains.of(f, parameters);
  }

  /**
   * Random with mean 0 and standard deviation gain/√fan.
   *
   * @param by which fan
   */
  record Scaled(Distribution distribution, By by, double gain) implements Initializer {
    /** Standard deviation of a standard normal variable cut off at ±2. */
    private static final double TRUNCATED = 0.8796256610342398;

    /** The shape of the distribution; its standard deviation is the same for all. */
    public enum Distribution {
      NORMAL,
      /** Normal within two standard deviations, widened so that the standard deviation stays. */
      TRUNCATED_NORMAL,
      /** Within ±√3·gain/√fan. */
      UNIFORM
    }

    /** Which fan. */
    public enum By {
      /** Keeps the scale of what goes forward. */
      IN,
      /** Keeps the scale of gradients. */
      OUT,
      /** The mean of both. */
      AVERAGE
    }

    public Scaled {
      if (!(gain >= 0 && gain < Double.POSITIVE_INFINITY)) {
        throw new InvalidInputException("initializer: the gain must be a number from 0, got " + gain);
      }
    }

    /** Drawn evenly from −√3·deviation to √3·deviation. */
    public Scaled uniform() {
      return new Scaled(Distribution.UNIFORM, by, gain);
    }

    /** Drawn from a normal distribution cut at two deviations, scaled to keep the deviation. */
    public Scaled truncated() {
      return new Scaled(Distribution.TRUNCATED_NORMAL, by, gain);
    }

    /** Scaled by what each output feeds: keeps the scale of gradients. */
    public Scaled fanOut() {
      return new Scaled(distribution, By.OUT, gain);
    }

    /** With another gain, what the activation behind it calls for: √2 for ReLU. */
    public Scaled gain(double value) {
      return new Scaled(distribution, by, value);
    }

    /** The standard deviation for these fans. */
    public double deviation(Fans fans) {
      double fan = switch (by) {
        case IN -> fans.in();
        case OUT -> fans.out();
        case AVERAGE -> (fans.in() + fans.out()) / 2.0;
      };
      if (!(fan >= 1)) {
        throw new ShapeException("initializer: weights with the fans " + fans + " have no scale");
      }
      return gain / Math.sqrt(fan);
    }

    @Override
    public Tensor draw(Parameters p, Shape shape, Fans fans) {
      double deviation = deviation(fans);
      double limit = Math.sqrt(3) * deviation;
      return switch (distribution) {
        case NORMAL -> p.random().normal(p.device(), p.dtype(), shape, 0, deviation);
        case TRUNCATED_NORMAL ->
            p.random().truncatedNormal(p.device(), p.dtype(), shape, 0, deviation / TRUNCATED);
        case UNIFORM -> p.random().uniform(p.device(), p.dtype(), shape, -limit, limit);
      };
    }
  }
}
