package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors of Java's arrays, and back. */
class HostArraysTest {
  private static final Device CPU = Devices.named("cpu");
  private Scope scope = Scope.open();

  @BeforeEach
  void open() {
    scope.close();
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void anArraysTypeIsTheTensors(Device device) {
    Shape shape = Shape.of(1, 2);
    assertThat(Tensor.of(device, shape, new float[] {1, -0.0f}).spec()).isEqualTo(TensorSpec.of(DType.F32, 1, 2));
    assertThat(Tensor.of(device, shape, new int[] {1, Integer.MIN_VALUE}).toIntArray())
        .containsExactly(1, Integer.MIN_VALUE);
    assertThat(Tensor.of(device, shape, new long[] {Long.MAX_VALUE, Long.MIN_VALUE}).toLongArray())
        .containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
    assertThat(Tensor.of(device, shape, new boolean[] {true, false}).dtype()).isEqualTo(DType.BOOL);
    assertThat(Tensor.of(device, shape, new boolean[] {true, false}).toIntArray()).containsExactly(1, 0);
    if (device.info().dtypes().contains(DType.F64)) {
      assertThat(Tensor.of(device, shape, new double[] {0.1, Double.NaN}).toDoubleArray())
          .containsExactly(0.1, Double.NaN);
    }
  }

  /** Numbers written one by one are F32 as ever, whole ones too. */
  @Test
  void numbersInARowAreF32() {
    assertThat(Tensor.of(CPU, Shape.of(2), 1, 2).dtype()).isEqualTo(DType.F32);
    assertThat(Tensor.of(CPU, Shape.of(2), 1.5f, 2).dtype()).isEqualTo(DType.F32);
    assertThat(Tensor.of(CPU, Shape.of(0)).dtype()).isEqualTo(DType.F32);
  }

  @Test
  void nestedArraysHaveAnAxisALevel() {
    Tensor matrix = Tensor.of(CPU, new float[][] {{1, 2, 3}, {4, 5, 6}});
    assertThat(matrix.spec()).isEqualTo(TensorSpec.of(DType.F32, 2, 3));
    assertThat(matrix.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    Tensor cube = Tensor.of(CPU, new long[][][] {{{1}, {2}}, {{3}, {Long.MAX_VALUE}}, {{5}, {6}}});
    assertThat(cube.spec()).isEqualTo(TensorSpec.of(DType.I64, 3, 2, 1));
    assertThat(cube.toLongArray()).containsExactly(1, 2, 3, Long.MAX_VALUE, 5, 6);
    assertThat(Tensor.of(CPU, new double[][] {{0.1}}).toDoubleArray()).containsExactly(0.1);
    assertThat(Tensor.of(CPU, new int[][] {{7}, {8}}).spec()).isEqualTo(TensorSpec.of(DType.I32, 2, 1));
    assertThat(Tensor.of(CPU, new byte[][] {{-7}}).spec()).isEqualTo(TensorSpec.of(DType.I8, 1, 1));
    assertThat(Tensor.of(CPU, new boolean[][] {{true, false}}).toIntArray()).containsExactly(1, 0);
    assertThat(Tensor.of(CPU, new float[][] {{}, {}}).spec()).isEqualTo(TensorSpec.of(DType.F32, 2, 0));
  }

  @Test
  void whatIsRaggedOrHasNoTypeIsRefused() {
    assertThatThrownBy(() -> Tensor.of(CPU, new float[][] {{1, 2}, {3}})).isInstanceOf(ShapeException.class)
        .hasMessageContaining("(2, 2)").hasMessageContaining("along axis 1 has 1");
    assertThatThrownBy(() -> Tensor.of(CPU, new int[][][] {{{1}, {2}}, {{3}}})).isInstanceOf(ShapeException.class)
        .hasMessageContaining("along axis 1 has 1");
    assertThatThrownBy(() -> Tensor.of(CPU, new float[][] {{1}, null})).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.of(CPU, new float[0][])).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.of(CPU, new Object[] {new float[] {1}, new int[] {2}}))
        .isInstanceOf(ShapeException.class).hasMessageContaining("int[]");
    assertThatThrownBy(() -> Tensor.of(CPU, new String[][] {{"1"}})).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("String");
    Object[] itself = new Object[1];
    itself[0] = itself;
    assertThatThrownBy(() -> Tensor.of(CPU, itself)).isInstanceOf(ShapeException.class).hasMessageContaining("levels");
    assertThatThrownBy(() -> Tensor.of(CPU, Shape.of(3), new int[] {1, 2})).isInstanceOf(ShapeException.class)
        .hasMessageContaining("3 values, got 2");
  }

  @Test
  void integersAreReadExactlyAndOthersCut() {
    assertThat(Tensor.of(CPU, DType.F32, Shape.of(4), 1.9, -1.9, 1e20, Double.NaN).toLongArray())
        .containsExactly(1, -1, Long.MAX_VALUE, 0);
    assertThat(Tensor.of(CPU, Shape.of(2), new long[] {1L << 40, -(1L << 40)}).toIntArray())
        .containsExactly(Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertThat(Tensor.of(CPU, Shape.of(2), new long[] {(1L << 53) + 1, 3}).add(1).toLongArray())
        .containsExactly((1L << 53) + 2, 4);
  }
}
