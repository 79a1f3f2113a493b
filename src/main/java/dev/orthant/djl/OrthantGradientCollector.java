package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import dev.orthant.djl.types.EngineErrors;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;

/**
 * Records what is computed, by any thread, until it is closed; one at a time.
 *
 * <p><b>Gradients add up</b>, within a collector and from one to the next, until {@link #zeroGradients} or an
 * optimizer's update clears them: the rule of DJL's PyTorch engine, for which most of DJL's programs are written, and
 * which makes it possible to gather the gradients of several small batches before one update. The contract of
 * {@link GradientCollector} can be read otherwise: that each collector begins at 0, as MXNet's did. Who wants that
 * calls {@link #zeroGradients} first, which is right under either rule; a {@code Trainer} need not, since each update
 * clears.
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
    EngineErrors.told(() -> {
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
