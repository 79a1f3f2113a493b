package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Operator;
import java.util.Collection;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two-argument functions by C's rules (C99, Annex F) on every device, and their gradients at the edge of where they
 * have one.
 */
final class EdgesTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;
  private static final double[] SPECIAL =
      {0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 1e-4, -1e-4, 60000, -60000,
          INF, -INF, NAN};

  static Collection<Device> devices() {
    return Devices.all();
  }

  /** C99 F.9.4.4, row by row: x, y, pow(x, y). */
  private static final double[][] POWERS = {{0, -3, INF}, {-0.0, -3, -INF}, {-0.0, -2, INF}, {-0.0, -0.5, INF},
      {0, -INF, INF},
      {-0.0, 3, -0.0}, {-0.0, 2, 0}, {0, 0.5, 0}, {-1, INF, 1}, {-1, -INF, 1}, {1, NAN, 1}, {1, INF, 1}, {1, -INF, 1},
      {NAN, 0, 1}, {NAN, -0.0, 1}, {INF, 0, 1}, {-INF, -0.0, 1}, {-2, 0.5, NAN}, {0.5, -INF, INF}, {-0.5, -INF, INF},
      {2, -INF, 0}, {-2, -INF, 0}, {0.5, INF, 0}, {-2, INF, INF}, {-INF, -3, -0.0}, {-INF, -2, 0}, {-INF, 3, -INF},
      {-INF, 2, INF}, {-INF, 0.5, INF}, {INF, -1.5, 0}, {INF, 1.5, INF}, {NAN, 1, NAN}, {2, NAN, NAN}, {-1, NAN, NAN},
      {0, NAN, NAN}};

  @Test
  void theTruthOfPowIsThatOfC() {
    for (double[] p : POWERS) {
      double got = Operator.POW.applyAsDouble(p[0], p[1]);
      assertThat(Double.compare(got, p[2])).as("pow(%s, %s) = %s, right %s", p[0], p[1], got, p[2]).isZero();
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void specialPairsAreTheSameEverywhere(Device device) {
    double[] left = new double[SPECIAL.length * SPECIAL.length];
    double[] right = new double[left.length];
    for (int i = 0; i < left.length; i++) {
      left[i] = SPECIAL[i / SPECIAL.length];
      right[i] = SPECIAL[i % SPECIAL.length];
    }
    for (DType type : List.of(DType.F32, DType.F64, DType.F16, DType.BF16)) {
      if (!device.info().dtypes().contains(type)) {
        continue;
      }
      for (Operator o : Operator.values()) {
        try (Scope _ = Scope.open()) {
          Tensor a = Tensor.of(device, type, Shape.of(left.length), left);
          Tensor b = Tensor.of(device, type, Shape.of(left.length), right);
          double[] got = a.apply("pair", o.of(Expr.input(0), Expr.input(1)), List.of(b)).toDoubleArray();
          for (int i = 0; i < got.length; i++) {
            double truth = o.applyAsDouble(type.round(left[i]), type.round(right[i]));
            assertThat(agrees(type, got[i], truth))
                .as("%s(%s, %s) in %s on %s: %s, right %s", o, left[i], right[i], type,
                    device.name(), got[i], truth)
                .isTrue();
          }
        }
      }
    }
  }

  private static boolean agrees(DType type, double got, double truth) {
    if (Double.isNaN(truth) || Double.isInfinite(truth) || truth == 0) {
      // Powers and products may be too small or too large for the type.
      return Double.compare(got, truth) == 0;
    }
    double size = Math.abs(truth);
    if (size > type.maxFinite() || size < type.minNormal()) {
      return Math.signum(got) == Math.signum(truth) || got == 0;
    }
    return Math.abs(got - truth) <= 40 * type.unitRoundoff() * size;
  }

  private static double[] gradients(DType type, double x, double y, BinaryOperator<Tensor> f) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor a = Tensor.of(Devices.named("cpu"), type, Shape.of(), x).requireGradient();
      Tensor b = Tensor.of(Devices.named("cpu"), type, Shape.of(), y).requireGradient();
      tape.backward(f.apply(a, b));
      return new double[] {a.gradient().toDoubleArray()[0], b.gradient().toDoubleArray()[0]};
    }
  }

  @Test
  void gradientsOfPowersAtZero() {
    for (DType type : List.of(DType.F32, DType.F64)) {
      assertThat(gradients(type, 0, 0, Tensor::pow)).containsExactly(0, 0);
      assertThat(gradients(type, 0, 1, Tensor::pow)).containsExactly(1, 0);
      assertThat(gradients(type, 0, 2, Tensor::pow)).containsExactly(0, 0);
      assertThat(gradients(type, 0, 0.5, Tensor::pow)).containsExactly(INF, 0);
      assertThat(gradients(type, -2, 0, Tensor::pow)[0]).isZero();
      assertThat(gradients(type, -2, 2, Tensor::pow)[1]).isNaN();
      assertThat(gradients(type, INF, -1, Tensor::pow)).containsExactly(-0.0, 0);
      assertThat(gradients(type, 0, 3, (a, b) -> a.pow(0.0).add(b))[0]).isZero();
    }
  }

  @Test
  void atan2SquaresNothing() {
    BinaryOperator<Tensor> angle =
        (a, b) -> a.apply("atan2", Operator.ATAN2.of(Expr.input(0), Expr.input(1)), List.of(b));
    for (double s : new double[] {1e-30, 1e-12, 1, 1e12, 1e30}) {
      double[] g = gradients(DType.F32, 3 * s, 4 * s, angle);
      assertThat(Math.abs(g[0] * s * 25 - 4) <= 1e-5).as("scale %s: %s", s, g[0]).isTrue();
      assertThat(Math.abs(g[1] * s * 25 + 3) <= 1e-5).as("scale %s: %s", s, g[1]).isTrue();
    }
    assertThat(gradients(DType.F32, INF, 1, angle)).containsExactly(0, -0.0);
    assertThat(gradients(DType.F32, 1e30, 1e-8, angle)[1]).isCloseTo(-1e-30,
        org.assertj.core.api.Assertions.within(1e-36));
  }

  @Test
  void tiesAreSharedAndNanShows() {
    for (BinaryOperator<Tensor> f : List.<BinaryOperator<Tensor>>of(Tensor::maximum, Tensor::minimum)) {
      assertThat(gradients(DType.F32, 2, 2, f)).containsExactly(0.5, 0.5);
      assertThat(gradients(DType.F32, 0.0, -0.0, f)).containsExactly(0.5, 0.5);
      assertThat(gradients(DType.F32, NAN, 1, f)[0]).isNaN();
      assertThat(gradients(DType.F32, 1, NAN, f)[1]).isNaN();
    }
    assertThat(gradients(DType.F32, 3, 2, Tensor::maximum)).containsExactly(1, 0);
    assertThat(gradients(DType.F32, 3, 2, Tensor::minimum)).containsExactly(0, 1);
    assertThat(gradients(DType.F32, INF, INF, Tensor::maximum)).containsExactly(0.5, 0.5);
  }

  /** As documented at {@link Tensor#where(Tensor, double)}. */
  @Test
  void theUntakenBranchOfAChoice() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(Devices.named("cpu"), DType.F32, Shape.of(2), 0, 2).requireGradient();
      Tensor positive = x.gt(0);
      Tensor safe = x.where(positive, 1).apply(dev.orthant.expr.Function.LOG).where(positive, 0);
      tape.backward(safe);
      assertThat(x.gradient().toDoubleArray()).containsExactly(0, 0.5);
    }
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(Devices.named("cpu"), DType.F32, Shape.of(2), 0, 2).requireGradient();
      Expr in = Expr.input(0);
      tape.backward(x.apply("log or 0", Expr.where(in.gt(Expr.constant(0)), in.log(), Expr.constant(0)), List.of()));
      assertThat(x.gradient().toDoubleArray()).containsExactly(0, 0.5);
    }
  }
}
