package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Compares a tape's gradients with central differences in float64: of Σ r·f(x) with random weights r, by each element
 * of each input. The difference quotient is Richardson-extrapolated, so that its own error is far below the bound.
 */
public final class GradientCheck {
  /** The largest error allowed, as a fraction of the largest gradient of an input, at least 1. */
  public static final double BOUND = 1e-6;

  private static final double STEP = 1e-3;

  private GradientCheck() {}

  /** What is checked: from inputs to one output. */
  public interface Body extends Function<List<Tensor>, Tensor> {}

  /** Checks with inputs drawn at random; returns the worst relative error. */
  public static double check(Device device, String name, long seed, Body f, Shape... shapes) {
    return checkAt(device, name + " (seed " + seed + ")", seed, f, List.of(shapes), values(seed, shapes));
  }

  private static List<double[]> values(long seed, Shape... shapes) {
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> values = new ArrayList<>();
    for (Shape s : shapes) {
      values.add(random.doubles(s.elements(), -1, 1).map(v -> v * 1.7).toArray());
    }
    return values;
  }

  /** The tape's gradients of Σ r·f(x) at random inputs, by each input. */
  public static List<double[]> gradients(Device device, long seed, Body f, Shape... shapes) {
    List<double[]> values = values(seed, shapes);
    return gradients(device, seed, f, List.of(shapes), values).found;
  }

  private record Gradients(List<double[]> found, double[] weights) {}

  private static Gradients gradients(Device device, long seed, Body f, List<Shape> shapes, List<double[]> values) {
    List<double[]> found = new ArrayList<>();
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      List<Tensor> inputs = inputs(device, shapes, values);
      inputs.forEach(Tensor::requireGradient);
      Tensor y = f.apply(inputs);
      double[] weights = new SplittableRandom(seed + 1).doubles(y.shape().elements(), 0.5, 1.5).toArray();
      tape.backward(y, Tensor.of(device, DType.F64, y.shape(), weights));
      for (int i = 0; i < inputs.size(); i++) {
        Tensor in = inputs.get(i);
        found.add(in.hasGradient() ? in.gradient().toDoubleArray() : new double[values.get(i).length]);
      }
      return new Gradients(found, weights);
    }
  }

  /** Checks at the given inputs. */
  public static double checkAt(Device device, String name, long seed, Body f, List<Shape> shapes,
      List<double[]> values) {
    Gradients tape = gradients(device, seed, f, shapes, values);
    List<double[]> found = tape.found;
    double[] weights = tape.weights;
    double worst = 0;
    for (int i = 0; i < values.size(); i++) {
      double scale = 1;
      double[] expected = new double[values.get(i).length];
      for (int j = 0; j < expected.length; j++) {
        expected[j] = difference(device, f, shapes, values, weights, i, j);
        scale = Math.max(scale, Math.abs(expected[j]));
      }
      for (int j = 0; j < expected.length; j++) {
        double error = Math.abs(found.get(i)[j] - expected[j]) / scale;
        worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        if (!(error <= BOUND)) {
          assertThat(found.get(i)[j]).as("%s: gradient with respect to input %d[%d], error %s", name, i, j, error)
              .isEqualTo(expected[j]);
        }
      }
    }
    return worst;
  }

  private static double difference(Device device, Body f, List<Shape> shapes, List<double[]> values, double[] weights,
      int i,
      int j) {
    double wide = quotient(device, f, shapes, values, weights, i, j, STEP);
    double narrow = quotient(device, f, shapes, values, weights, i, j, STEP / 2);
    return narrow + (narrow - wide) / 3;
  }

  private static double quotient(Device device, Body f, List<Shape> shapes, List<double[]> values, double[] weights,
      int i,
      int j, double step) {
    double[] x = values.get(i);
    double before = x[j];
    x[j] = before + step;
    double up = value(device, f, shapes, values, weights);
    x[j] = before - step;
    double down = value(device, f, shapes, values, weights);
    x[j] = before;
    return (up - down) / (2 * step);
  }

  private static double value(Device device, Body f, List<Shape> shapes, List<double[]> values, double[] weights) {
    try (Scope _ = Scope.open()) {
      double[] y = f.apply(inputs(device, shapes, values)).toDoubleArray();
      double sum = 0;
      for (int k = 0; k < y.length; k++) {
        sum += y[k] * weights[k];
      }
      return sum;
    }
  }

  private static List<Tensor> inputs(Device device, List<Shape> shapes, List<double[]> values) {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      inputs.add(Tensor.of(device, DType.F64, shapes.get(i), values.get(i)));
    }
    return inputs;
  }
}
