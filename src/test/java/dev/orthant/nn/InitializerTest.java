package dev.orthant.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitializerTest {
  @Test
  void gainsAreThoseOfPyTorchWhereItHasThem() {
    assertThat(Initializer.gain(Activations.RELU)).isEqualTo(Math.sqrt(2));
    assertThat(Initializer.gain(Activations.LEAKY_RELU, 0.2)).isEqualTo(Math.sqrt(2 / 1.04));
    assertThat(Initializer.gain(Activations.TANH)).isEqualTo(5.0 / 3);
    assertThat(Initializer.gain(Activations.SELU)).isEqualTo(0.75);
    assertThat(Initializer.gain(Activations.SIGMOID)).isEqualTo(1);
    assertThat(Initializer.gain(Activations.IDENTITY)).isEqualTo(1);
  }

  @Test
  void measuredGainsAgreeWithTheFormulas() {
    assertThat(Gains.measured(Activations.RELU)).isEqualTo(Math.sqrt(2), within(1e-9));
    assertThat(Gains.measured(Activations.IDENTITY)).isEqualTo(1, within(1e-9));
    for (double slope : new double[] {0, 0.01, 0.25, 1, -0.5}) {
      assertThat(Gains.measured(Activations.LEAKY_RELU, slope))
          .isEqualTo(Initializer.gain(Activations.LEAKY_RELU, slope), within(1e-9));
      assertThat(Gains.measured(Activations.PRELU, slope)).isEqualTo(Initializer.gain(Activations.PRELU, slope),
          within(1e-9));
    }
    // Self-normalising: variance 1 stays 1; e^z has the second moment e².
    assertThat(Gains.measured(Activations.SELU)).isEqualTo(1, within(1e-6));
    assertThat(Gains.measured(Activations.EXP)).isEqualTo(Math.exp(-1), within(1e-9));
  }

  @Test
  void everyActivationHasAGainOrSaysThatItHasNone() {
    for (Activation f : Activations.all()) {
      if (f.name().equals("sqrt")) {
        assertThatThrownBy(() -> Initializer.gain(f)).isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("sqrt: has no gain");
      } else {
        assertThat(Initializer.gain(f)).as(f.name()).isBetween(0.1, 10.0);
      }
    }
  }

  @Test
  void fansCountWhatLeadsInAndOut() {
    assertThat(Fans.linear(Shape.of(3, 5))).isEqualTo(new Fans(3, 5));
    Conv2d how = Conv2d.stride(1).groups(2);
    assertThat(Fans.conv(Shape.of(6, 4, 3, 5), how)).isEqualTo(new Fans(60, 45));
    assertThat(Fans.conv(Shape.of(6, 3, 5, 4), how.layout(Layout.NHWC))).isEqualTo(new Fans(60, 45));
    assertThat(new Fans(1, 2).reversed()).isEqualTo(new Fans(2, 1));
  }

  @Test
  void randomWeightsHaveTheirDeviation() {
    Fans fans = new Fans(50, 200);
    Parameters p = new Parameters(LayerCheck.CPU, DType.F32, new RandomStream(LayerCheck.SEED));
    for (Initializer.Scaled kind : new Initializer.Scaled[] {Initializer.he(), Initializer.xavier(),
        Initializer.lecun(), Initializer.he().fanOut()}) {
      for (Initializer.Scaled i : new Initializer.Scaled[] {kind, kind.uniform(), kind.truncated()}) {
        try (Tensor w = p.learned(Shape.of(200, 200), fans, i)) {
          double[] v = w.toDoubleArray();
          double mean = Arrays.stream(v).average().orElseThrow();
          double deviation = Math.sqrt(Arrays.stream(v).map(x -> x * x).average().orElseThrow());
          assertThat(deviation / i.deviation(fans)).as("%s (seed %d)", i, LayerCheck.SEED).isEqualTo(1, within(0.02));
          assertThat(mean / i.deviation(fans)).as("mean of %s (seed %d)", i, LayerCheck.SEED).isEqualTo(0,
              within(0.03));
        }
      }
    }
    assertThat(Initializer.he().deviation(fans)).isEqualTo(0.2, within(1e-15));
    assertThat(Initializer.xavier().deviation(fans)).isEqualTo(Math.sqrt(2.0 / 250), within(1e-15));
    assertThat(Initializer.lecun().deviation(fans)).isEqualTo(Math.sqrt(1.0 / 50), within(1e-15));
    assertThat(Initializer.he().fanOut().deviation(fans)).isEqualTo(0.1, within(1e-15));
  }

  @Test
  void numbersThatAreNoParametersAreRefusedAtOnce() {
    double nan = Double.NaN;
    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable wrong : List.<
        org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(() -> Initializer.normal(0, -1),
            () -> Initializer.normal(nan, 1), () -> Initializer.normal(0, Double.POSITIVE_INFINITY),
            () -> Initializer.uniform(1, 0), () -> Initializer.uniform(nan, 0),
            () -> Initializer.uniform(0, Double.POSITIVE_INFINITY), () -> Initializer.orthogonal(nan),
            () -> Initializer.he().gain(-1), () -> new Dropout(1.5), () -> new Dropout(nan), () -> new Dropout(-0.1))) {
      assertThatThrownBy(wrong).isInstanceOf(InvalidInputException.class);
    }
  }

  @Test
  void orthogonalRowsOrColumnsAreOrthonormal() {
    for (long[] dims : new long[][] {{4, 7}, {7, 4}, {2, 3, 5}}) {
      try (Tensor w = LayerCheck.parameters().learned(Shape.of(dims), new Fans(1, 1), Initializer.orthogonal(2))) {
        int columns = (int) dims[dims.length - 1];
        double[] v = w.toDoubleArray();
        int rows = v.length / columns;
        boolean wide = rows <= columns;
        for (int a = 0; a < Math.min(rows, columns); a++) {
          for (int b = 0; b < Math.min(rows, columns); b++) {
            double dot = 0;
            for (int k = 0; k < Math.max(rows, columns); k++) {
              dot += wide ? v[a * columns + k] * v[b * columns + k] : v[k * columns + a] * v[k * columns + b];
            }
            assertThat(dot).isEqualTo(a == b ? 4 : 0, within(1e-12));
          }
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameWeightsOnEveryDevice() {
    for (Initializer i : List.of(Initializer.he(), Initializer.xavier().uniform(), Initializer.lecun().truncated())) {
      double[] expected = {};
      for (Device device : Devices.all()) {
        try (Linear linear = Linear.of(Parameters.on(device, 5), 7, 9, i)) {
          double[] found = linear.weight().toDoubleArray();
          expected = expected.length == 0 ? found : expected;
          for (int k = 0; k < found.length; k++) {
            assertThat(found[k]).as("%s on %s", i, device.name()).isEqualTo(expected[k], within(1e-6));
          }
        }
      }
    }
  }

  @Test
  void parametersOutliveTheScopeThatTheyWereMadeIn() {
    Linear linear;
    BatchNorm norm;
    try (Scope scope = Scope.open()) {
      linear = Linear.of(Parameters.on(LayerCheck.CPU, 5), 2, 3);
      norm = BatchNorm.of(Parameters.on(LayerCheck.CPU, 5), 3, Layout.NCHW);
      assertThat(scope.size()).isZero();
    }
    try (linear; norm) {
      assertThat(linear.weight().toFloatArray()).hasSize(6);
      assertThat(linear.weight().requiresGradient()).isTrue();
      assertThat(norm.mean().toFloatArray()).containsExactly(0, 0, 0);
      assertThat(norm.mean().requiresGradient()).isFalse();
      assertThat(norm.parameters()).containsExactly(norm.gamma(), norm.beta());
    }
    assertThat(linear.weight().isClosed()).isTrue();
    assertThat(norm.variance().isClosed()).isTrue();
  }
}
