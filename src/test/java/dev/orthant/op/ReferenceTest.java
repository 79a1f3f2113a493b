package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.op.walk.Broadcast;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The references themselves, against numbers worked out by hand (and by NumPy). */
final class ReferenceTest {
  @Test
  void matMulWithBiasAndRelu() {
    MatMul op = MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.RELU));
    double[][] y = op.reference(
        List.of(TensorSpec.of(DType.F32, 2, 2), TensorSpec.of(DType.F32, 2, 2), TensorSpec.of(DType.F32, 2)),
        new double[][] {{1, 2, 3, 4}, {5, 6, 7, 8}, {-20, 1}});
    assertThat(y[0]).containsExactly(0, 23, 23, 51);
  }

  @Test
  void matMulTransposedAndBatched() {
    double[] a = {1, 3, 2, 4};
    double[] b = {5, 7, 6, 8, 1, 0, 0, 1};
    double[][] y = new MatMul(true, true, Epilogue.NONE).reference(
        List.of(TensorSpec.of(DType.F32, 2, 2), TensorSpec.of(DType.F32, 2, 2, 2)),
        new double[][] {a, b});
    assertThat(y[0]).containsExactly(19, 22, 43, 50, 1, 2, 3, 4);
  }

  @Test
  void convolutionInBothLayouts() {
    // 1×2×2 image of two channels, one 2×2 filter, padding 1 on the left only.
    double[] nchw = {1, 2, 3, 4, 10, 20, 30, 40};
    double[] filters = {1, 0, 0, 1, 2, 0, 0, 2};
    Conv2d op = Conv2d.PLAIN.padding(0, 1, 0, 0);
    double[][] y = op.reference(List.of(TensorSpec.of(DType.F32, 1, 2, 2, 2), TensorSpec.of(DType.F32, 1, 2, 2, 2)),
        new double[][] {nchw, filters});
    assertThat(y[0]).containsExactly(3 + 60, 5 + 100);
    double[] nhwc = {1, 10, 2, 20, 3, 30, 4, 40};
    double[] krsc = {1, 2, 0, 0, 0, 0, 1, 2};
    double[][] z = op.layout(Layout.NHWC).reference(
        List.of(TensorSpec.of(DType.F32, 1, 2, 2, 2), TensorSpec.of(DType.F32, 1, 2, 2, 2)),
        new double[][] {nhwc, krsc});
    assertThat(z[0]).containsExactly(63, 105);
  }

  @Test
  void depthwiseUsesItsOwnChannelOnly() {
    double[][] y = Conv2d.PLAIN.groups(2).reference(
        List.of(TensorSpec.of(DType.F32, 1, 2, 1, 2), TensorSpec.of(DType.F32, 2, 1, 1, 1)),
        new double[][] {{1, 2, 3, 4}, {10, 100}});
    assertThat(y[0]).containsExactly(10, 20, 300, 400);
  }

  @Test
  void epiloguesCompose() {
    Epilogue e = Epilogue.NONE.scale(2).plusOperand().activation(Activations.LEAKY_RELU, 0.5).plusOperand();
    assertThat(e.operands()).isEqualTo(2);
    assertThat(e.scalars()).containsExactly(2.0, 0.5);
    double y = e.formula().evaluate(new double[] {-3, 1, 100}, new double[] {2, 0.5});
    assertThat(y).isEqualTo(100 + 0.5 * (-3 * 2 + 1));
  }

  @Test
  void broadcastsMergeWhatTheyCan() {
    Broadcast all = Broadcast.of(Shape.of(2, 3, 4), List.of(Shape.of(2, 3, 4)));
    assertThat(all.extents()).containsExactly(24);
    Broadcast channel = Broadcast.of(Shape.of(2, 3, 4, 5), List.of(Shape.of(2, 3, 4, 5), Shape.of(3, 1, 1)));
    assertThat(channel.extents()).containsExactly(2, 3, 20);
    assertThat(channel.strides()[1]).containsExactly(0, 1, 0);
    assertThat(channel.offset(1, 45)).isEqualTo(45 / 20 % 3);
    assertThat(channel.offset(0, 45)).isEqualTo(45);
    assertThat(Broadcast.of(Shape.of(), List.of(Shape.of())).extents()).containsExactly(1);
  }
}
