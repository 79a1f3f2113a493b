package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.function.Supplier;

/** Results and gradients together. */
final class Grads {
  private Grads() {}

  /**
   * The results, then the gradient of Σ σ(first result) by each of the leaves: one that differs from element to
   * element.
   */
  static NDList all(NDManager m, Supplier<NDList> forward, NDArray... leaves) {
    Arrays.stream(leaves).forEach(l -> l.setRequiresGradient(true));
    NDList results;
    try (GradientCollector collector = m.getEngine().newGradientCollector()) {
      results = new NDList(forward.get());
      collector.backward(results.getFirst().getNDArrayInternal().sigmoid());
    }
    Arrays.stream(leaves).forEach(l -> results.add(l.getGradient()));
    return results;
  }

  static NDList of(NDManager m, Supplier<NDArray> forward, NDArray... leaves) {
    return all(m, () -> new NDList(forward.get()), leaves);
  }
}
