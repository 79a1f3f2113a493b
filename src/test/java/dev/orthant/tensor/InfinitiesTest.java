package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Place;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Infinities and NaN in reductions, losses, limits and pooling: values and gradients on every device. */
final class InfinitiesTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  /** Value and gradient of one row: what {@code f} makes of it, summed. */
  private static double[][] of(Place at, UnaryOperator<Tensor> f, double... row) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(at.device(), at.type(), Shape.of(1, row.length), row).requireGradient();
      Tensor y = f.apply(x);
      tape.backward(y.sum());
      return new double[][] {y.toDoubleArray(), x.gradient().toDoubleArray()};
    }
  }

  private static void check(Place at, String what, UnaryOperator<Tensor> f, double[] row, double[] value,
      double[] gradient) {
    double[][] got = of(at, f, row);
    near(got[0], value, at + " " + what);
    near(got[1], gradient, at + " gradient of " + what);
  }

  private static void near(double[] got, double[] right, String what) {
    assertThat(got).as(what).hasSameSizeAs(right);
    for (int i = 0; i < got.length; i++) {
      assertThat(Double.compare(got[i] + 0.0, right[i] + 0.0) == 0
          || Math.abs(got[i] - right[i]) <= 1e-6 * Math.max(1, Math.abs(right[i])))
          .as("%s at %d: got %s, right %s", what, i, got[i], right[i]).isTrue();
    }
  }

  private static double[] d(double... values) {
    return values;
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void logSumExp(Place at) {
    UnaryOperator<Tensor> f = x -> x.logSumExp(false, 1);
    check(at, "lse", f, d(-INF), d(-INF), d(0));
    check(at, "lse", f, d(-INF, -INF, -INF), d(-INF), d(0, 0, 0));
    check(at, "lse", f, d(-INF, 1, 1), d(1 + Math.log(2)), d(0, 0.5, 0.5));
    check(at, "lse", f, d(1e30, 0, -1e30), d(1e30), d(1, 0, 0));
    check(at, "lse", f, d(NAN, 0), d(NAN), d(NAN, NAN));
    assertThat(of(at, f, 0, INF)[0]).containsExactly(INF);
    assertThat(of(at, f, 0, INF, -INF)[0]).containsExactly(INF);
    assertThat(of(at, f, INF, INF)[0]).containsExactly(INF);
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void softmax(Place at) {
    UnaryOperator<Tensor> first = x -> x.softmax(1).mul(Tensor.of(x.device(), x.dtype(), Shape.of(3), 1, 2, 3));
    check(at, "softmax", first, d(-INF, 2, 2), d(0, 1, 1.5), d(0, -0.25, 0.25));
    check(at, "softmax", first, d(1e30, 0, -1e30), d(1, 0, 0), d(0, 0, 0));
    check(at, "softmax", first, d(-INF, -INF, -INF), d(NAN, NAN, NAN), d(NAN, NAN, NAN));
    near(of(at, x -> x.logSoftmax(1), -INF, 2, 2)[0], d(-INF, -Math.log(2), -Math.log(2)), at + " log softmax");
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void crossEntropyOfMaskedClasses(Place at) {
    double half = Math.log(2);
    UnaryOperator<Tensor> label = x -> x.crossEntropy(Tensor.of(x.device(), DType.I32, Shape.of(1), 1));
    check(at, "label", label, d(-INF, 2, 2), d(half), d(0, -0.5, 0.5));
    check(at, "label", label, d(2, -INF, 2), d(INF), d(0.5, -1, 0.5));
    check(at, "label", label, d(-1e30, 1e30, 0), d(0), d(0, 0, 0));
    UnaryOperator<Tensor> soft =
        x -> x.crossEntropyWith(Tensor.of(x.device(), x.dtype(), Shape.of(1, 3), 0, 0.25, 0.75));
    check(at, "soft", soft, d(-INF, 2, 2), d(half), d(0, 0.25, -0.25));
    check(at, "soft", soft, d(0, -INF, 2), d(INF), d(1 / (1 + Math.exp(2)), -0.25, 0.25 - 1 / (1 + Math.exp(2))));
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.of(at.device(), at.type(), Shape.of(1, 3), 0, 1, 2);
      Tensor p = Tensor.of(at.device(), at.type(), Shape.of(1, 3), 0, 0.25, 0.75).requireGradient();
      tape.backward(x.crossEntropyWith(p));
      double lse = Math.log(1 + Math.E + Math.exp(2));
      near(p.gradient().toDoubleArray(), d(lse, lse - 1, lse - 2), at + " by the probabilities, also where they are 0");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void extremesOfRowsWithNan(Place at) {
    for (UnaryOperator<Tensor> f : java.util.List.<UnaryOperator<Tensor>>of(x -> x.max(1), x -> x.min(1),
        x -> x.norm(INF, 1))) {
      check(at, "extreme", f, d(1, NAN, 3), d(NAN), d(NAN, NAN, NAN));
    }
    check(at, "max", x -> x.max(1), d(3, 1, 3), d(3), d(0.5, 0, 0.5));
    check(at, "max", x -> x.max(1), d(3, INF, 3), d(INF), d(0, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void limitsThatCross(Place at) {
    // The larger limit is applied first, then the smaller, as in PyTorch, NumPy and ONNX: min(max(x, min), max).
    check(at, "clip", x -> x.clip(2, 1), d(-5, 1.5, 7, INF, -INF), d(1, 1, 1, 1, 1), d(0, 0, 0, 0, 0));
    check(at, "clip", x -> x.clip(-1, 1), d(-INF, -0.5, INF), d(-1, -0.5, 1), d(0, 1, 0));
    check(at, "clip", x -> x.clip(2, 1), d(NAN, 0), d(NAN, 1), d(1, 0));
    assertThatThrownBy(() -> of(at, x -> x.clip(NAN, 1), 0)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("NaN");
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void normsOfWindows(Place at) {
    double big = at.type() == DType.F32 ? 1e38 : 1e300;
    for (Layout layout : Layout.values()) {
      pooled(at, layout, INF, d(1, -3, 2, 0), 3, d(0, -1, 0, 0));
      pooled(at, layout, INF, d(-3, -3, 3, 0), 3, d(-1 / 3.0, -1 / 3.0, 1 / 3.0, 0));
      pooled(at, layout, INF, d(0, 0, 0, 0), 0, d(0, 0, 0, 0));
      pooled(at, layout, INF, d(1, NAN, 2, 0), NAN, d(NAN, NAN, NAN, NAN));
      pooled(at, layout, INF, d(1, -INF, 2, 0), INF, d(0, -1, 0, 0));
      pooled(at, layout, 200, d(100, -300, 200, 0), 300, d(0, -1, 0, 0));
      pooled(at, layout, 200, d(1e-3, 1e-3, 0, 0), 1e-3 * Math.pow(2, 1 / 200.0),
          d(Math.pow(2, -199 / 200.0), Math.pow(2, -199 / 200.0), 0, 0));
      for (double p : new double[] {2, 3}) {
        double one = Math.pow(2, 1 / p);
        pooled(at, layout, p, d(big, -big, 0, 0), big * one, d(Math.pow(one, 1 - p), -Math.pow(one, 1 - p), 0, 0));
        pooled(at, layout, p, d(1 / big * 1e6, 0, 0, 0), 1 / big * 1e6, d(1, 0, 0, 0));
        pooled(at, layout, p, d(0, 0, 0, 0), 0, d(0, 0, 0, 0));
        pooled(at, layout, p, d(1, INF, 0, 0), INF, d(0, NAN, 0, 0));
      }
    }
  }

  private static void pooled(Place at, Layout layout, double p, double[] window, double value, double[] gradient) {
    Pool2d how = new Pool2d(Pool2d.Kind.LP, 2, 2, Window.UNIT.stride(2, 2), layout, false, p);
    double[][] got = of(at, x -> x.reshape(layout == Layout.NCHW ? new long[] {1, 1, 2, 2} : new long[] {1, 2, 2, 1})
        .pool2d(how), window);
    String what = at + " p " + p + " of " + java.util.Arrays.toString(window) + " " + layout;
    assertThat(Double.compare(got[0][0], at.type().round(value)) == 0
        || Math.abs(got[0][0] / value - 1) <= 3e-6).as("%s: got %s, right %s", what, got[0][0], value).isTrue();
    for (int i = 0; i < 4; i++) {
      assertThat(Double.compare(got[1][i] + 0.0, gradient[i] + 0.0) == 0
          || Math.abs(got[1][i] - gradient[i]) <= 1e-4).as("%s: gradient %s, right %s", what, got[1][i], gradient[i])
          .isTrue();
    }
  }
}
