package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Expr;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers that a type cannot hold become the same elements whichever way they come, on every device. */
class RoundingTest {
  private static final double[] NUMBERS = {300, -300, 127.9, -128.9, 255.5, -0.9, 3e9, -3e9, 1e30, -1e30, Double.NaN,
      Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void everyWayIntoAnIntegerTypeSaturates(Device device) {
    for (DType type : List.of(DType.I8, DType.U8, DType.I32, DType.I64, DType.BOOL)) {
      for (double v : NUMBERS) {
        String what = v + " as " + type + " on " + device.name();
        double expected = expected(type, v);
        try (Scope _ = Scope.open()) {
          assertThat(type.round(v)).as(what).isEqualTo(expected);
          Tensor of = Tensor.of(device, type, Shape.of(1), v);
          assertThat(of.toDoubleArray()).as(what).containsExactly(expected);
          assertThat(Tensor.full(device, type, Shape.of(2), v).toDoubleArray()).as(what).containsOnly(expected);
          Tensor floats = Tensor.of(device, DType.F32, Shape.of(1), v);
          // As a float, what is 3·10⁹ in double may be a little off; it saturates all the same.
          assertThat(floats.cast(type).toDoubleArray()).as("cast, %s", what).containsExactly(expected(type, (float) v));
          assertThat(floats.apply("stored", type, Expr.input(0), List.of()).toDoubleArray()).as("formula, %s", what)
              .containsExactly(expected(type, (float) v));
          if (type != DType.BOOL) {
            assertThat(of.pad(0, 1, 0, v).toDoubleArray()).as("pad, %s", what).containsExactly(expected, expected);
          }
        }
      }
    }
  }

  private static double expected(DType type, double v) {
    double whole = Double.isNaN(v) ? 0 : v < 0 ? Math.ceil(v) : Math.floor(v);
    return switch (type) {
      case I8 -> Math.clamp(whole, -128, 127) + 0.0;
      case U8 -> Math.clamp(whole, 0, 255) + 0.0;
      case I32 -> Math.clamp(whole, Integer.MIN_VALUE, Integer.MAX_VALUE) + 0.0;
      case I64 -> Math.clamp(whole, -0x1p63, 0x1p63) + 0.0;
      default -> v == 0 ? 0 : 1;
    };
  }
}
