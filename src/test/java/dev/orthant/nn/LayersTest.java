package dev.orthant.nn;

import static dev.orthant.nn.LayerCheck.CPU;
import static dev.orthant.nn.LayerCheck.SEED;
import static dev.orthant.nn.LayerCheck.drawn;
import static dev.orthant.nn.LayerCheck.parameters;
import static dev.orthant.nn.LayerCheck.stirred;
import static dev.orthant.nn.LayerCheck.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LayersTest {
  private static final Shape IMAGES = Shape.of(2, 4, 3, 4);

  static Stream<Arguments> layers() {
    Parameters p = parameters();
    Conv2d nhwc = Conv2d.stride(1).layout(Layout.NHWC);
    return Stream.of(
        layer(Linear.of(p, 3, 2), Shape.of(4, 3), Shape.of(4, 2)),
        layer(Linear.plain(p, 3, 2, Initializer.orthogonal(1)), Shape.of(2, 4, 3), Shape.of(2, 4, 2)),
        layer(Conv.of(p, 4, 2, 3, Conv2d.stride(1).padding(1)), IMAGES, Shape.of(2, 2, 3, 4)),
        layer(Conv.of(p, 4, 6, 2, 3, nhwc.groups(2), Initializer.xavier()), IMAGES, Shape.of(2, 3, 1, 6)),
        layer(Conv.plain(p, 4, 4, 1, Conv2d.stride(2).groups(4)), IMAGES, Shape.of(2, 4, 2, 2)),
        layer(ConvTranspose.of(p, 4, 2, 3, Conv2d.stride(2), 1), IMAGES, Shape.of(2, 2, 8, 10)),
        layer(ConvTranspose.of(p, 4, 2, 2, nhwc, 0), IMAGES, Shape.of(2, 5, 4, 2)),
        layer(Activate.of(Activations.ELU, 0.7), IMAGES, IMAGES),
        layer(LearnedActivation.of(p, Activations.PRELU, 4, Layout.NCHW), IMAGES, IMAGES),
        layer(LearnedActivation.of(p, Activations.PRELU, 4, Layout.NHWC), IMAGES, IMAGES),
        layer(LearnedActivation.of(p, Activations.PRELU, 1, Layout.NCHW), IMAGES, IMAGES),
        layer(LearnedActivation.of(p, Activations.SWISH, 3, Layout.NCHW), Shape.of(4, 3), Shape.of(4, 3)),
        layer(new Flatten(), IMAGES, Shape.of(2, 48)),
        layer(PoolLayer.max(2, 1, Layout.NCHW), IMAGES, Shape.of(2, 4, 2, 3)),
        layer(PoolLayer.average(2, 2, Layout.NHWC), IMAGES, Shape.of(2, 2, 1, 4)),
        layer(new GlobalAveragePool(Layout.NCHW), IMAGES, Shape.of(2, 4)),
        layer(new GlobalAveragePool(Layout.NHWC), IMAGES, Shape.of(2, 4)),
        layer(new Dropout(0.4), IMAGES, IMAGES),
        layer(LayerNorm.of(p, 4), IMAGES, IMAGES),
        layer(LayerNorm.of(p, 3, 4), IMAGES, IMAGES),
        layer(RmsNorm.of(p, 4), IMAGES, IMAGES),
        layer(GroupNorm.of(p, 4, 2, Layout.NCHW), IMAGES, IMAGES),
        layer(GroupNorm.of(p, 4, 2, Layout.NHWC), IMAGES, IMAGES),
        layer(GroupNorm.of(p, 4, 1, Layout.NCHW), Shape.of(3, 4), Shape.of(3, 4)),
        layer(new Maxout(1, 2), IMAGES, Shape.of(2, 2, 3, 4)),
        layer(new CRelu(3), IMAGES, Shape.of(2, 4, 3, 8)),
        layer(Residual.of(Linear.of(p, 3, 3)), Shape.of(4, 3), Shape.of(4, 3)),
        layer(new Residual(Linear.of(p, 3, 2), Linear.of(p, 3, 2)), Shape.of(4, 3), Shape.of(4, 2)),
        layer(Sequential.of(Conv.of(p, 4, 2, 2, Conv2d.stride(1)), Activate.of(Activations.TANH), new Flatten(),
            new Dropout(0.2), Linear.of(p, 12, 3)), IMAGES, Shape.of(2, 3)));
  }

  private static Arguments layer(Layer layer, Shape in, Shape out) {
    return Arguments.of(layer.getClass().getSimpleName() + " of " + in, layer, in, out);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void hasItsShapeAndItsGradients(String name, Layer layer, Shape in, Shape out) {
    try (layer) {
      stirred(layer);
      try (Scope _ = Scope.open()) {
        Tensor x = tensor(drawn(SEED, in.elements()), in.dims());
        assertThat(layer.forward(x, Pass.inference()).shape()).isEqualTo(out);
        assertThat(x.isClosed()).isFalse();
      }
      LayerCheck.gradients(name, layer, x -> layer.forward(x.getFirst(), LayerCheck.training()), in);
    }
    layer.variables().forEach(v -> assertThat(v.tensor().isClosed()).isTrue());
  }

  @Test
  void groupNormIsAsWrittenOutInBothLayouts() {
    try (GroupNorm norm = stirred(GroupNorm.of(parameters(), 4, 2, Layout.NHWC)); Scope _ = Scope.open()) {
      double[] x = drawn(SEED, 24);
      double[] y = new double[24];
      double[] gamma = norm.gamma().toDoubleArray();
      double[] beta = norm.beta().toDoubleArray();
      for (int g = 0; g < 2; g++) {
        double mean = 0;
        double square = 0;
        for (int i = 0; i < 24; i++) {
          mean += i % 4 / 2 == g ? x[i] / 12 : 0;
        }
        for (int i = 0; i < 24; i++) {
          square += i % 4 / 2 == g ? (x[i] - mean) * (x[i] - mean) / 12 : 0;
        }
        for (int i = 0; i < 24; i++) {
          if (i % 4 / 2 == g) {
            y[i] = (x[i] - mean) / Math.sqrt(square + 1e-5) * gamma[i % 4] + beta[i % 4];
          }
        }
      }
      Tensor in = tensor(x, 1, 2, 3, 4);
      LayerCheck.close("group norm", norm.forward(in, Pass.inference()), y);
      GroupNorm other = new GroupNorm(norm.gamma(), norm.beta(), 2, Layout.NCHW, norm.epsilon());
      LayerCheck.close("group norm NCHW",
          other.forward(in.transpose(0, 3, 1, 2), Pass.inference()).transpose(0, 2, 3, 1), y);
    }
  }

  @Test
  void anEmbeddingPicksRowsAndLearnsThem() {
    try (Embedding embedding = Embedding.of(parameters(), 5, 3);
        Tensor ids = Tensor.of(CPU, DType.I64, Shape.of(2, 2), 4, 0, 4, 2);
        Tensor wrong = Tensor.of(CPU, DType.I32, Shape.of(1), 5)) {
      double[] w = embedding.weight().toDoubleArray();
      double[] expected = new double[12];
      int[] rows = {4, 0, 4, 2};
      for (int i = 0; i < 12; i++) {
        expected[i] = w[rows[i / 3] * 3 + i % 3];
      }
      try (Tensor y = embedding.forward(ids, Pass.inference())) {
        assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 3));
        LayerCheck.close("embedding", y, expected);
      }
      LayerCheck.byParameters("embedding", embedding, () -> embedding.forward(ids, LayerCheck.training()).square());
      assertThatThrownBy(() -> embedding.forward(wrong, Pass.inference())).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("0 to 4");
    }
  }

  @Test
  void variablesAreNamedByTheirPlace() {
    Parameters p = parameters();
    try (Sequential net = new Sequential(List.of("stem", "tail"),
        List.of(Sequential.of(Linear.of(p, 2, 3), new Flatten(), BatchNorm.of(p, 3, Layout.NCHW)),
            Residual.of(Linear.of(p, 3, 3))))) {
      assertThat(net.variables()).extracting(Variable::name).containsExactly("stem.0.weight", "stem.0.bias",
          "stem.2.weight", "stem.2.bias", "stem.2.running_mean", "stem.2.running_var", "tail.block.weight",
          "tail.block.bias");
      assertThat(net.parameters()).hasSize(6).allMatch(Tensor::requiresGradient);
    }
    assertThatThrownBy(() -> new Sequential(List.of("a", "a"), List.of(new Flatten(), new Flatten())))
        .isInstanceOf(InvalidInputException.class).hasMessageContaining("all different");
  }

  @Test
  void observersSeeEveryActivation() {
    List<String> seen = new ArrayList<>();
    Parameters p = parameters();
    try (Sequential net = Sequential.of(Linear.of(p, 2, 2), Activate.of(Activations.RELU), Linear.of(p, 2, 2),
        LearnedActivation.of(p, Activations.PRELU, 2, Layout.NCHW).named("second")); Scope _ = Scope.open()) {
      List<Double> largest = new ArrayList<>();
      Pass pass = Pass.inference().observedBy((name, y) -> {
        seen.add(name);
        largest.add(y.max().toDoubleArray()[0]);
      });
      double[] y = net.forward(tensor(drawn(SEED, 4), 2, 2), pass).toDoubleArray();
      assertThat(seen).containsExactly("relu", "second");
      assertThat(largest.getLast()).isEqualTo(java.util.Arrays.stream(y).max().orElseThrow());
    }
  }

  @Test
  void whatIsBetweenLayersIsClosedAndFused() {
    Parameters p = parameters();
    try (Sequential net = Sequential.of(Linear.of(p, 2, 2), Activate.of(Activations.RELU), new Dropout(0.5));
        Scope _ = Scope.open()) {
      Tensor x = tensor(drawn(SEED, 4), 2, 2);
      long before = CPU.stats().launches();
      net.forward(x, Pass.inference()).evaluate();
      assertThat(CPU.stats().launches() - before).isEqualTo(1);
      assertThat(Sequential.of().forward(x, Pass.inference())).isSameAs(x);
    }
  }

  @Test
  void dropoutDropsInTrainingOnlyAndDiffersFromPassToPass() {
    try (Scope _ = Scope.open()) {
      Tensor ones = Tensor.full(CPU, DType.F64, Shape.of(1000), 1);
      Dropout layer = new Dropout(0.25);
      assertThat(layer.forward(ones, Pass.inference()).toDoubleArray()).containsOnly(1);
      Pass pass = LayerCheck.training();
      double[] first = layer.forward(ones, pass).toDoubleArray();
      assertThat(first).containsOnly(0, 1 / 0.75);
      assertThat(java.util.Arrays.stream(first).filter(v -> v == 0).count()).isBetween(200L, 300L);
      assertThat(layer.forward(ones, pass).toDoubleArray()).isNotEqualTo(first);
    }
    assertThatThrownBy(() -> new Dropout(1.01)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new Attention(false, Double.NaN)).isInstanceOf(InvalidInputException.class);
  }

  /** Whatever the elements are; of 0 · ∞ there would be NaN. */
  @Test
  void dropoutOfAllGivesZeros() {
    for (DType type : new DType[] {DType.F16, DType.BF16, DType.F32, DType.F64}) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor x = Tensor.of(CPU, type, Shape.of(4), 1, Double.POSITIVE_INFINITY, Double.NaN, -2).requireGradient();
        Tensor y = new Dropout(1).forward(x, LayerCheck.training());
        assertThat(y.toDoubleArray()).containsOnly(0);
        tape.backward(y, Tensor.full(CPU, type, Shape.of(4), Double.POSITIVE_INFINITY));
        assertThat(java.util.Objects.requireNonNull(x.gradient()).toDoubleArray()).containsOnly(0);
      }
    }
  }

  @Test
  void badChannelsAreRefused() {
    assertThatThrownBy(() -> Conv.of(parameters(), 4, 3, 3, Conv2d.stride(1).groups(2)))
        .isInstanceOf(ShapeException.class).hasMessageContaining("2 groups");
    assertThatThrownBy(() -> GroupNorm.of(parameters(), 4, 3, Layout.NCHW)).isInstanceOf(ShapeException.class)
        .hasMessageContaining("3 groups");
  }
}
