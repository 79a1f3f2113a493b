package dev.orthant.nn;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;

/**
 * Makes the tensors that layers own. They belong to the layer alone, whichever {@link Scope}s are open. The same seed gives the same weights on every
 * device.
 *
 * @param device where they are
 * @param dtype their type; state that is added up over many steps has at least F32
 * @param random what initial weights are drawn from
 */
public record Parameters(Device device, DType dtype, RandomStream random) {
  /** F32. */
  public static Parameters on(Device device, long seed) {
    return new Parameters(device, DType.F32, new RandomStream(seed));
  }

  /** A learned tensor. */
  public Tensor learned(Shape shape, Fans fans, Initializer initializer) {
    Tensor t = Scope.detached(() -> {
      try (Scope scope = Scope.open()) {
        return scope.keep(initializer.draw(this, shape, fans));
      }
    });
    return t.requireGradient();
  }

  /** A learned tensor, at first the same everywhere. */
  public Tensor learned(Shape shape, double value) {
    return Scope.detached(() -> Tensor.full(device, dtype, shape, value)).requireGradient();
  }

  /** A tensor that is not learned, in F32 (F64 if this makes those). */
  public Tensor state(Shape shape, double value) {
    return Scope.detached(() -> Tensor.full(device, dtype.compute(), shape, value));
  }
}
