package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Philox;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is one launch, and what is not: counted, not assumed. */
final class FusionTest {
  private final ReferenceDevice device = ReferenceDevice.named("cpu");
  private Scope scope = Scope.open();

  @BeforeEach
  void open() {
    scope.close();
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
    assertThat(device.stats().liveBuffers()).as("buffers left open").isZero();
  }

  private Tensor tensor(Shape shape) {
    float[] v = new float[(int) shape.elements()];
    for (int i = 0; i < v.length; i++) {
      v[i] = (i * 7 % 11 - 5) / 4f;
    }
    return Tensor.of(device, shape, v);
  }

  private long launches(Runnable work) {
    long before = device.stats().launches();
    work.run();
    return device.stats().launches() - before;
  }

  @Test
  void productBiasAndActivationAreOneLaunch() {
    Tensor x = tensor(Shape.of(2, 3));
    Tensor w = tensor(Shape.of(3, 4));
    Tensor b = tensor(Shape.of(4));
    assertThat(launches(() -> x.matMul(w).add(b).relu().toFloatArray())).isEqualTo(1);
    assertThat(launches(() -> x.matMul(w).mul(0.5).add(b).add(tensor(Shape.of(2, 4))).gelu().mul(3).toFloatArray()))
        .isEqualTo(1);
    assertThat(launches(() -> b.add(x.matMul(w)).toFloatArray())).as("the product on the right").isEqualTo(1);
  }

  @Test
  void dropoutJoinsWhatIsBeforeIt() {
    Tensor x = tensor(Shape.of(4, 5));
    Philox noise = new Philox(1, 0);
    assertThat(launches(() -> x.mul(2).relu().dropout(0.5, noise).add(x).toFloatArray())).isEqualTo(1);
    Tensor w = tensor(Shape.of(5, 3));
    assertThat(launches(() -> x.matMul(w).relu().dropout(0.5, noise).toFloatArray())).as("an epilogue draws nothing")
        .isEqualTo(2);
  }

  @Test
  void reductionsTakeInWhatTheyRead() {
    Tensor x = tensor(Shape.of(4, 5));
    Tensor y = tensor(Shape.of(5));
    assertThat(launches(() -> x.sub(y).square().mean(1).toFloatArray())).isEqualTo(1);
    assertThat(launches(() -> x.mul(0.5).where(x.gt(0), -1e9).softmax(-1).toFloatArray())).as("a mask is stored")
        .isEqualTo(2);
    assertThat(
        launches(() -> Normalize.over(-1).activation(Activations.GELU).apply(x.add(1), y, y, x).y().toFloatArray()))
        .as("norm, scale, shift, residual, activation").isEqualTo(1);
    Tensor labels = Tensor.of(device, DType.I32, Shape.of(4), 0, 1, 2, 3);
    assertThat(launches(() -> x.add(y).crossEntropy(labels).toFloatArray())).as("rows, and their mean").isEqualTo(2);
    Tensor shared = x.mul(3);
    assertThat(launches(() -> {
      shared.evaluate();
      shared.sum().toFloatArray();
      shared.max().toFloatArray();
    })).as("what others have computed is read").isEqualTo(3);
  }

  @Test
  void aProductDoesNotReadMasksOrWholeNumbers() {
    Tensor x = tensor(Shape.of(2, 3));
    Tensor w = tensor(Shape.of(3, 4));
    Tensor mask = x.matMul(w).gt(0).evaluate();
    float[] expected = x.matMul(w).evaluate().mul(2).where(mask, -1).toFloatArray();
    assertThat(launches(() -> assertThat(x.matMul(w).mul(2).where(mask, -1).toFloatArray()).isEqualTo(expected)))
        .isEqualTo(2);
  }

  @Test
  void convolutionBiasResidualAndActivationAreOneLaunch() {
    Tensor x = tensor(Shape.of(1, 2, 5, 5));
    Tensor w = tensor(Shape.of(2, 2, 3, 3));
    Tensor y = x.conv2d(w, Conv2d.stride(1).padding(1)).addChannelBias(tensor(Shape.of(2)), Layout.NCHW).add(x)
        .prelu(tensor(Shape.of(2, 1, 1)));
    assertThat(launches(y::toFloatArray)).isEqualTo(1);
  }

  @Test
  void chainsOfPointwiseWorkAreOneLaunch() {
    Tensor x = tensor(Shape.of(6));
    Tensor y = tensor(Shape.of(6));
    assertThat(launches(() -> x.mul(y).add(x.sub(y).abs()).tanh().toFloatArray())).isEqualTo(1);
    assertThat(launches(() -> x.mul(x).exp().toFloatArray())).isEqualTo(1);
  }

