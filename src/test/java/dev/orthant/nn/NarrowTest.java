package dev.orthant.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Place;
import dev.orthant.op.Layout;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Clipping;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compositions of 16-bit tensors whose inputs and results are in range: nothing in between may overflow or vanish in
 * storage.
 */
final class NarrowTest {
  private static void near(double[] got, double relative, double... right) {
    assertThat(got).hasSameSizeAs(right);
    for (int i = 0; i < got.length; i++) {
      assertThat(Math.abs(got[i] - right[i]) <= relative * Math.max(1e-3, Math.abs(right[i])))
          .as("at %d: got %s, right %s", i, got[i], right[i]).isTrue();
    }
  }

  private static Tensor of(Place at, long rows, long columns, double... values) {
    return Tensor.of(at.device(), at.type(), Shape.of(rows, columns), values);
  }

  private static double[] full(int n, double v) {
    double[] all = new double[n];
    Arrays.fill(all, v);
    return all;
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#narrow")
  void attentionOfLargeQueries(Place at) {
    Device device = at.device();
    for (int kind = 0; kind < 4; kind++) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor q = Tensor.full(device, at.type(), Shape.of(2, 64), 35).requireGradient();
        Tensor k = Tensor.full(device, at.type(), Shape.of(2, 64), 35).requireGradient();
        Tensor v = of(at, 2, 1, 1, 2).requireGradient();
        Tensor mask = kind % 2 == 0 ? null : Tensor.of(device, DType.BOOL, Shape.of(2, 2), 1, 0, 1, 1);
        Tensor y = new Attention(kind >= 2, 0).apply(q, k, v, mask, Pass.inference());
        near(y.toDoubleArray(), 1e-2, kind == 0 ? 1.5 : 1, 1.5);
        tape.backward(y.sum());
        near(v.gradient().toDoubleArray(), 1e-2, kind == 0 ? 1 : 1.5, kind == 0 ? 1 : 0.5);
        assertThat(Arrays.stream(q.gradient().toDoubleArray()).allMatch(Double::isFinite)).as("%s %d", at, kind)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#narrow")
  void sumsAndNormsOfLongRows(Place at) {
    int n = 4096;
    try (Scope _ = Scope.open()) {
      Tensor x = of(at, 1, n, full(n, 49152));
      near(x.mean(1).toDoubleArray(), 1e-2, 49152);
      near(x.sub(49151.0).mean(1).toDoubleArray(), 1e-2, 1);
      near(x.rmsNorm(null).toDoubleArray(), 1e-2, full(n, 1));
      near(x.layerNorm(null, null).toDoubleArray(), 1e-2, full(n, 0));
      near(x.std(false, 1).toDoubleArray(), 1e-2, 0);
      near(of(at, 1, 4, 49152, -49152, 49152, -49152).std(false, 1).toDoubleArray(), 1e-2, 49152);
      near(of(at, 1, 4, 49152, -49152, 49152, -49152).layerNorm(null, null).toDoubleArray(), 1e-2, 1, -1, 1, -1);
      near(of(at, 1, 2, 3e4, 4e4).norm(2, 1).toDoubleArray(), 1e-2, 5e4);
      near(of(at, 1, 2, 3e4, 4e4).norm(3, 1).toDoubleArray(), 1e-2, Math.cbrt(2.7e13 + 6.4e13));
      near(of(at, 1, 2, 3e-4, 4e-4).norm(2, 1).mul(1e4).toDoubleArray(), 1e-2, 5);
      near(Tensor.full(at.device(), at.type(), Shape.of(1, 1, 8, 8), 49152).avgPool2d(8, 8).toDoubleArray(), 1e-2,
          49152);
      near(new GlobalAveragePool(Layout.NCHW)
          .forward(Tensor.full(at.device(), at.type(), Shape.of(1, 1, 8, 8), 49152), Pass.inference()).toDoubleArray(),
          1e-2, 49152);
      Tensor ids = Tensor.of(at.device(), DType.I32, Shape.of(3), 1, 1, 0);
      near(new Embedding(of(at, 2, 1, 49152, 40960)).forward(ids, Pass.inference()).mean(0).toDoubleArray(), 1e-2,
          43690);
      near(x.softmax(1).mul(4096.0).toDoubleArray(), 1e-2, full(n, 1));
      near(x.logSoftmax(1).toDoubleArray(), 1e-2, full(n, -Math.log(n)));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#narrow")
  void losses(Place at) {
    double far = 60000;
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = of(at, 4, 2, far, -far, 0, 0, 0, 0, 0, 0).requireGradient();
      Tensor labels = Tensor.of(at.device(), DType.I32, Shape.of(4), 1, 0, 0, 0);
      Tensor loss = x.crossEntropy(labels);
      assertThat(loss.dtype()).isEqualTo(at.type());
      near(loss.toDoubleArray(), 1e-2, 2 * far / 4);
      tape.backward(loss);
      near(x.gradient().toDoubleArray(), 1e-2, 0.25, -0.25, -0.125, 0.125, -0.125, 0.125, -0.125, 0.125);
      Tensor soft = of(at, 4, 2, 0, 1, 1, 0, 1, 0, 1, 0);
      near(x.crossEntropyWith(soft).toDoubleArray(), 1e-2, 2 * far / 4);
      // One square is beyond F16, their mean is not.
      near(of(at, 1, 4, 300, 1, 1, 1).sub(of(at, 1, 4, 0, 1, 1, 1)).square().mean().toDoubleArray(), 1e-2, 22500);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#narrow")
  void stepsByLargeAndSmallGradients(Place at) {
    for (double g : new double[] {3000, 1e-4}) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open(); Optimizer adam = Adam.DEFAULT.rate(0.5).optimizer()) {
        Tensor p = of(at, 1, 2, 1, 1).requireGradient();
        Tensor factor = of(at, 1, 2, g, g);
        tape.backward(p.mul(factor).sum());
        try (Tensor norm = Clipping.globalNorm(List.of(p))) {
          near(norm.toDoubleArray(), 2e-2, g * Math.sqrt(2));
        }
        adam.step(List.of(p));
        near(p.toDoubleArray(), 1e-2, 0.5, 0.5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#narrow")
  void recurrentCellsSaturate(Place at) {
    for (RecurrentCell.Kind kind : RecurrentCell.Kind.values()) {
      if (kind == RecurrentCell.Kind.RELU) {
        continue;
      }
      try (Scope _ = Scope.open()) {
        Parameters p = Parameters.on(at.device(), 1);
        RecurrentCell cell = RecurrentCell.of(p, kind, 2, 3);
        RecurrentCell narrow = new RecurrentCell(kind, cell.input().cast(at.type()), cell.hidden().cast(at.type()),
            java.util.Objects.requireNonNull(cell.inputBias()).cast(at.type()),
            java.util.Objects.requireNonNull(cell.hiddenBias()).cast(at.type()), false);
        double[] y = narrow.forward(of(at, 1, 2, 49152, -49152), Pass.inference()).toDoubleArray();
        assertThat(Arrays.stream(y).allMatch(v -> Math.abs(v) <= 1)).as("%s %s %s", at, kind, Arrays.toString(y))
            .isTrue();
      }
    }
  }
}
