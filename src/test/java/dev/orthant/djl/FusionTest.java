package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import dev.orthant.djl.types.DeviceNames;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What DJL's layers and blocks are launched as, on every device: counted, not assumed. */
class FusionTest {
  private static final Engine ENGINE = Engine.getEngine(OrthantEngine.NAME);

  static Stream<Device> devices() {
    return MemoryTest.devices();
  }

  /** How many kernels are launched until the first result is there. */
  private static long launches(Device device, Supplier<NDList> work) {
    long before = DeviceNames.named(device).stats().launches();
    work.get().forEach(NDArray::toByteBuffer);
    return DeviceNames.named(device).stats().launches() - before;
  }

  /** Numbers that go up and down, as the arrays' elements. */
  private static NDArray numbers(NDManager m, long... shape) {
    Shape s = new Shape(shape);
    float[] values = new float[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 11 - 5) / 4f;
    }
    return m.create(values, s);
  }

  private static NDArrayEx ex(NDArray x) {
    return x.getNDArrayInternal();
  }

  private static NDList relu(NDArray x) {
    return new NDList(ex(x).relu());
  }

  // ---- layers ------------------------------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("devices")
  void productBiasAndActivationAreOneLaunch(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray x = numbers(m, 4, 6);
      NDArray w = numbers(m, 5, 6);
      NDArray b = numbers(m, 5);
      assertThat(launches(device, () -> relu(ex(x).linear(x, w, b).singletonOrThrow()))).isEqualTo(1);
      assertThat(launches(device, () -> new NDList(ex(ex(x).linear(x, w, b).singletonOrThrow()).gelu()))).isEqualTo(1);
      NDArray residual = numbers(m, 4, 5);
      assertThat(launches(device, () -> relu(ex(x).linear(x, w, b).singletonOrThrow().add(residual)))).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void convolutionAndActivationAreOneLaunch(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray x = numbers(m, 2, 3, 6, 6);
      assertThat(launches(device, () -> relu(convolved(m, x)))).isEqualTo(1);
      NDArray residual = numbers(m, 2, 4, 6, 6);
      assertThat(launches(device, () -> relu(convolved(m, x).add(residual)))).isEqualTo(1);
    }
  }

  private static NDArray convolved(NDManager m, NDArray x) {
    Shape one = new Shape(1, 1);
    return ex(x).convolution(x, numbers(m, 4, 3, 3, 3), numbers(m, 4), one, one, one, 1).singletonOrThrow();
  }

  private static NDArray normalized(NDManager m, NDArray x, boolean training) {
    return ex(x).batchNorm(x, m.zeros(new Shape(4)), m.ones(new Shape(4)), numbers(m, 4), numbers(m, 4), 1, 0.9f,
        1e-5f, training).singletonOrThrow();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void inInferenceABatchNormIsPartOfTheConvolution(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray x = numbers(m, 2, 3, 6, 6);
      NDArray residual = numbers(m, 2, 4, 6, 6);
      NDArray[] made = {m.zeros(new Shape(4)), m.ones(new Shape(4))};
      new NDList(made).forEach(NDArray::toByteBuffer);
      NDArray gamma = numbers(m, 4);
      NDArray beta = numbers(m, 4);
      assertThat(launches(device, () -> {
        NDArray y = convolved(m, x);
        return relu(ex(y).batchNorm(y, made[0], made[1], gamma, beta, 1, 0.9f, 1e-5f, false).singletonOrThrow());
      })).as("convolution, bias, norm, activation").isEqualTo(1);
      assertThat(launches(device, () -> {
        NDArray y = convolved(m, x);
        return relu(ex(y).batchNorm(y, made[0], made[1], gamma, beta, 1, 0.9f, 1e-5f, false).singletonOrThrow()
            .add(residual));
      })).as("and a residual").isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void inTrainingABatchNormTakesInWhatFollows(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device); GradientCollector _ = ENGINE.newGradientCollector()) {
      NDArray x = numbers(m, 2, 4, 6, 6);
      NDArray residual = numbers(m, 2, 4, 6, 6);
      long alone = launches(device, () -> new NDList(normalized(m, x, true)));
      assertThat(launches(device, () -> relu(normalized(m, x, true)))).as("norm and activation").isEqualTo(alone);
      assertThat(launches(device, () -> relu(normalized(m, x, true).add(residual)))).as("norm, residual, activation")
          .isEqualTo(alone);
      assertThat(launches(device, () -> relu(residual.add(normalized(m, x, true))))).as("the other way round")
          .isEqualTo(alone);
      assertThat(launches(device, () -> {
        NDArray y = normalized(m, x, true);
        return new NDList(ex(y).relu(), y);
      })).as("the norm on its own besides").isGreaterThan(alone);
    }
  }

  // ---- DJL's blocks ------------------------------------------------------------------------------------------------

  private static long forward(Device device, Block block, Shape input, boolean training) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      block.setInitializer(new NormalInitializer(0.1f), Parameter.Type.WEIGHT);
      block.initialize(m, DataType.FLOAT32, input);
      block.getParameters().values().forEach(p -> p.getArray().toByteBuffer());
      NDArray x = numbers(m, input.getShape());
      ParameterStore store = new ParameterStore(m, false);
      try (GradientCollector _ = training ? ENGINE.newGradientCollector() : null) {
        return launches(device, () -> block.forward(store, new NDList(x), training));
      } finally {
        block.clear();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void mlp(Device device) {
    for (boolean training : new boolean[] {false, true}) {
      assertThat(forward(device, new Mlp(12, 5, new int[] {8, 6}), new Shape(4, 12), training))
          .as("three layers, each with its activation").isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void vggBlock(Device device) {
    for (boolean training : new boolean[] {false, true}) {
      SequentialBlock vgg = (SequentialBlock) VGG.builder().setNumLayers(5).setConvArch(new int[][] {{2, 4}}).build();
      Block first = vgg.getChildren().values().getFirst();
      assertThat(forward(device, first, new Shape(1, 3, 8, 8), training))
          .as("two convolutions, each with bias and activation, and a pooling").isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void residualUnit(Device device) {
    Function<Boolean, Block> same = b -> ResNetV1.residualUnit(4, new Shape(1, 1), true, b, 0.9f);
    Function<Boolean, Block> wider = b -> ResNetV1.residualUnit(8, new Shape(2, 2), false, b, 0.9f);
    Shape input = new Shape(2, 4, 6, 6);
    assertThat(forward(device, same.apply(false), input, false))
        .as("two convolutions, each with norm and activation, the second with the shortcut too").isEqualTo(2);
    assertThat(forward(device, same.apply(true), input, false)).as("three in a bottleneck").isEqualTo(3);
    assertThat(forward(device, wider.apply(false), input, false)).as("and the shortcut's convolution with its norm")
        .isEqualTo(3);
    assertThat(forward(device, same.apply(false), input, true))
        .as("twice: convolution, norm with what follows, running statistics").isEqualTo(6);
    assertThat(forward(device, wider.apply(false), input, true)).as("and three for the shortcut").isEqualTo(9);
  }

  // ---- switched off ------------------------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("devices")
  void switchedOffEachOperationIsALaunchAndTheNumbersStay(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray x = numbers(m, 2, 3, 6, 6);
      Supplier<NDList> work = () -> relu(normalized(m, convolved(m, x), true).add(numbers(m, 2, 4, 6, 6)));
      long fused = launches(device, work);
      float[] expected = work.get().singletonOrThrow().toFloatArray();
      System.setProperty("orthant.fusion", "off");
      try {
        assertThat(launches(device, work)).as("bias, addition and activation on their own").isEqualTo(fused + 3);
        assertThat(work.get().singletonOrThrow().toFloatArray()).containsExactly(expected, within(1e-5f));
      } finally {
        System.clearProperty("orthant.fusion");
      }
    }
  }
}