  @Test
  void twoProductsAreTwoLaunches() {
    Tensor x = tensor(Shape.of(2, 3));
    Tensor w = tensor(Shape.of(3, 4));
    assertThat(launches(() -> x.matMul(w).add(x.matMul(w)).relu().toFloatArray())).isEqualTo(2);
    Tensor v = tensor(Shape.of(4, 2));
    assertThat(launches(() -> x.matMul(w).relu().matMul(v).relu().toFloatArray())).as("a network of two layers")
        .isEqualTo(2);
  }

  @Test
  void aSecondConsumerSharesTheFirstLaunch() {
    Tensor h = tensor(Shape.of(2, 3)).matMul(tensor(Shape.of(3, 4)));
    Tensor a = h.relu();
    Tensor b = h.tanh();
    assertThat(launches(() -> {
      a.toFloatArray();
      b.toFloatArray();
    })).as("product, relu, tanh").isEqualTo(3);
    assertThat(launches(h::toFloatArray)).as("already there").isZero();
  }

  @Test
  void readingTwiceLaunchesOnce() {
    Tensor y = tensor(Shape.of(3)).exp();
    assertThat(launches(() -> {
      y.toFloatArray();
      y.toFloatArray();
    })).isEqualTo(1);
  }

  @Test
  void aBroadcastGrowsTheResultAndSoEndsTheProduct() {
    Tensor row = tensor(Shape.of(1, 3)).matMul(tensor(Shape.of(3, 4)));
    assertThat(launches(() -> row.add(tensor(Shape.of(5, 4))).toFloatArray())).isEqualTo(2);
  }

  @Test
  void nothingUnusedIsComputed() {
    assertThat(launches(() -> tensor(Shape.of(2, 3)).matMul(tensor(Shape.of(3, 4))).relu().close())).isZero();
  }

  @Test
  void fusedAndUnfusedGiveTheSameNumbers() {
    Tensor x = tensor(Shape.of(4, 3));
    Tensor w = tensor(Shape.of(3, 5));
    Tensor b = tensor(Shape.of(5));
    float[] fused = x.matMul(w).add(b).swish(0.7).mul(2).toFloatArray();
    Tensor p = x.matMul(w).evaluate();
    Tensor q = p.add(b).evaluate();
    Tensor r = q.swish(0.7).evaluate();
    float[] unfused = r.mul(2).toFloatArray();
    for (int i = 0; i < fused.length; i++) {
      assertThat(fused[i]).isCloseTo(unfused[i], within(1e-5f));
    }
  }

  @Test
  void longChainsEndBeforeTheFormulaGrowsWithoutBound() {
    Tensor y = tensor(Shape.of(4));
    for (int i = 0; i < 200; i++) {
      y = y.mul(0.99).add(y.tanh());
    }
    Tensor last = y;
    long n = launches(last::toFloatArray);
    assertThat(device.stats().launches()).isBetween(200L, 400L);
    assertThat(n).as("left for the end").isLessThanOrEqualTo(20);
  }

  @Test
  void manyOperandsAreSplit() {
    Tensor y = tensor(Shape.of(4));
    for (int i = 0; i < 40; i++) {
      y = y.add(tensor(Shape.of(4)));
    }
    float[] got = y.toFloatArray();
    assertThat(got[1]).isCloseTo(41 * tensor(Shape.of(4)).toFloatArray()[1], within(1e-3f));
    assertThat(device.stats().launches()).isBetween(3L, 8L);
  }

  @Test
  void userMadeActivationsFuse() {
    var snake = dev.orthant.expr.Activation.define("snake", (v, a) -> v.plus(a.times(v).sin().squared().div(a)),
        dev.orthant.expr.Parameter.perChannel("frequency", 1.0));
    Tensor y =
        tensor(Shape.of(2, 3)).matMul(tensor(Shape.of(3, 4))).activate(snake, List.of(tensor(Shape.of(4)).add(3)));
    assertThat(launches(y::toFloatArray)).as("the slope, then product and activation").isEqualTo(2);
  }

  @Test
  void halfPrecisionFusesInItsOwnType() {
    Tensor x = Tensor.of(device, DType.BF16, Shape.of(2, 2), 1, 2, 3, 4);
    Tensor y = x.matMul(x).add(x).activate(Activations.RELU);
    assertThat(y.dtype()).isEqualTo(DType.BF16);
    assertThat(launches(y::toFloatArray)).isEqualTo(1);
    assertThat(y.toDoubleArray()).containsExactly(8, 12, 18, 26);
  }
}
