package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Places in rows longer than F32 can count, on every device but an emulated one, whose driver would take minutes. */
class LongRowsTest {
  private static final long BEYOND = (1L << 24) + 3;

  static Stream<Device> devices() {
    return Devices.all().stream().filter(d -> !d.info().emulated());
  }

  /** Zeros but for the elements given: places and values by turns. */
  private static Tensor planted(Device device, DType type, Shape shape, double... placesAndValues) {
    TensorSpec spec = new TensorSpec(type, shape);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec.bytes(), Long.BYTES);
      for (int i = 0; i < placesAndValues.length; i += 2) {
        type.set(memory, (long) placesAndValues[i], placesAndValues[i + 1]);
      }
      return Tensor.of(device, spec, memory);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void placesBeyondTwoToThe24AreExact(Device device) {
    for (long n : new long[] {BEYOND, 1L << 25}) {
      for (DType type : n == BEYOND ? List.of(DType.F32) : List.of(DType.BF16)) {
        for (double at : new double[] {0x1p24 + 1, (double) n - 1}) {
          String what = type + ", element " + at + " of " + n + " on " + device.name();
          try (Scope _ = Scope.open()) {
            Tensor x = planted(device, type, Shape.of(n), at, 3, at - 7, -3);
            assertThat(x.argMax(0).toDoubleArray()).as(what).containsExactly(at);
            assertThat(x.argMin(0).toDoubleArray()).as(what).containsExactly(at - 7);
          }
        }
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void ofSeveralTheFirstAndANaNBeforeAll(Device device) {
    try (Scope _ = Scope.open()) {
      double late = (double) BEYOND - 1;
      Tensor ties = planted(device, DType.F32, Shape.of(BEYOND), late - 1, 3, late, 3, 5, -1, late - 2, -1);
      assertThat(ties.argMax(0).toDoubleArray()).containsExactly(late - 1);
      assertThat(ties.argMin(0).toDoubleArray()).containsExactly(5);
      Tensor nan = planted(device, DType.F32, Shape.of(BEYOND), 7, 3, late - 1, Double.NaN, late, Double.NaN);
      assertThat(nan.argMax(0).toDoubleArray()).containsExactly(late - 1);
      assertThat(nan.argMin(0).toDoubleArray()).containsExactly(late - 1);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void alongEitherAxis(Device device) {
    double a = 0x1p24 + 1;
    double b = (double) BEYOND - 1;
    try (Scope _ = Scope.open()) {
      Tensor columns = planted(device, DType.F16, Shape.of(BEYOND, 2), 2 * a, 2, 2 * b + 1, 2);
      assertThat(columns.argMax(0).toDoubleArray()).containsExactly(a, b);
      assertThat(columns.argMax(1).shape()).isEqualTo(Shape.of(BEYOND));
      Tensor rows = planted(device, DType.F16, Shape.of(2, BEYOND), a, -2, BEYOND + b, -2);
      assertThat(rows.argMin(1).toDoubleArray()).containsExactly(a, b);
      assertThat(rows.sort(1, false).indices().slice(1, 0, 1).toDoubleArray()).as("sorted").containsExactly(a, b);
    }
  }
}
