package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Copy;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Philox;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op, activation and composition of tensors: the tape's gradients against central differences in float64. */
class GradientsTest {
  private static final Device CPU = Devices.named("cpu");
  private static final long SEED = 20261122;

  static Stream<Activation> activations() {
    return Activations.all().stream();
  }

  @ParameterizedTest
  @MethodSource("activations")
  void activation(Activation f) {
    GradientCheck.check(CPU, f.name(), SEED, in -> positive(f, in.getFirst()).activate(f), Shape.of(3, 5));
  }

  @ParameterizedTest
  @MethodSource("activations")
  void activationBehindAProduct(Activation f) {
    GradientCheck.check(CPU, f.name(), SEED + 1,
        in -> positive(f, in.get(0).matMul(in.get(1)).add(in.get(2))).activate(f),
        Shape.of(3, 4), Shape.of(4, 5), Shape.of(5));
  }

  /** The root's slope at 0 has no difference quotient. */
  private static Tensor positive(Activation f, Tensor x) {
    return f.name().equals("sqrt") ? x.square().add(0.5) : x;
  }

  @ParameterizedTest
  @MethodSource("activations")
  void learnedParameters(Activation f) {
    List<Shape> shapes = new ArrayList<>(List.of(Shape.of(2, 3, 4)));
    List<double[]> values = new ArrayList<>(List.of(new java.util.SplittableRandom(SEED).doubles(24, 0.1, 2).map(
        v -> f.name().equals("sqrt") ? v : v - 1).toArray()));
    f.parameters().forEach(p -> {
      shapes.add(Shape.of(3, 1));
      double v = Double.isInfinite(p.initial()) ? Math.signum(p.initial()) * 0.7 : p.initial();
      values.add(new double[] {v, v * 1.1, v * 0.9});
    });
    GradientCheck.checkAt(CPU, f.name(), SEED, in -> in.getFirst().activate(f, in.subList(1, in.size())), shapes,
        values);
  }

