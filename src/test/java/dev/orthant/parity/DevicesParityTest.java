package dev.orthant.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Parameter;
import dev.orthant.testing.Tier;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every op × activation × type on every device of this machine. {@code -Dorthant.seed=…} repeats with another seed. */
final class DevicesParityTest {
  private static final long SEED = Long.getLong("orthant.seed", 1);

  @Test
  void requiredDevicesAreThere() {
    assertThat(Devices.missing()).isEmpty();
    assertThat(Devices.all()).extracting(Device::name).contains("cpu");
  }

  @TestFactory
  Stream<DynamicTest> everyDeviceKeepsItsBounds() {
    return judged().map(d -> DynamicTest.dynamicTest(d.name(), () -> prove(d, cases(d))));
  }

  /**
   * Adding an activation is this one line: nothing else knows of it, and every device runs it, fused, within its bound.
   */
  @TestFactory
  Stream<DynamicTest> aNewActivationIsOneLine() {
    Activation snake =
        Activation.define("snake", (x, a) -> x.plus(a.times(x).sin().squared().div(a)),
            Parameter.perChannel("frequency", 1.5));
    List<Case> cases = Catalogue.of(List.of(snake)).stream().filter(c -> c.group().endsWith("snake")).toList();
    assertThat(cases).hasSizeGreaterThan(12);
    return judged().map(d -> DynamicTest.dynamicTest(d.name(), () -> prove(d, cases)));
  }

  /** Every device, or those of the one kind that a second run is for. */
  private static Stream<Device> judged() {
    String kind = System.getProperty("orthant.test.parity", "");
    List<Device> devices =
        Devices.all().stream().filter(d -> kind.isEmpty() || Devices.kind(d).equals(kind)).toList();
    assertThat(devices).as("devices of the kind '%s'", kind).isNotEmpty();
    return devices.stream();
  }

  /** Where each kernel has to be compiled first, a case takes a hundred times as long. */
  private static List<Case> cases(Device device) {
    return Tier.isFull() ? Catalogue.all()
        : Tier.sample(Catalogue.quick(), Devices.kind(device).equals("cpu") ? 1 : 8);
  }

  private static void prove(Device device, List<Case> cases) {
    ParityReport report = new ParityRun(List.of(device), cases, SEED).run(v -> {
    });
    assertThat(report.failures())
        .as(() -> report.failures().stream().map(Verdict::toString).limit(20).collect(Collectors.joining("\n")))
        .isEmpty();
    assertThat(report.total().passed()).isPositive();
  }
}
