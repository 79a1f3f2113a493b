package dev.orthant.claims;

import dev.orthant.nn.Layer;
import dev.orthant.nn.Pass;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What goes through layers one behind the other, at each depth: 0 is the input, n the output of the n-th.
 *
 * @param activations ‖h‖ at each depth
 * @param gradients ‖∂L/∂h‖ at each depth, for L = Σ seed·output
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
record Flow(double[] activations, double[] gradients) {
  /**
   * Runs forward and backward. A zero that requires a gradient is added at each depth: its gradient is that of what it
   * is added to.
   *
   * @param seed the gradient with respect to the output, of its shape
   */
  static Flow through(List<? extends Layer> layers, Tensor x, Tensor seed) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      List<Tensor> probes = new ArrayList<>();
      double[] activations = new double[layers.size() + 1];
      Pass pass = Pass.inference();
      Tensor h = probed(x, probes);
      for (int depth = 0; depth < layers.size(); depth++) {
        activations[depth] = norm(h);
        h = probed(layers.get(depth).forward(h, pass), probes);
      }
      activations[layers.size()] = norm(h);
      tape.backward(h, seed);
      return new Flow(activations, probes.stream().mapToDouble(p -> norm(p.gradient())).toArray());
    }
  }

  private static Tensor probed(Tensor h, List<Tensor> probes) {
    Tensor zero = Tensor.full(h.device(), h.dtype(), h.shape(), 0).requireGradient();
    probes.add(zero);
    return h.add(zero);
  }

  /** In double, on the host: squares of what F32 still holds may be beyond it. */
  private static double norm(Tensor t) {
    return Math.sqrt(Arrays.stream(t.toDoubleArray()).map(v -> v * v).sum());
  }

  /**
   * The factor by which the last n layers changed the gradient, for n = 0, 1, …: ‖∂L/∂h‖ at depth N − n over that at
   * depth N.
   */
  double[] attenuation() {
    int last = gradients.length - 1;
    double[] result = new double[gradients.length];
    for (int back = 0; back <= last; back++) {
      result[back] = gradients[last - back] / gradients[last];
    }
    return result;
  }

  /** The factor by which the first n layers changed the activations. */
  double[] amplification() {
    return Arrays.stream(activations).map(v -> v / activations[0]).toArray();
  }
}
