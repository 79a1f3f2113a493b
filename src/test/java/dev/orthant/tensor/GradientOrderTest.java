package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.parity.UlpSweep;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Looking at a value, or computing each operation on its own, changes no gradient: it is that of the formula at the
 * pre-activation.
 */
final class GradientOrderTest {
  private static final double[] AT =
      {-30, -9.5, -6, -4, -2.5, -1.3, -0.75, -0.1, -1e-3, 0, 1e-3, 0.3, 1, 2.9, 4, 6, 7, 12, 30};

  static Collection<Device> devices() {
    return Devices.all();
  }

  /** Bit 0: h is computed before y; bit 1: y is computed before the backward pass. */
  private static double[] gradient(Device device, DType type, Activation f, int order) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(device, type, Shape.of(AT.length), AT).requireGradient();
      Tensor h = x.mul(1.01);
      if ((order & 1) != 0) {
        h.evaluate();
      }
      Tensor y = h.activate(f);
      if ((order & 2) != 0) {
        y.evaluate();
      }
      tape.backward(y);
      return x.gradient().toDoubleArray();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void whatWasLookedAtDoesNotCount(Device device) {
    boolean compilesFast = device.name().equals("cpu");
    Collection<Activation> some = List.of(Activations.TANH, Activations.GELU, Activations.EXP, Activations.RELU6);
    for (Activation f : compilesFast ? Activations.all() : some) {
      for (DType type : compilesFast ? List.of(DType.F16, DType.BF16, DType.F32, DType.F64)
          : List.of(DType.BF16, DType.F32)) {
        if (!device.info().dtypes().contains(type)) {
          continue;
        }
        double[] first = gradient(device, type, f, 0);
        for (int order = 1; order < 4; order++) {
          double[] other = gradient(device, type, f, order);
          for (int i = 0; i < AT.length; i++) {
            boolean bothNan = Double.isNaN(first[i]) && Double.isNaN(other[i]);
            assertThat(bothNan || UlpSweep.ulps(type, other[i], first[i]) <= 2)
                .as("%s %s on %s at %s: %s in order %d, else %s", f.name(), type, device.name(), AT[i], other[i], order,
                    first[i])
                .isTrue();
          }
        }
      }
    }
  }

  /** tanh at 4 rounds to 1 in bf16; its slope there is 0.00134. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void theSlopeIsTakenWhereTheOutputHasLostIt(Device device) {
    for (Activation f : List.of(Activations.TANH, Activations.SIGMOID, Activations.SOFTSIGN, Activations.ELU,
        Activations.SQUARED_RELU, Activations.EXP)) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        double[] at = {4, -6, -12, 9};
        Tensor x = Tensor.of(device, DType.BF16, Shape.of(at.length), at).requireGradient();
        Tensor y = x.activate(f);
        y.evaluate();
        tape.backward(y);
        double[] got = x.gradient().toDoubleArray();
        for (int i = 0; i < at.length; i++) {
          double right =
              f.apply(dev.orthant.expr.Expr.input(0)).derivative(0).evaluate(new double[] {at[i]}, new double[0]);
          assertThat(UlpSweep.ulps(DType.BF16, got[i], right) <= 1)
              .as("%s' at %s: %s, right %s", f.name(), at[i], got[i],
                  right)
              .isTrue();
        }
      }
    }
  }

  @Test
  void onlyWhatNeedsNoMoreThanASignIsToldFromTheOutput() {
    assertThat(Activations.all().stream().filter(f -> f.saved() == Activation.Saved.OUTPUT).map(Activation::name))
        .containsExactly("identity", "relu", "relu6", "leaky_relu");
  }
}
