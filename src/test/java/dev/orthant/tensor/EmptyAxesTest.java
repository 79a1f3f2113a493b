package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is done over an axis without elements, on every device: a result at each element is empty, a sum is that of
 * nothing.
 */
class EmptyAxesTest {
  private static final Shape EMPTY = Shape.of(3, 0);

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void aResultAtEachElementIsEmpty(Device device) {
    for (DType type : List.of(DType.F32, DType.F16)) {
      for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(x -> x.softmax(1), x -> x.softmax(0),
          x -> x.logSoftmax(1), x -> x.logSoftmax(-2), x -> x.layerNorm(null, null), x -> x.rmsNorm(null),
          x -> x.cumSum(1), x -> x.cumProd(1), x -> x.sort(1, true).values(), x -> x.flip(1))) {
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          Tensor x = Tensor.full(device, type, EMPTY, 0).requireGradient();
          Tensor y = f.apply(x);
          assertThat(y.shape()).isEqualTo(EMPTY);
          assertThat(y.toDoubleArray()).isEmpty();
          tape.backward(y.mul(2));
          assertThat(x.gradient().shape()).isEqualTo(EMPTY);
          assertThat(x.gradient().toDoubleArray()).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void aResultPerRowIsThatOfNothing(Device device) {
    double nan = Double.NaN;
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(device, DType.F32, EMPTY, 0);
      assertThat(x.sum(1).toDoubleArray()).containsExactly(0, 0, 0);
      assertThat(x.prod(1).toDoubleArray()).containsExactly(1, 1, 1);
      assertThat(x.norm(2, 1).toDoubleArray()).containsExactly(0, 0, 0);
      assertThat(x.norm(1, 1).toDoubleArray()).containsExactly(0, 0, 0);
      assertThat(x.mean(1).toDoubleArray()).containsExactly(nan, nan, nan);
      assertThat(x.variance(false, 1).toDoubleArray()).containsExactly(nan, nan, nan);
      double least = Double.NEGATIVE_INFINITY;
      assertThat(x.logSumExp(false, 1).toDoubleArray()).containsExactly(least, least, least);
      assertThat(x.max(0).toDoubleArray()).as("of no rows").isEmpty();
      assertThat(x.argMax(0).toDoubleArray()).as("of no rows").isEmpty();
      for (Runnable none : List.<Runnable>of(() -> x.max(1), () -> x.min(1), () -> x.argMax(1), () -> x.argMin(1))) {
        assertThatThrownBy(none::run).isInstanceOf(ShapeException.class).hasMessageContaining("no elements");
      }
    }
  }

  /** The divisor n − ddof, of several elements, of as few as that, and of none. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void deviationsAreDividedByWhatIsAskedFor(Device device) {
    double nan = Double.NaN;
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(device, DType.F32, Shape.of(2, 4), 1, 2, 3, 6, 5, 5, 5, 5);
      assertThat(x.variance(0, false, 1).toDoubleArray()).containsExactly(3.5, 0);
      assertThat(x.variance(2, false, 1).toDoubleArray()).containsExactly(7, 0);
      assertThat(x.std(2, false, 1).mul(x.std(2, false, 1)).toDoubleArray()[0]).isBetween(6.99999, 7.00001);
      assertThat(x.slice(1, 0, 1).variance(1, false, 1).toDoubleArray()).containsExactly(nan, nan);
      assertThat(Tensor.full(device, DType.F32, EMPTY, 0).std(1, false, 1).toDoubleArray()).containsOnly(nan);
      assertThatThrownBy(() -> x.std(-1, false, 1)).isInstanceOf(dev.orthant.core.InvalidInputException.class);
    }
  }
}
