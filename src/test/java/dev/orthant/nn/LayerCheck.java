package dev.orthant.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.tensor.GradientCheck;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Layers in F64 against float64 written out, and their gradients, by inputs and by parameters, against central
 * differences.
 */
final class LayerCheck {
  static final Device CPU = Devices.named("cpu");
  static final long SEED = 20261123;

  /** Of a value that float64 and the layer add up in another order. */
  static final double BOUND = 1e-10;

  private static final double STEP = 1e-3;

  private LayerCheck() {}

  static Parameters parameters() {
    return new Parameters(CPU, DType.F64, new RandomStream(SEED));
  }

  /** A pass that drops the same elements each time. */
  static Pass training() {
    return Pass.training(new RandomStream(SEED));
  }

  static double[] drawn(long seed, long count) {
    return new SplittableRandom(seed).doubles(count, -1.5, 1.5).toArray();
  }

  static Tensor tensor(double[] values, long... dims) {
    return Tensor.of(CPU, DType.F64, Shape.of(dims), values);
  }

  /** Gives every parameter other values than those it begins with, such as zeros. */
  static <L extends Layer> L stirred(L layer) {
    long seed = SEED;
    for (Tensor p : layer.parameters()) {
      set(p, drawn(++seed, p.shape().elements()));
    }
    return layer;
  }

  private static void set(Tensor parameter, double[] values) {
    try (Tensor t = tensor(values, parameter.shape().dims())) {
      parameter.assign(t);
    }
  }

  static void close(String what, Tensor actual, double... expected) {
    double[] found = actual.toDoubleArray();
    assertThat(found).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= BOUND * Math.max(1, Math.abs(expected[i])))) {
        assertThat(found[i]).as("%s: element %d (seed %d)", what, i, SEED).isEqualTo(expected[i]);
      }
    }
  }

  /**
   * Checks the gradients of {@code f}, which uses {@code layer}, by inputs of these shapes and by all the layer's
   * parameters.
   */
  static void gradients(String name, Layer layer, GradientCheck.Body f, Shape... shapes) {
    GradientCheck.check(CPU, name, SEED, f, shapes);
    if (layer.parameters().isEmpty()) {
      return;
    }
    List<double[]> inputs = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      inputs.add(drawn(SEED + i, shapes[i].elements()));
    }
    byParameters(name, layer, () -> {
      List<Tensor> in = new ArrayList<>();
      for (int i = 0; i < shapes.length; i++) {
        in.add(tensor(inputs.get(i), shapes[i].dims()));
      }
      return f.apply(in);
    });
  }

  /** Checks the gradients of {@code f} by all the layer's parameters. */
  static void byParameters(String name, Layer layer, java.util.function.Supplier<Tensor> f) {
    layer.parameters().forEach(Tensor::clearGradient);
    double[] weights;
    List<double[]> found = new ArrayList<>();
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor y = f.get();
      weights = new SplittableRandom(SEED).doubles(y.shape().elements(), 0.5, 1.5).toArray();
      tape.backward(y, tensor(weights, y.shape().dims()));
      for (Tensor p : layer.parameters()) {
        assertThat(p.hasGradient()).as("%s: a parameter %s has a gradient", name, p).isTrue();
        found.add(p.gradient().toDoubleArray());
        p.clearGradient();
      }
    }
    for (int i = 0; i < found.size(); i++) {
      compare(name + ": parameter " + i, layer.parameters().get(i), f, weights, found.get(i));
    }
  }

  private static void compare(String name, Tensor parameter, java.util.function.Supplier<Tensor> f, double[] weights,
      double[] found) {
    double[] at = parameter.toDoubleArray();
    double[] expected = new double[at.length];
    double scale = 1;
    for (int j = 0; j < at.length; j++) {
      double wide = quotient(parameter, at, j, STEP, f, weights);
      double narrow = quotient(parameter, at, j, STEP / 2, f, weights);
      expected[j] = narrow + (narrow - wide) / 3;
      scale = Math.max(scale, Math.abs(expected[j]));
    }
    set(parameter, at);
    for (int j = 0; j < at.length; j++) {
      double error = Math.abs(found[j] - expected[j]) / scale;
      if (!(error <= GradientCheck.BOUND)) {
        assertThat(found[j]).as("%s[%d], error %s (seed %d)", name, j, error, SEED).isEqualTo(expected[j]);
      }
    }
  }

  private static double quotient(Tensor parameter, double[] at, int j, double step,
      java.util.function.Supplier<Tensor> f, double[] weights) {
    double[] moved = at.clone();
    moved[j] = at[j] + step;
    set(parameter, moved);
    double up = value(f, weights);
    moved[j] = at[j] - step;
    set(parameter, moved);
    return (up - value(f, weights)) / (2 * step);
  }

  private static double value(java.util.function.Supplier<Tensor> f, double[] weights) {
    try (Scope _ = Scope.open()) {
      double[] y = f.get().toDoubleArray();
      double sum = 0;
      for (int k = 0; k < y.length; k++) {
        sum += y[k] * weights[k];
      }
      return sum;
    }
  }
}
