package dev.orthant.nn;

import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Tensor;
import java.util.function.BiConsumer;

/**
 * What a forward pass is for.
 *
 * @param training whether dropout drops and batch norm uses the batch's own statistics
 * @param random what dropout draws from
 * @param observer is shown each activation layer's output with the layer's name, so that it can be monitored without
 *     changing the network. The output may be closed after the call: what is wanted for longer is computed from it, or
 *     read, there
 */
public record Pass(boolean training, RandomStream random, BiConsumer<String, Tensor> observer) {
  /** Dropout drops, batch norm uses the batch's own statistics and keeps running ones. */
  public static Pass training(RandomStream random) {
    return new Pass(true, random, (name, y) -> {
    });
  }

  /** Nothing is dropped, batch norm uses its running statistics. */
  public static Pass inference() {
    return new Pass(false, new RandomStream(0), (name, y) -> {
    });
  }

  /** This pass, with each activation layer's output shown to {@code watcher}. */
  public Pass observedBy(BiConsumer<String, Tensor> watcher) {
    return new Pass(training, random, watcher);
  }
}
