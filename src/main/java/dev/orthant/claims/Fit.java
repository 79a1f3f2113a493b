package dev.orthant.claims;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.data.Examples;
import dev.orthant.device.Device;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Pass;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;

/** Trains classifiers of rows of features. */
final class Fit {
  private final Device device;
  private final Examples data;
  private final int batch;
  private final long seed;
  private long epoch;
  private Iterator<Examples> batches;

  /** Batches of this size, in an order that the seed decides. */
  Fit(ClaimSetting s, Examples data, int batch) {
    this.device = s.device();
    this.data = data;
    this.batch = batch;
    this.seed = s.seed();
    this.batches = data.batches(batch, seed).iterator();
  }

  /** All features as a matrix. The caller closes it. */
  static Tensor features(Device device, Examples e) {
    return Tensor.of(device, Shape.of(e.count(), e.example().elements()), e.features());
  }

  /** All labels. The caller closes them. */
  static Tensor labels(Device device, Examples e) {
    return Tensor.of(device, new TensorSpec(DType.I32, Shape.of(e.count())), MemorySegment.ofArray(e.labels()));
  }

  /** That many steps. */
  void train(Layer network, Optimizer optimizer, int steps) {
    Pass pass = Pass.training(new RandomStream(seed));
    for (int i = 0; i < steps; i++) {
      step(network, optimizer, next(), pass);
    }
  }

  private Examples next() {
    if (!batches.hasNext()) {
      epoch++;
      batches = data.batches(batch, seed + epoch).iterator();
    }
    return batches.next();
  }

  private void step(Layer network, Optimizer optimizer, Examples e, Pass pass) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      tape.backward(network.forward(features(device, e), pass).crossEntropy(labels(device, e)));
    }
    optimizer.step(network.parameters());
  }

  /** The share of the examples that are put into their class; the pass's observer sees the activations. */
  static double accuracy(Device device, Layer network, Examples e, Pass pass) {
    try (Scope _ = Scope.open()) {
      double[] found = network.forward(features(device, e), pass).argMax(-1).toDoubleArray();
      int right = 0;
      for (int i = 0; i < found.length; i++) {
        right += found[i] == e.labels()[i] ? 1 : 0;
      }
      return (double) right / e.count();
    }
  }
}
