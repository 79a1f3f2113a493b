package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.tensor.RandomStream;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDManager}: random numbers, repeatable by the engine's seed on every device. */
abstract class ManagerRandom extends ManagerCreation {
  ManagerRandom(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  private static RandomStream stream() {
    return OrthantEngine.instance().random();
  }

  private static DType floating(String method, DataType type) {
    if (!type.isFloating()) {
      throw new DTypeException(method + ": gives FLOAT16, BFLOAT16, FLOAT32 or FLOAT64, not " + type);
    }
    return Types.of(type);
  }

  // ---- on the device -----------------------------------------------------------------------------------------------

  /** Uniform in [low, high). */
  @Override
  public NDArray randomUniform(float low, float high, Shape shape, DataType dataType) {
    DType type = floating("randomUniform", dataType);
    if (!(low <= high)) {
      throw new InvalidInputException("randomUniform: from " + low + " to " + high + " goes down");
    }
    return array(() -> stream().uniform(target(), type, Types.of(shape), low, high));
  }

  @Override
  public NDArray randomNormal(float loc, float scale, Shape shape, DataType dataType) {
    DType type = floating("randomNormal", dataType);
    requireScale("randomNormal", scale);
    return array(() -> stream().normal(target(), type, Types.of(shape), loc, scale));
  }

  private static void requireScale(String method, double scale) {
    if (!(scale >= 0)) {
      throw new InvalidInputException(method + ": the standard deviation must be 0 or more, got " + scale);
    }
  }

  /** Normal, within two standard deviations of {@code loc}. */
  @Override
  public NDArray truncatedNormal(float loc, float scale, Shape shape, DataType dataType) {
    DType type = floating("truncatedNormal", dataType);
    requireScale("truncatedNormal", scale);
    return array(() -> stream().truncatedNormal(target(), type, Types.of(shape), loc, scale));
  }
}
