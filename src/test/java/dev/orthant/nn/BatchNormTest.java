package dev.orthant.nn;

import static dev.orthant.nn.LayerCheck.SEED;
import static dev.orthant.nn.LayerCheck.drawn;
import static dev.orthant.nn.LayerCheck.parameters;
import static dev.orthant.nn.LayerCheck.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BatchNormTest {
  private static final int C = 3;
  private static final double EPSILON = 1e-5;

  static Stream<Arguments> batches() {
    return Stream.of(Arguments.of(Layout.NCHW, Shape.of(2, C, 3, 2)), Arguments.of(Layout.NHWC, Shape.of(2, 3, 2, C)),
        Arguments.of(Layout.NCHW, Shape.of(5, C)), Arguments.of(Layout.NHWC, Shape.of(5, C)),
        Arguments.of(Layout.NCHW, Shape.of(2, C, 4)), Arguments.of(Layout.NHWC, Shape.of(2, 4, C)));
  }

  /** The channel of element {@code i}. */
  private static int channel(Layout layout, Shape shape, int i) {
    long inner = layout == Layout.NHWC ? 1 : shape.slice(2, shape.rank()).elements();
    return (int) (i / inner % C);
  }

  /** Mean and variance (by the count) of each channel. */
  private static double[][] statistics(Layout layout, Shape shape, double[] x) {
    double[] mean = new double[C];
    double[] variance = new double[C];
    double count = x.length / (double) C;
    for (int i = 0; i < x.length; i++) {
      mean[channel(layout, shape, i)] += x[i] / count;
    }
    for (int i = 0; i < x.length; i++) {
      int c = channel(layout, shape, i);
      variance[c] += (x[i] - mean[c]) * (x[i] - mean[c]) / count;
    }
    return new double[][] {mean, variance};
  }

  private static double[] apply(BatchNorm norm, Shape shape, double[] x, double[] mean, double[] variance,
      double[] residual) {
    double[] gamma = norm.gamma().toDoubleArray();
    double[] beta = norm.beta().toDoubleArray();
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = channel(norm.layout(), shape, i);
      y[i] = Math.max(0,
          (x[i] - mean[c]) / Math.sqrt(variance[c] + EPSILON) * gamma[c] + beta[c] + residual[i]);
    }
    return y;
  }

  @ParameterizedTest
  @MethodSource("batches")
  void isAsWrittenOutAndFollowsTheBatches(Layout layout, Shape shape) {
    try (BatchNorm norm =
        LayerCheck.stirred(BatchNorm.of(parameters(), C, layout).activation(Activations.RELU).momentum(0.3));
        Scope _ = Scope.open()) {
      double[] running = {0, 0, 0};
      double[] spread = {1, 1, 1};
      int n = (int) shape.elements();
      double unbiased = n / (double) C / (n / (double) C - 1);
      double[] residual = drawn(SEED + 9, n);
      for (int step = 0; step < 2; step++) {
        double[] x = drawn(SEED + step, n);
        double[][] batch = statistics(layout, shape, x);
        Tensor y = norm.forward(tensor(x, shape.dims()), tensor(residual, shape.dims()), LayerCheck.training());
        LayerCheck.close("training", y, apply(norm, shape, x, batch[0], batch[1], residual));
        for (int c = 0; c < C; c++) {
          running[c] = 0.7 * running[c] + 0.3 * batch[0][c];
          spread[c] = 0.7 * spread[c] + 0.3 * batch[1][c] * unbiased;
        }
        LayerCheck.close("running mean", norm.mean(), running);
        LayerCheck.close("running variance", norm.variance(), spread);
      }
      double[] x = drawn(SEED + 5, n);
      LayerCheck.close("inference",
          norm.forward(tensor(x, shape.dims()), tensor(residual, shape.dims()), Pass.inference()),
          apply(norm, shape, x, running, spread, residual));
      LayerCheck.close("inference, nothing added", norm.forward(tensor(x, shape.dims()), Pass.inference()),
          apply(norm, shape, x, running, spread, new double[n]));
      LayerCheck.close("inference leaves the running mean", norm.mean(), running);
    }
  }

  @ParameterizedTest
  @MethodSource("batches")
  void gradients(Layout layout, Shape shape) {
    try (BatchNorm norm = LayerCheck.stirred(BatchNorm.of(parameters(), C, layout).activation(Activations.SILU))) {
      LayerCheck.gradients("training", norm, in -> norm.forward(in.get(0), in.get(1), LayerCheck.training()), shape,
          shape);
      LayerCheck.gradients("inference", norm, in -> norm.forward(in.get(0), in.get(1), Pass.inference()), shape,
          shape);
    }
  }

  @Test
  void inferenceJoinsTheConvolution() {
    Parameters p = Parameters.on(LayerCheck.CPU, SEED);
    try (Conv conv = Conv.plain(p, 2, C, 3, Conv2d.stride(1).padding(1));
        BatchNorm norm = BatchNorm.of(p, C, Layout.NCHW).activation(Activations.RELU); Scope _ = Scope.open()) {
      Tensor x = Tensor.of(LayerCheck.CPU, DType.F32, Shape.of(1, 2, 4, 4), drawn(SEED, 32));
      long before = LayerCheck.CPU.stats().launches();
      norm.forward(conv.forward(x, Pass.inference()), Pass.inference()).evaluate();
      assertThat(LayerCheck.CPU.stats().launches() - before).isEqualTo(1);
    }
  }

  @Test
  void theActivationIsShownToTheObserver() {
    List<String> seen = new ArrayList<>();
    try (BatchNorm norm = BatchNorm.of(parameters(), C, Layout.NCHW); Scope _ = Scope.open()) {
      Tensor x = tensor(drawn(SEED, 15), 5, C);
      Pass pass = LayerCheck.training().observedBy((name, y) -> seen.add(name + y.shape()));
      norm.forward(x, pass);
      norm.activation(Activations.GELU).forward(x, pass);
    }
    assertThat(seen).containsExactly("gelu(5, 3)");
  }

  @Test
  void halfPrecisionKeepsItsType() {
    Parameters p = new Parameters(LayerCheck.CPU, DType.F16, new dev.orthant.tensor.RandomStream(SEED));
    try (BatchNorm norm = BatchNorm.of(p, C, Layout.NCHW); Scope _ = Scope.open()) {
      assertThat(norm.mean().dtype()).isEqualTo(DType.F32);
      Tensor x = Tensor.of(LayerCheck.CPU, DType.F16, Shape.of(2, C), 1, 2, 3, 3, 2, 1);
      assertThat(norm.forward(x, LayerCheck.training()).dtype()).isEqualTo(DType.F16);
      assertThat(norm.mean().toDoubleArray()).hasSize(C);
      assertThat(norm.forward(x, Pass.inference()).dtype()).isEqualTo(DType.F16);
    }
  }

  @Test
  void badBatchesAreRefused() {
    try (BatchNorm norm = BatchNorm.of(parameters(), C, Layout.NCHW); Scope _ = Scope.open()) {
      assertThatThrownBy(() -> norm.forward(tensor(drawn(SEED, 3), 1, C), LayerCheck.training()))
          .isInstanceOf(ShapeException.class).hasMessageContaining("at least 2 values per channel");
      assertThatThrownBy(() -> norm.forward(tensor(drawn(SEED, 8), 2, 4), Pass.inference()))
          .isInstanceOf(ShapeException.class).hasMessageContaining("3 channels");
    }
  }
}
