package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Function;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gamma function's logarithm and its derivative, and the inverse error function, against values computed with 40
 * digits (mpmath 1.3).
 */
class SpecialFunctionsTest {
  /** x, log|Γ(x)|, ψ(x). */
  private static final double[][] GAMMA = {
      {0.125, 2.0194183575537963, -8.388492663295855}, {0.5, 0.5723649429247001, -1.9635100260214235},
      {0.75, 0.20328095143129538, -1.0858608797864722}, {1.0009765625, -0.0005629031799912047, -0.5756104293406219},
      {1.5, -0.12078223763524522, 0.03648997397857652}, {1.9990234375, -0.0004125677359714894, 0.42215432390062857},
      {2.5, 0.2846828704729192, 0.7031566406452432}, {3.5, 1.2009736023470743, 1.103156640645243},
      {4.25, 2.1144569274503713, 1.3246832187604867}, {5.5, 3.9578139676187165, 1.6110931485817512},
      {6.25, 5.219603986990229, 1.750453526883736}, {6.5, 5.662562059857142, 1.792911330399933},
      {9.75, 12.242204940050762, 2.225109535044576}, {100.5, 361.4355404677776, 4.605174352581845},
      {1e10, 220258509288.81058, 23.025850929890456}, {-0.5, 1.2655121234846454, 0.03648997397857652},
      {-1.75, 1.0160888092144358, -2.322691628614361}, {-2.5, -0.056243716497674054, 1.103156640645243},
      {-7.125, -6.672873899712579, 9.616622429594496}, {-100.5, -364.90096830942736, 4.6151246013380645}
  };

  /** x, erf⁻¹(x). */
  private static final double[][] INVERSE_ERF = {
      {1e-20, 8.86226925452758e-21}, {0.015625, 0.01384818089091429}, {0.25, 0.2253120550121781},
      {0.5, 0.4769362762044699}, {0.84375, 1.00253397062404}, {0.8515625, 1.021820620496099},
      {0.9375, 1.3171503349861307}, {0.9990234375, 2.331467773621948}, {0.9999998807907104, 3.7439211627767994},
      {0.9999999999999999, 5.8635847487551676}
  };

  static List<String> devices() {
    return Devices.all().stream().map(Device::name).toList();
  }

  private static double[] column(double[][] rows, int j) {
    return Arrays.stream(rows).mapToDouble(r -> r[j]).toArray();
  }

  private static double[] apply(Device d, DType type, Function f, double... x) {
    try (Scope _ = Scope.open()) {
      return Tensor.of(d, type, Shape.of(x.length), x).apply(f).toDoubleArray();
    }
  }

  /** The largest error as a fraction of the larger of {@code least} and the value. */
  private static void check(Device d, DType type, Function f, double[][] rows, int j, double least, double bound) {
    double[][] exact = Arrays.stream(rows).filter(r -> type.round(r[0]) == r[0]).toArray(double[][]::new);
    double[] got = apply(d, type, f, column(exact, 0));
    for (int i = 0; i < got.length; i++) {
      double error = Math.abs(got[i] - exact[i][j]) / Math.max(least, Math.abs(exact[i][j]));
      if (!(error <= bound)) {
        assertThat(got[i]).as("%s of %s in %s on %s: error %s", f, exact[i][0], type, d.name(), error)
            .isEqualTo(exact[i][j]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void knownValues(String device) {
    Device d = Devices.named(device);
    double[][] positive = Arrays.stream(GAMMA).filter(r -> r[0] > 0).toArray(double[][]::new);
    check(d, DType.F64, Function.GAMMALN, positive, 1, 0, 1e-14);
    check(d, DType.F64, Function.GAMMALN, GAMMA, 1, 1, 1e-14);
    check(d, DType.F32, Function.GAMMALN, positive, 1, 0, 1e-6);
    check(d, DType.F32, Function.GAMMALN, GAMMA, 1, 1, 1e-6);
    check(d, DType.F64, Function.DIGAMMA, GAMMA, 2, 1, 1e-13);
    check(d, DType.F32, Function.DIGAMMA, GAMMA, 2, 1, 1e-6);
    check(d, DType.F64, Function.ERFINV, INVERSE_ERF, 1, 0, 1e-14);
    check(d, DType.F32, Function.ERFINV, INVERSE_ERF, 1, 0, 2e-6);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void polesAndEnds(String device) {
    Device d = Devices.named(device);
    double inf = Double.POSITIVE_INFINITY;
    double nan = Double.NaN;
    for (DType type : List.of(DType.F32, DType.F64)) {
      assertThat(apply(d, type, Function.GAMMALN, 0, -1, -2, -1e20, 1, 2, inf, -inf, nan))
          .containsExactly(inf, inf, inf, inf, 0, 0, inf, inf, nan);
      assertThat(apply(d, type, Function.DIGAMMA, 0.0, -0.0, -1, -2, inf, -inf, nan))
          .containsExactly(-inf, inf, nan, nan, inf, nan, nan);
      assertThat(apply(d, type, Function.ERFINV, 0.0, -0.0, 1, -1, 1.5, -2, inf, nan))
          .containsExactly(0.0, -0.0, inf, -inf, nan, nan, nan, nan);
    }
  }

  /** erf undoes it, in the middle and near the ends. */
  @Test
  void isTheInverseOfErf() {
    double[] x = IntStream.range(1, 2000).mapToDouble(i -> (i - 1000) / 1000.0).toArray();
    double[] y = apply(Devices.named("cpu"), DType.F64, Function.ERFINV, x);
    for (int i = 0; i < x.length; i++) {
      assertThat(Function.ERF.applyAsDouble(y[i])).isCloseTo(x[i], org.assertj.core.api.Assertions.within(1e-15));
    }
  }

  @Test
  void gradients() {
    Device cpu = Devices.named("cpu");
    double[] x = {0.3, 1.2, 2.7, 6.4, 7.5, 20, -0.4, -1.6, -5.3};
    for (Function f : List.of(Function.GAMMALN, Function.DIGAMMA)) {
      GradientCheck.checkAt(cpu, f.name(), 5, in -> in.getFirst().apply(f), List.of(Shape.of(x.length)),
          List.of(x.clone()));
    }
    GradientCheck.checkAt(cpu, "ERFINV", 5, in -> in.getFirst().apply(Function.ERFINV), List.of(Shape.of(5)),
        List.of(new double[] {0, 0.2, -0.7, 0.84, 0.9}));
  }
}
