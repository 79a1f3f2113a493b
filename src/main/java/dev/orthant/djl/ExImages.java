package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The part of {@link OrthantNDArrayEx}: images. Those that are changed at random are (height, width, channels), or a
 * batch of them that is changed alike; bytes are rounded and kept from 0 to 255, floating images are not cut off, since
 * their range is not known. A strength v draws a factor from [max(0, 1 − v), 1 + v], as torchvision.
 */
sealed interface ExImages extends NDArrayEx permits OrthantNDArrayEx {
  private OrthantNDArray array() {
    return (OrthantNDArray) getArray();
  }

  // ---- sizes -------------------------------------------------------------------------------------------------------

  /**
   * The axes behind the first two in another size: modes of {@link Resampling}. As in PyTorch's engine corners are
   * never aligned, whatever {@code alignCorners} says.
   */
  @Override
  default NDArray interpolation(long[] size, int mode, boolean alignCorners) {
    Shape shape = array().getShape();
    Resampling how = Resampling.of("interpolation", mode);
    boolean fits = size.length > 0 && shape.dimension() == size.length + 2 && shape.size() > 0;
    for (long s : size) {
      fits &= s >= 0;
    }
    if (!fits) {
      throw new ShapeException(
          "interpolation: takes (batch, channels, …) with elements, and a size of 0 or more for each axis behind, got "
              + shape + " and " + java.util.Arrays.toString(size));
    }
    if (!array().getDataType().isFloating() || array().isComplex()) {
      throw new DTypeException("interpolation: takes a floating type, got " + shape + ' ' + array().getDataType()
          + "; convert it with toType");
    }
    return array().compute(() -> {
      Tensor x = array().tensor();
      for (int d = size.length - 1; d >= 0; d--) {
        x = how.along(x, d + 2, size[d]);
      }
      return x;
    });
  }

  /**
   * (height, width, channels), or a batch, in another size; computed in FLOAT32 and converted back. Modes as
   * {@link #interpolation}'s.
   */
  @Override
  default NDArray resize(int width, int height, int interpolation) {
    Resampling how = Resampling.of("resize", interpolation);
    int rank = requireImage("resize");
    if (width < 0 || height < 0 || array().getShape().size() == 0) {
      throw new InvalidInputException(
          "resize: takes an image with elements and sizes of 0 or more, got " + array().getShape() + " to " + width
              + " x " + height);
    }
    return array().compute(() -> {
      Tensor x = array().tensor().cast(DType.F32);
      Tensor y = how.along(how.along(x, rank - 2, width), rank - 3, height);
      return array().tensor().dtype() == DType.U8 ? y.cast(DType.I32).cast(DType.U8) : y.cast(array().tensor().dtype());
    });
  }

  private int requireImage(String method) {
    int rank = array().getShape().dimension();
    if (rank < 3 || rank > 4 || array().isComplex()) {
      throw new ShapeException(
          method + ": takes (height, width, channels) or a batch of them, got " + array().getShape() + ' '
              + array().getDataType());
    }
    return rank;
  }

  // ---- at random ---------------------------------------------------------------------------------------------------

  /** Mirrored, or not, with the same probability. */
  @Override
  default NDArray randomFlipLeftRight() {
    return flipped("randomFlipLeftRight", 2);
  }

  /** Upside down, or not, with the same probability. */
  @Override
  default NDArray randomFlipTopBottom() {
    return flipped("randomFlipTopBottom", 3);
  }

  private NDArray flipped(String method, int fromEnd) {
    int axis = requireImage(method) - fromEnd;
    boolean turn = ManagerRandom.generator().nextBoolean();
    return turn ? array().flip(axis) : array().duplicate();
  }

  /** Times a factor of strength {@code brightness}. */
  @Override
  default NDArray randomBrightness(float brightness) {
    return jittered("randomBrightness", List.of(bright(ManagerRandom.generator(), brightness)));
  }

  /**
   * Colours turned by 2π·h, h drawn from [−hue, hue], {@code hue} ≥ 0, in the plane of chrominance (YIQ); the luminance
   * stays.
   */
  @Override
  default NDArray randomHue(float hue) {
    return jittered("randomHue", List.of(turned(ManagerRandom.generator(), hue)));
  }

  /**
   * Brightness, contrast (x·c + (1 − c)·the mean of the grey image), saturation (x·s + (1 − s)·grey) and hue, in random
   * order. Grey is 0.2989·R + 0.587·G + 0.114·B.
   */
  @Override
  default NDArray randomColorJitter(float brightness, float contrast, float saturation, float hue) {
    RandomGenerator random = ManagerRandom.generator();
    List<UnaryOperator<Tensor>> steps =
        new ArrayList<>(List.of(bright(random, brightness), contrasted(random, contrast),
            saturated(random, saturation), turned(random, hue)));
    Collections.shuffle(steps, Random.from(random));
    return jittered("randomColorJitter", steps);
  }

  private NDArray jittered(String method, List<UnaryOperator<Tensor>> steps) {
    int rank = requireImage(method);
    long channels = array().getShape().get(rank - 1);
    if (channels != 3 && channels != 1) {
      throw new ShapeException(
          method + ": takes images of 1 or 3 channels in the last axis, got " + array().getShape());
    }
    return array().compute(() -> {
      Tensor x = array().tensor();
      Tensor y = x.dtype().isFloating() ? x : x.cast(DType.F32);
      for (UnaryOperator<Tensor> step : steps) {
        y = step.apply(y);
      }
      return x.dtype().isFloating() ? y : y.clip(0, 255).add(0.5).cast(x.dtype());
    });
  }

  private static double factor(RandomGenerator random, float strength) {
    if (!(strength >= 0)) {
      throw new InvalidInputException("a strength must be 0 or more, got " + strength);
    }
    double low = Math.max(0, 1 - (double) strength);
    return low + (1 + strength - low) * random.nextDouble();
  }

  private static UnaryOperator<Tensor> bright(RandomGenerator random, float strength) {
    double f = factor(random, strength);
    return x -> x.mul(f);
  }

  private static UnaryOperator<Tensor> contrasted(RandomGenerator random, float strength) {
    double f = factor(random, strength);
    return x -> blended(x, grey(x).mean(true, -3, -2), f);
  }

  private static UnaryOperator<Tensor> saturated(RandomGenerator random, float strength) {
    double f = factor(random, strength);
    return x -> blended(x, grey(x), f);
  }

  private static Tensor blended(Tensor x, Tensor with, double f) {
    return x.apply("blend", Expr.input(0).times(Expr.scalar(0)).plus(Expr.input(1).times(Expr.scalar(1))),
        List.of(with), f, 1 - f);
  }

  private static Tensor grey(Tensor x) {
    return x.shape().dim(-1) == 1 ? x
        : x.mul(Tensor.of(x.device(), x.dtype(), dev.orthant.core.Shape.of(3), 0.2989, 0.587, 0.114)).sum(true, -1);
  }

  private static UnaryOperator<Tensor> turned(RandomGenerator random, float strength) {
    if (!(strength >= 0 && strength < Float.POSITIVE_INFINITY)) {
      throw new InvalidInputException("the hue turns by 0 circles or more, a finite number, got " + strength);
    }
    double[] matrix = Hues.turn(2 * Math.PI * strength * (2 * random.nextDouble() - 1));
    return x -> x.shape().dim(-1) == 1 ? x
        : x.matMul(Tensor.of(x.device(), x.dtype(), dev.orthant.core.Shape.of(3, 3), matrix));
  }
}