  static Stream<Arguments> ops() {
    return Stream.of(
        op("add", in -> in.get(0).add(in.get(1)), Shape.of(3, 4), Shape.of(4)),
        op("add to itself", in -> in.get(0).add(in.get(0)), Shape.of(3, 4)),
        op("sub", in -> in.get(0).sub(in.get(1)), Shape.of(3, 1), Shape.of(1, 4)),
        op("mul", in -> in.get(0).mul(in.get(1)), Shape.of(2, 3, 4), Shape.of(3, 1)),
        op("div", in -> in.get(0).div(in.get(1).square().add(1)), Shape.of(3, 4), Shape.of(3, 4)),
        op("pow", in -> in.get(0).square().add(0.5).pow(in.get(1)), Shape.of(3, 4), Shape.of(4)),
        op("pow number", in -> in.get(0).square().add(0.5).pow(1.7), Shape.of(3, 4)),
        op("maximum", in -> in.get(0).maximum(in.get(1)), Shape.of(3, 4), Shape.of(3, 4)),
        op("minimum", in -> in.get(0).minimum(in.get(1)), Shape.of(3, 4), Shape.of(4)),
        op("where", in -> in.get(0).where(in.get(0).gt(0.2), in.get(1)), Shape.of(3, 4), Shape.of(3, 4)),
        op("where number", in -> in.get(0).where(in.get(1).gt(0), -3), Shape.of(3, 4), Shape.of(3, 4)),
        op("dropout of all", in -> in.get(0).relu().dropout(1, new Philox(5, 8)), Shape.of(7, 9)),
        op("dropout", in -> in.get(0).relu().dropout(0.4, new Philox(5, 8)), Shape.of(7, 9)),
        op("reshape", in -> in.get(0).reshape(6, 2).mul(in.get(1)), Shape.of(3, 4), Shape.of(6, 2)),
        op("two consumers", in -> {
          Tensor h = in.get(0).tanh();
          return h.mul(h).add(h.sigmoid());
        }, Shape.of(3, 4)),
        op("matmul", in -> in.get(0).matMul(in.get(1)), Shape.of(3, 4), Shape.of(4, 5)),
        op("matmul tn", in -> in.get(0).matMul(in.get(1), MatMul.PLAIN.lhsTransposed()), Shape.of(4, 3),
            Shape.of(4, 5)),
        op("matmul nt", in -> in.get(0).matMul(in.get(1), MatMul.PLAIN.rhsTransposed()), Shape.of(3, 4),
            Shape.of(5, 4)),
        op("matmul tt", in -> in.get(0).matMul(in.get(1), MatMul.PLAIN.lhsTransposed().rhsTransposed()), Shape.of(4, 3),
            Shape.of(5, 4)),
        op("matmul batched", in -> in.get(0).matMul(in.get(1)), Shape.of(2, 3, 4), Shape.of(2, 4, 5)),
        op("matmul shared", in -> in.get(0).matMul(in.get(1)), Shape.of(2, 3, 4), Shape.of(4, 5)),
        op("matmul shared nt", in -> in.get(0).matMul(in.get(1), MatMul.PLAIN.rhsTransposed()), Shape.of(2, 3, 4),
            Shape.of(5, 4)),
        op("matmul shared tn", in -> in.get(0).matMul(in.get(1), MatMul.PLAIN.lhsTransposed()), Shape.of(2, 4, 3),
            Shape.of(4, 5)),
        op("matmul broadcast lhs", in -> in.get(0).matMul(in.get(1)), Shape.of(3, 4), Shape.of(2, 4, 5)),
        op("matmul broadcast both", in -> in.get(0).matMul(in.get(1)), Shape.of(2, 1, 3, 4), Shape.of(3, 4, 2)),
        op("conv", in -> in.get(0).conv2d(in.get(1), Conv2d.stride(1).padding(1)), Shape.of(2, 3, 5, 4),
            Shape.of(4, 3, 3, 3)),
        op("conv stride nhwc",
            in -> in.get(0).conv2d(in.get(1), Conv2d.stride(2).padding(1, 0, 2, 1).layout(Layout.NHWC)),
            Shape.of(2, 5, 6, 4), Shape.of(6, 3, 2, 2 * 2)),
        op("conv groups", in -> in.get(0).conv2d(in.get(1), Conv2d.stride(1).dilation(2, 1).groups(2)),
            Shape.of(2, 4, 5, 4),
            Shape.of(6, 2, 2, 3)),
        op("conv depthwise relu", in -> in.get(0).conv2d(in.get(1), Conv2d.stride(1).padding(1).groups(3)).relu(),
            Shape.of(2, 3, 4, 4), Shape.of(3, 1, 3, 3)),
        op("conv1d", in -> in.get(0).conv1d(in.get(1), Conv2d.stride(1).padding(0, 1, 0, 1)), Shape.of(2, 3, 7),
            Shape.of(4, 3, 3)),
        op("transposed conv", in -> in.get(0).convTranspose2d(in.get(1), Conv2d.stride(2).padding(1), 1),
            Shape.of(2, 4, 3, 3),
            Shape.of(4, 3, 3, 3)),
        op("transposed conv1d", in -> in.get(0).convTranspose1d(in.get(1), Conv2d.stride(3).padding(1), 2),
            Shape.of(2, 4, 3), Shape.of(4, 3, 3)),
        op("transposed conv1d nhwc", in -> in.get(0).convTranspose1d(in.get(1),
            Conv2d.stride(2).padding(1).dilation(1, 2).groups(2).layout(Layout.NHWC), 1), Shape.of(2, 3, 4),
            Shape.of(4, 3, 3)),
        op("transposed conv, more than the stride", in -> in.get(0).convTranspose2d(in.get(1),
            Conv2d.stride(1).padding(1).dilation(3, 2), 2, 1), Shape.of(1, 2, 3, 4), Shape.of(2, 3, 2, 2)),
        op("avg pool ceil", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.AVERAGE, 3, 2,
            Window.UNIT.stride(2, 2).padding(1, 0, 1, 1), Layout.NHWC, true, 0).ceilMode()), Shape.of(2, 5, 6, 3)),
        op("max pool ceil", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.MAX, 2, 2, Window.UNIT.stride(2, 2),
            Layout.NCHW, false, 0).ceilMode()), Shape.of(2, 3, 5, 5)),
        op("lp pool ceil", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.LP, 2, 2, Window.UNIT.stride(2, 2),
            Layout.NCHW, false, 3).ceilMode()), Shape.of(1, 2, 5, 3)),
        op("max pool", in -> in.get(0).maxPool2d(2, 2), Shape.of(2, 3, 5, 4)),
        op("max pool overlapping", in -> in.get(0).maxPool2d(3, 1), Shape.of(2, 2, 5, 4)),
        op("avg pool", in -> in.get(0).avgPool2d(2, 2), Shape.of(2, 3, 4, 4)),
        op("avg pool padded", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.AVERAGE, 3, 2,
            Window.UNIT.stride(2, 1).padding(1, 0, 1, 1), Layout.NHWC, true, 0)), Shape.of(2, 4, 4, 3)),
        op("avg pool uncounted", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.AVERAGE, 3, 3,
            Window.UNIT.stride(2, 2).padding(1, 1, 1, 1), Layout.NCHW, false, 0)), Shape.of(1, 2, 5, 5)),
        op("lp pool", in -> in.get(0).pool2d(new Pool2d(Pool2d.Kind.LP, 2, 2, Window.UNIT, Layout.NCHW, false, 3)),
            Shape.of(2, 2, 3, 3)),
        op("global pools", in -> in.get(0).globalAvgPool2d(Layout.NCHW).add(in.get(0).globalMaxPool2d(Layout.NCHW)),
            Shape.of(2, 3, 3, 3)),
        op("sum", in -> in.get(0).sum(), Shape.of(3, 4)),
        op("sum axis", in -> in.get(0).tanh().sum(1), Shape.of(3, 4, 2)),
        op("mean", in -> in.get(0).square().mean(true, 0, 2), Shape.of(3, 4, 2)),
        op("prod", in -> in.get(0).prod(1), Shape.of(3, 4)),
        op("max", in -> in.get(0).max(1), Shape.of(3, 4)),
        op("min", in -> in.get(0).min(0), Shape.of(3, 4)),
        op("norm 1", in -> in.get(0).norm(1, 1), Shape.of(3, 4)),
        op("norm 2", in -> in.get(0).norm(2), Shape.of(3, 4)),
        op("norm 3", in -> in.get(0).norm(3, 0), Shape.of(3, 4)),
        op("norm inf", in -> in.get(0).norm(Double.POSITIVE_INFINITY, 0), Shape.of(3, 4)),
        op("variance", in -> in.get(0).variance(false, 1), Shape.of(3, 4)),
        op("variance, unbiased", in -> in.get(0).variance(1, false, 1), Shape.of(3, 4)),
        op("std, unbiased", in -> in.get(0).std(1, true, 0), Shape.of(3, 4)),
        op("erfc", in -> in.get(0).erfc(), Shape.of(3, 4)),
        op("log sigmoid", in -> in.get(0).logSigmoid(), Shape.of(3, 4)),
        op("softmax", in -> in.get(0).softmax(-1), Shape.of(3, 5)),
        op("softmax middle", in -> in.get(0).mul(2).softmax(1), Shape.of(2, 4, 3)),
        op("log softmax", in -> in.get(0).logSoftmax(-1), Shape.of(3, 5)),
        op("log sum exp", in -> in.get(0).logSumExp(false, 1), Shape.of(3, 5)),
        op("cross entropy", in -> in.get(0).crossEntropy(labels(in.get(0), 1, 4, 0)), Shape.of(3, 5)),
        op("cross entropy with", in -> in.get(0).crossEntropyWith(in.get(1).softmax(-1)), Shape.of(3, 5),
            Shape.of(3, 5)),
        op("layer norm", in -> in.get(0).layerNorm(in.get(1), in.get(2)), Shape.of(3, 5), Shape.of(5), Shape.of(5)),
        op("layer norm plain", in -> in.get(0).layerNorm(null, null), Shape.of(3, 5)),
        op("rms norm", in -> in.get(0).rmsNorm(in.get(1)), Shape.of(3, 5), Shape.of(5)),
        op("group norm", in -> in.get(0).groupNorm(2, in.get(1), in.get(2)), Shape.of(2, 4, 3, 2), Shape.of(4),
            Shape.of(4)),
        op("instance norm", in -> in.get(0).instanceNorm(in.get(1), in.get(2)), Shape.of(2, 3, 3, 2), Shape.of(3),
            Shape.of(3)),
        op("batch norm gelu residual", in -> Normalize.over(0, 2, 3).activation(Activations.GELU)
            .apply(in.get(0), in.get(1), in.get(2), in.get(3)).y(), Shape.of(2, 3, 3, 2), Shape.of(3, 1, 1),
            Shape.of(3, 1, 1),
            Shape.of(2, 3, 3, 2)),
        op("statistics", in -> {
          Normalize.Result r = Normalize.over(1).apply(in.get(0), null, null, null);
          return r.y().mul(r.variance()).add(r.mean());
        }, Shape.of(3, 5)),
        op("transpose", in -> in.get(0).transpose(2, 0, 1).mul(in.get(1)), Shape.of(2, 3, 4), Shape.of(4, 2, 3)),
        op("slice", in -> in.get(0).slice(1, 1, 4), Shape.of(3, 5)),
        op("slice step", in -> in.get(0).slice(1, 4, -1, -2), Shape.of(3, 5)),
        op("select", in -> in.get(0).select(0, 2), Shape.of(3, 5)),
        op("flip", in -> in.get(0).flip(0).mul(in.get(0)), Shape.of(3, 5)),
        op("pad", in -> in.get(0).pad(1, 2, 1, 7), Shape.of(3, 5)),
        op("crop", in -> in.get(0).pad(1, -2, 1, 7), Shape.of(3, 5)),
        op("tile", in -> in.get(0).tile(2, 3), Shape.of(3, 2)),
        op("any copy", in -> Launcher.run("copy", Copy.of(new Copy.Axis(3, 1, 2, 0, 1), Copy.Axis.repeat(2),
            new Copy.Axis(6, 0, -1, 1, 2)), in).getFirst(), Shape.of(3, 4, 1)),
        op("broadcastTo", in -> in.get(0).broadcastTo(Shape.of(4, 3, 2)), Shape.of(3, 1)),
        op("concat", in -> Tensor.concat(1, List.of(in.get(0), in.get(1), in.get(0))), Shape.of(3, 2), Shape.of(3, 4)),
        op("stack", in -> Tensor.stack(0, List.of(in.get(0), in.get(1))), Shape.of(3, 2), Shape.of(3, 2)),
        op("split", in -> {
          List<Tensor> parts = in.get(0).split(1, 2, 1, 2);
          return parts.get(0).mul(parts.get(2)).add(parts.get(0));
        }, Shape.of(3, 5)),
        op("cast", in -> in.get(0).cast(DType.F64).tanh(), Shape.of(3, 2)),
        op("gather", in -> in.get(0).gather(0, labels(in.get(0), 3, 0, 3, 2)), Shape.of(4, 3)),
        op("gather axis 1", in -> in.get(0).gather(1, labels(in.get(0), 1, 1, 0)), Shape.of(4, 3, 2)),
        op("gather elements", in -> in.get(0).gatherElements(1, labels(in.get(0), 1, 2, 0, 0, 1, 1).reshape(3, 2)),
            Shape.of(3, 4)),
        op("scatter add", in -> in.get(0).scatterAdd(0, 5, labels(in.get(0), 1, 4, 1)), Shape.of(3, 4)),
        op("cumsum", in -> in.get(0).cumSum(1), Shape.of(3, 4)),
        op("sort", in -> in.get(0).sort(1, true).values(), Shape.of(3, 4)),
        op("top k", in -> in.get(0).topK(0, 2).values(), Shape.of(4, 3)),
        op("maxout", in -> in.get(0).maxout(1, 2), Shape.of(3, 4)),
        op("crelu", in -> in.get(0).crelu(1), Shape.of(3, 4)));
  }

  private static Arguments op(String name, GradientCheck.Body f, Shape... shapes) {
    return arguments(name, f, shapes);
  }

  /** Labels on the device of {@code like}. */
  private static Tensor labels(Tensor like, long... values) {
    double[] wide = java.util.Arrays.stream(values).asDoubleStream().toArray();
    return Tensor.of(like.device(), DType.I64, Shape.of(values.length), wide);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ops")
  void matchesCentralDifferences(String name, GradientCheck.Body f, Shape[] shapes) {
    GradientCheck.check(CPU, name, SEED, f, shapes);
  }

  /** The CPU's gradients were compared with difference quotients: here the other devices' are with the CPU's. */
  @Test
  void otherDevicesAgree() {
    for (Device device : Devices.all()) {
      if (device.name().equals("cpu") || !device.info().dtypes().contains(DType.F64)) {
        continue;
      }
      ops().forEach(a -> {
        GradientCheck.Body f = (GradientCheck.Body) a.get()[1];
        Shape[] shapes = (Shape[]) a.get()[2];
        List<double[]> expected = GradientCheck.gradients(CPU, SEED, f, shapes);
        List<double[]> got = GradientCheck.gradients(device, SEED, f, shapes);
        for (int i = 0; i < got.size(); i++) {
          for (int j = 0; j < got.get(i).length; j++) {
            double error = Math.abs(got.get(i)[j] - expected.get(i)[j]);
            assertThat(error <= 1e-12 * (1 + Math.abs(expected.get(i)[j])))
                .as("%s on %s: gradient with respect to input %d[%d]: %s, on the cpu %s",
                    a.get()[0], device.name(), i, j, got.get(i)[j], expected.get(i)[j])
                .isTrue();
          }
        }
      });
    }
  }

  @Test
  void productWithZeros() {
    for (double[] x : new double[][] {{0, 2, 3}, {0, 0, 3}, {1, 2, 3}}) {
      GradientCheck.checkAt(CPU, "prod with zeros", SEED, in -> in.getFirst().prod(), List.of(Shape.of(3)), List.of(x));
    }
  }
}
