package dev.orthant.djl.differential;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.orthant.device.Devices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each case on every device, against what was recorded of PyTorch. {@code -Ddjl.cases=arithmetic/} takes those whose names begin so. */
class DifferentialTest {
  @TestFactory
  Stream<DynamicTest> givesWhatPyTorchGave() {
    Map<String, Outcome> recorded = Recorded.read();
    String prefix = System.getProperty("djl.cases", "");
    List<Case> cases = Cases.all().stream().filter(c -> c.name().startsWith(prefix)).toList();
    return devices().flatMap(device -> cases.stream().map(Case::group).distinct().map(group -> DynamicTest.dynamicTest(
        group + " on " + device, () -> compare(group, device, cases, recorded))));
  }

  private static void compare(String group, Device device, List<Case> cases, Map<String, Outcome> recorded) {
    List<String> faults = new ArrayList<>();
    for (Case c : cases.stream().filter(x -> x.group().equals(group)).toList()) {
      Outcome pytorch = recorded.get(c.name());
      if (pytorch == null) {
        faults.add(c.name() + ": not recorded; run PyTorchTest (mvn -Ppytorch test)");
        continue;
      }
      String difference = Outcome.difference(c, pytorch, Outcome.of(c, Engine.getEngine("Orthant"), device));
      if (c.explained() == null && difference != null) {
        faults.add(c.name() + ": " + difference);
      } else if (c.explained() != null && difference == null) {
        faults.add(c.name() + ": is said to differ (" + c.explained() + ") but does not");
      }
    }
    assertThat(faults).as("repeat with -Dtest=DifferentialTest -Ddjl.cases=" + group + "/").isEmpty();
  }

  static Stream<Device> devices() {
    return Devices.all().stream().map(dev.orthant.device.Device::name).map(n -> n.split(":", 2))
        .map(n -> Device.of(n[0], n.length == 1 ? -1 : Integer.parseInt(n[1])));
  }
}
