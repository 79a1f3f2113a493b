package dev.orthant.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every activation and its slope on every device: a few units in the last place over all of the domain. */
final class UlpSweepTest {
  private static final long SEED = 20261201;

  static Collection<Device> devices() {
    return Devices.all();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void valuesAndSlopesKeepTheirDigitsOverAllOfTheDomain(Device device) {
    UlpSweep sweep = new UlpSweep(device, SEED);
    for (Activation f : Activations.all()) {
      for (DType type : List.of(DType.F32, DType.F16, DType.BF16, DType.F64)) {
        if (device.info().dtypes().contains(type)) {
          for (UlpSweep.Row row : sweep.rows(f, type)) {
            assertThat(row.fine()).as("seed %d: %s", SEED, row).isTrue();
          }
        }
      }
    }
  }

  @org.junit.jupiter.api.Test
  void aWrongInfinityOrNanIsInfinitelyWrong() {
    assertThat(UlpSweep.ulps(DType.F32, Double.NaN, 1)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(UlpSweep.ulps(DType.F32, Double.POSITIVE_INFINITY, 1)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(UlpSweep.ulps(DType.F32, 1, Double.NaN)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(UlpSweep.ulps(DType.F32, 1 + 0x1p-22, 1)).isEqualTo(2);
    assertThat(UlpSweep.ulps(DType.F32, 0, DType.F32.minSubnormal())).isEqualTo(1);
  }
}
