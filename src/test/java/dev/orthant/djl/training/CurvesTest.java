package dev.orthant.djl.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.orthant.device.Devices;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** From the same weights and data, every network's losses are PyTorch's, on every device. */
class CurvesTest {
  private static final double BOUND = 1e-4;

  @TestFactory
  Stream<DynamicTest> losesAsPyTorchDoes() {
    Map<String, double[]> recorded = Curves.read();
    String only = System.getProperty("djl.network", "");
    return Devices.all().stream().map(dev.orthant.device.Device::name).flatMap(device -> Networks.all().stream()
        .filter(n -> n.name().startsWith(only))
        .map(n -> DynamicTest.dynamicTest(n.name() + " on " + device,
            () -> compare(n, device, Objects.requireNonNull(recorded.get(n.name()), n.name() + " is not recorded")))));
  }

  private static void compare(Network network, String device, double[] expected) {
    String[] name = device.split(":", 2);
    double[] losses =
        Run.losses(network, "Orthant", Device.of(name[0], name.length == 1 ? -1 : Integer.parseInt(name[1])),
            expected.length);
    double worst = 0;
    for (int i = 0; i < losses.length; i++) {
      double relative = Math.abs(losses[i] - expected[i]) / Math.abs(expected[i]);
      worst = !(relative <= worst) ? relative : worst;
    }
    System.out.printf("%-12s %-9s worst relative difference %.1e: %s%n", network.name(), device, worst,
        Arrays.toString(losses));
    if (!(worst <= BOUND)) {
      assertThat(losses)
          .as("losses of " + network.name() + " on " + device + "; repeat with -Dtest=CurvesTest -Ddjl.network="
              + network.name())
          .containsExactly(expected);
    }
  }
}
