package dev.orthant.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gradients after clipping, and what clipping costs. */
class ClippingTest {
  private static final Device CPU = Devices.named("cpu");
  private static final double[] G = {3, -1, 2, 0.5, -7, 0.25};

  private Scope scope = Scope.open();

  @BeforeEach
  void open() {
    scope.close();
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor parameter(DType type, Shape shape, double... gradient) {
    return parameter(CPU, type, shape, gradient);
  }

  private static Tensor parameter(Device device, DType type, Shape shape, double... gradient) {
    Tensor p = Tensor.full(device, type, shape, 1).requireGradient();
    OptimizerTest.gradient(p, gradient);
    return p;
  }

  private static void close(double found, double expected, double bound) {
    assertThat(Math.abs(found - expected) <= bound).as("%s, expected %s", found, expected).isTrue();
  }

  @Test
  void byValue() {
    Tensor p = parameter(DType.F64, Shape.of(7), 3, -1, 2, 0.5, -7, 0.25, Double.NaN);
    long before = CPU.stats().launches();
    Clipping.byValue(List.of(p), 1.5);
    assertThat(CPU.stats().launches()).as("left to the optimizer").isEqualTo(before);
    assertThat(p.gradient().toDoubleArray()).containsExactly(1.5, -1, 1.5, 0.5, -1.5, 0.25, Double.NaN);
  }

  @Test
  void byGlobalNormOverParametersOfAllShapes() {
    for (DType type : new DType[] {DType.F16, DType.F32, DType.F64}) {
      Tensor a = parameter(type, Shape.of(2, 3), G);
      Tensor b = parameter(type, Shape.of(), 4);
      Tensor c = parameter(type, Shape.of(2, 1, 1, 2), 1, 2, 3, 4);
      Tensor none = Tensor.full(CPU, type, Shape.of(3), 1).requireGradient();
      double norm = Math.sqrt(9 + 1 + 4 + 0.25 + 49 + 0.0625 + 16 + 30);
      double bound = type == DType.F64 ? 1e-14 : type == DType.F32 ? 1e-6 : 2e-3;
      Tensor found = Clipping.byGlobalNorm(List.of(a, none, b, c), 2);
      assertThat(found.shape()).isEqualTo(Shape.of());
      close(found.toDoubleArray()[0], norm, 10 * Math.min(bound, 1e-6));
      for (int i = 0; i < G.length; i++) {
        close(a.gradient().toDoubleArray()[i], G[i] * 2 / norm, bound);
      }
      close(b.gradient().toDoubleArray()[0], 8 / norm, bound);
      assertThat(a.gradient().dtype()).isEqualTo(type);
      assertThat(none.hasGradient()).isFalse();
      close(Clipping.globalNorm(List.of(a, b, c)).toDoubleArray()[0], 2, 2 * bound);
    }
  }

  @Test
  void everyDeviceClipsAndSteps() {
    for (Device device : Devices.all()) {
      Tensor a = parameter(device, DType.F32, Shape.of(2, 3), G);
      Tensor b = parameter(device, DType.F32, Shape.of(2), 4, 5);
      try (Optimizer optimizer = Sgd.DEFAULT.rate(0.5).optimizer()) {
        Tensor norm = Clipping.byGlobalNorm(List.of(a, b), 1);
        optimizer.step(List.of(a, b));
        double expected = Math.sqrt(9 + 1 + 4 + 0.25 + 49 + 0.0625 + 16 + 25);
        close(norm.toDoubleArray()[0], expected, 1e-5);
        close(a.toDoubleArray()[4], 1 + 3.5 / expected, 1e-6);
        close(b.toDoubleArray()[1], 1 - 2.5 / expected, 1e-6);
      }
    }
  }

  @Test
  void smallGradientsStayBitForBit() {
    Tensor p = parameter(DType.F32, Shape.of(6), G);
    Tensor zero = parameter(DType.F32, Shape.of(1), 0);
    Clipping.byGlobalNorm(List.of(p, zero), 100).close();
    assertThat(p.gradient().toDoubleArray()).containsExactly(G);
    Clipping.byGlobalNorm(List.of(zero), 100).close();
    assertThat(zero.gradient().toDoubleArray()).containsExactly(0);
  }

  @Test
  void parametersOfMixedTypes() {
    Tensor a = parameter(DType.F32, Shape.of(1), 3);
    Tensor b = parameter(DType.F64, Shape.of(1), 4);
    close(Clipping.byGlobalNorm(List.of(a, b), 1).toDoubleArray()[0], 5, 1e-6);
    close(a.gradient().toDoubleArray()[0], 0.6, 1e-6);
    close(b.gradient().toDoubleArray()[0], 0.8, 1e-6);
    close(Clipping.byGlobalNorm(List.of(b, a), 0.5).toDoubleArray()[0], 1, 1e-6);
    close(b.gradient().toDoubleArray()[0], 0.4, 1e-6);
  }

  @Test
  void costsTwoLaunchesPerGradientAndNoneInTheStep() {
    Tensor a = parameter(DType.F32, Shape.of(2, 3), G);
    Tensor b = parameter(DType.F32, Shape.of(6), G);
    List<Tensor> both = List.of(a, b);
    try (Optimizer optimizer = Sgd.DEFAULT.rate(0.5).optimizer()) {
      long before = CPU.stats().launches();
      Clipping.byGlobalNorm(both, 1);
      Clipping.byValue(both, 0.3);
      assertThat(CPU.stats().launches() - before).isEqualTo(4);
      optimizer.step(both);
      assertThat(CPU.stats().launches() - before).isEqualTo(6);
    }
    double norm = Math.sqrt(2 * (9 + 1 + 4 + 0.25 + 49 + 0.0625));
    for (int i = 0; i < G.length; i++) {
      close(a.toDoubleArray()[i], 1 - 0.5 * Math.clamp(G[i] / norm, -0.3, 0.3), 1e-6);
    }
  }

  @Test
  void gradientsOfAnySize() {
    for (Device device : Devices.all()) {
      for (double size : new double[] {1e20, 1e-25, 1e37}) {
        for (DType type : new DType[] {DType.F32, DType.BF16}) {
          Tensor a = parameter(device, type, Shape.of(2), 3 * size, 0);
          Tensor b = parameter(device, DType.F32, Shape.of(1), -4 * size);
          Tensor empty = parameter(device, DType.F32, Shape.of(0));
          double room = type == DType.BF16 ? 0.01 : 1e-6;
          close(Clipping.globalNorm(List.of(a, empty, b)).toDoubleArray()[0] / size, 5, 5 * room);
          Clipping.byGlobalNorm(List.of(a, empty, b), size / 2);
          close(a.gradient().toDoubleArray()[0] / size, 0.3, room);
          close(b.gradient().toDoubleArray()[0] / size, -0.4, room);
        }
      }
    }
  }

  @Test
  void keepsNoMemory() {
    Tensor p = parameter(DType.F32, Shape.of(6), G);
    try (Optimizer optimizer = Adam.DEFAULT.optimizer()) {
      optimizer.step(List.of(p));
      var settled = CPU.stats();
      for (int t = 0; t < 200; t++) {
        OptimizerTest.gradient(p, G);
        Clipping.byGlobalNorm(List.of(p), 1).close();
        optimizer.step(List.of(p));
      }
      assertThat(CPU.stats().liveBuffers()).isEqualTo(settled.liveBuffers());
      assertThat(CPU.stats().liveBytes()).isEqualTo(settled.liveBytes());
    }
  }

  @Test
  void normsThatAreNoNumbersShow() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      Tensor a = parameter(DType.F32, Shape.of(2), 1, 2);
      Tensor b = parameter(DType.F32, Shape.of(2), 3, bad);
      assertThatThrownBy(() -> Clipping.byFiniteGlobalNorm(List.of(a, b), 1)).isInstanceOf(ArithmeticException.class)
          .hasMessageContaining(String.valueOf(Math.abs(bad)));
      assertThat(a.gradient().toDoubleArray()).as("as it was").containsExactly(1, 2);
      assertThat(Clipping.byGlobalNorm(List.of(a, b), 1).toDoubleArray()).containsExactly(Math.abs(bad));
      assertThat(a.gradient().toDoubleArray()).containsExactly(Double.NaN, Double.NaN);
    }
    Tensor c = parameter(DType.F32, Shape.of(2), 3, 4);
    close(Clipping.byFiniteGlobalNorm(List.of(c), 1), 5, 1e-6);
    close(c.gradient().toDoubleArray()[1], 0.8, 1e-6);
  }

  @Test
  void refusesWhatMakesNoSense() {
    Tensor none = Tensor.full(CPU, DType.F32, Shape.of(3), 1).requireGradient();
    Tensor plain = Tensor.full(CPU, DType.F32, Shape.of(3), 1);
    assertThatThrownBy(() -> Clipping.byGlobalNorm(List.of(none), 1)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none of the 1 parameters has a gradient");
    assertThatThrownBy(() -> Clipping.byGlobalNorm(List.of(none), 0)).isInstanceOf(InvalidInputException.class)
        .hasMessage("clipping by norm: max must be finite and greater than 0, got 0.0");
    assertThatThrownBy(() -> Clipping.byValue(List.of(none), -1)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("limit");
    assertThatThrownBy(() -> plain.replaceGradient(none)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("requireGradient");
    assertThatThrownBy(() -> none.replaceGradient(Tensor.full(CPU, DType.F32, Shape.of(2), 1)))
        .isInstanceOf(InvalidInputException.class).hasMessageContaining("(2,) f32");
  }
}
