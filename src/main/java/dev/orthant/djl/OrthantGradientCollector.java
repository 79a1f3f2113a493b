package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;

/**
 * Records what is computed, by any thread, until it is closed. As with PyTorch's, one at a time, and gradients add up, also across collectors, until
 * {@link #zeroGradients} or an optimizer's update clears them.
 */
public final class OrthantGradientCollector implements GradientCollector {
  private final Tape tape;

  /**
   * Starts to record.
   *
   * @throws IllegalStateException when one is open already
   */
  OrthantGradientCollector() {
    tape = Tape.openForAll();
  }

  /** Adds the gradients of the sum of {@code target}'s elements to those of the arrays that require one. */
  @Override
  public void backward(NDArray target) {
    Tensor of = OrthantNDManager.own(target).tensor();
    Failures.told(() -> {
      tape.backward(of);
      return of;
    });
  }

  @Override
  public void zeroGradients() {
    for (NDArray array : OrthantNDManager.system().getManagedArrays()) {
      if (array instanceof OrthantNDArray a && a.hasGradient()) {
        a.tensor().clearGradient();
      }
    }
  }

  @Override
  public void close() {
    tape.close();
  }
}
