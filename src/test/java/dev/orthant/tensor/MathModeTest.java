package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mode of a product is that of the products in its gradients, and survives what is fused behind it. */
class MathModeTest {
  private final List<MathMode> seen = new ArrayList<>();
  private final ReferenceDevice device = ReferenceDevice.broken("cpu", call -> {
    if (call.op() instanceof Contraction c) {
      seen.add(c.math());
    }
    return false;
  });

  private Tensor ones(long... dims) {
    return Tensor.full(device, DType.F32, Shape.of(dims), 1).requireGradient();
  }

  @Test
  void gradientsOfProductsAreOfTheSameMode() {
    for (MathMode mode : MathMode.values()) {
      for (int transposed = 0; transposed < 4; transposed++) {
        boolean ta = (transposed & 1) != 0;
        boolean tb = (transposed & 2) != 0;
        seen.clear();
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          Tensor a = ta ? ones(3, 2) : ones(2, 3);
          Tensor b = tb ? ones(4, 3) : ones(3, 4);
          tape.backward(a.matMul(b, MatMul.PLAIN.lhsTransposed(ta).rhsTransposed(tb).math(mode)).add(1).relu().sum());
        }
        assertThat(seen).containsExactly(mode, mode, mode);
      }
    }
  }

  @Test
  void gradientsOfConvolutionsAreOfTheSameMode() {
    for (MathMode mode : MathMode.values()) {
      seen.clear();
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor y = ones(1, 2, 5, 5).conv2d(ones(3, 2, 3, 3), Conv2d.stride(2).padding(1).math(mode)).relu();
        tape.backward(y.convTranspose2d(ones(3, 2, 3, 3), Conv2d.stride(2).math(mode), 0).sum());
      }
      assertThat(seen).hasSize(6).containsOnly(mode);
    }
  }

  @Test
  void nothingAskedForIsTrueF32() {
    try (Scope _ = Scope.open()) {
      assertThat(ones(2, 3).matMul(ones(3, 2)).toDoubleArray()).containsOnly(3);
    }
    assertThat(seen).containsExactly(MathMode.IEEE);
  }

  @Test
  void modesHaveNames() {
    assertThat(MathMode.named("3xTF32")).isEqualTo(MathMode.TF32X3);
    assertThat(MathMode.standard()).isEqualTo(MathMode.IEEE);
    assertThatThrownBy(() -> MathMode.named("fast")).isInstanceOf(InvalidInputException.class)
        .hasMessage("unknown math mode 'fast'; known: f32 tf32 3xtf32");
  }
}
