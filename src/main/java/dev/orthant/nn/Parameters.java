package dev.orthant.nn;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes the tensors that layers own. They belong to the layer alone, whichever {@link Scope}s are open. The same seed
 * gives the same weights on every device.
 *
 * @param device where they are
 * @param dtype their type; state that is added up over many steps has at least F32
 * @param random what initial weights are drawn from
 * @param made is told of each tensor as soon as it is there
 */
public record Parameters(Device device, DType dtype, RandomStream random, Consumer<Tensor> made) {
  /** Without anybody being told. */
  public Parameters(Device device, DType dtype, RandomStream random) {
    this(device, dtype, random, _ -> {});
  }

  /** F32. */
  public static Parameters on(Device device, long seed) {
    return new Parameters(device, DType.F32, new RandomStream(seed));
  }

  /**
   * Makes something of several tensors, or nothing: should one fail (the device has no memory left, say), those made
   * before it are closed at once. Each layer's {@code of} is made so; a network of several is by
   *
   * <pre>{@code
   * Layer net = parameters.whole(
   *     p -> Sequential.of(Linear.of(p, 784, 64), Activate.of(Activations.RELU), Linear.of(p, 64, 10)));
   * }</pre>
   *
   * @param work takes its tensors from the parameters that it is given
   */
  public <T> T whole(Function<Parameters, T> work) {
    List<Tensor> own = new ArrayList<>();
    try {
      return work.apply(new Parameters(device, dtype, random, t -> {
        own.add(t);
        made.accept(t);
      }));
    } catch (RuntimeException | Error e) {
      own.forEach(Tensor::close);
      throw e;
    }
  }

  private Tensor told(Tensor t, boolean learned) {
    made.accept(t);
    return learned ? t.requireGradient() : t;
  }

  private void requireFloating() {
    if (!dtype.isFloating()) {
      throw new DTypeException("parameters: are of f16 bf16 f32 f64, not " + dtype + " (on " + device.name() + ")");
    }
  }

  /** A learned tensor. */
  public Tensor learned(Shape shape, Fans fans, Initializer initializer) {
    requireFloating();
    return told(Scope.detached(() -> {
      try (Scope scope = Scope.open()) {
        return scope.keep(initializer.draw(this, shape, fans));
      }
    }), true);
  }

  /** A learned tensor, at first the same everywhere. */
  public Tensor learned(Shape shape, double value) {
    requireFloating();
    return told(Scope.detached(() -> Tensor.full(device, dtype, shape, value)), true);
  }

  /** A tensor that is not learned, in F32 (F64 if this makes those). */
  public Tensor state(Shape shape, double value) {
    return told(Scope.detached(() -> Tensor.full(device, dtype.compute(), shape, value)), false);
  }
}
