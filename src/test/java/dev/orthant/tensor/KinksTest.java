package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Where functions have no derivative: gradients on both sides are right, and at the kink itself they are one of the two
 * or between.
 */
final class KinksTest {
  private static final Device CPU = Devices.named("cpu");
  private static final double NEAR = 1e-4;
  private static final double STEP = 1e-6;

  private static final Map<String, List<Double>> KINKS = Map.ofEntries(Map.entry("relu", List.of(0.0)),
      Map.entry("relu6", List.of(0.0, 6.0)), Map.entry("leaky_relu", List.of(0.0)), Map.entry("prelu", List.of(0.0)),
      Map.entry("elu", List.of(0.0)), Map.entry("selu", List.of(0.0)), Map.entry("celu", List.of(0.0)),
      Map.entry("hard_sigmoid", List.of(-3.0, 3.0)), Map.entry("hard_tanh", List.of(-1.0, 1.0)),
      Map.entry("hard_swish", List.of(-3.0, 3.0)), Map.entry("abs", List.of(0.0)),
      Map.entry("squared_relu", List.of(0.0)),
      Map.entry("softsign", List.of(0.0)), Map.entry("thresholded_relu", List.of(1.0)));

  @Test
  void bothSidesAreRightAndTheKinkIsBetween() {
    KINKS.forEach((name, places) -> {
      Activation f = Activations.named(name);
      for (double x : places) {
        double left = quotient(f, x - NEAR);
        double right = quotient(f, x + NEAR);
        assertThat(Math.abs(gradient(f, x - NEAR) - left) <= 1e-6).as("%s left of %s", name, x).isTrue();
        assertThat(Math.abs(gradient(f, x + NEAR) - right) <= 1e-6).as("%s right of %s", name, x).isTrue();
        double at = gradient(f, x);
        double room = 1e-3;
        assertThat(at >= Math.min(left, right) - room && at <= Math.max(left, right) + room)
            .as("%s at %s: %s, left %s, right %s", name, x, at, left, right).isTrue();
      }
    });
    assertThat(gradient(Activations.RELU, 0)).as("the house's subgradient").isZero();
    assertThat(gradient(Activations.ABS, 0)).isZero();
  }

  private static double gradient(Activation f, double x) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor t = Tensor.of(CPU, DType.F64, Shape.of(), x).requireGradient();
      tape.backward(t.activate(f));
      return t.gradient().toDoubleArray()[0];
    }
  }

  private static double quotient(Activation f, double x) {
    return (value(f, x + STEP) - value(f, x - STEP)) / (2 * STEP);
  }

  private static double value(Activation f, double x) {
    try (Scope _ = Scope.open()) {
      return Tensor.of(CPU, DType.F64, Shape.of(), x).activate(f).toDoubleArray()[0];
    }
  }

  @Test
  void tiesOfExtremesShareEvenly() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(CPU, DType.F64, Shape.of(4), 3, 1, 3, 3).requireGradient();
      tape.backward(x.max());
      assertThat(x.gradient().toDoubleArray()).containsExactly(1 / 3.0, 0, 1 / 3.0, 1 / 3.0);
      Tensor image = Tensor.of(CPU, DType.F64, Shape.of(1, 1, 2, 2), 3, 1, 3, 3).requireGradient();
      tape.backward(image.maxPool2d(2, 2));
      assertThat(image.gradient().toDoubleArray()).as("pooling: the first").containsExactly(1, 0, 0, 0);
    }
  }
}
