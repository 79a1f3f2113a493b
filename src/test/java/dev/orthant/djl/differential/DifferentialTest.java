package dev.orthant.djl.differential;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import dev.orthant.device.Devices;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each case on the CPU, against what was recorded of PyTorch. On other devices, whose kernels parity proves one by one,
 * each method's first case and every twentieth of the others: {@code -Ddjl.all=true} takes all,
 * {@code -Ddjl.cases=arithmetic/} those whose names begin so.
 */
class DifferentialTest {
  private static final int SHARE = 20;

  @TestFactory
  Stream<DynamicTest> givesWhatPyTorchGave() {
    Map<String, Outcome> recorded = Recorded.read();
    String prefix = System.getProperty("djl.cases", "");
    List<Case> cases = Cases.all().stream().filter(c -> c.name().startsWith(prefix)).toList();
    List<Case> some = Boolean.getBoolean("djl.all") ? cases : sample(cases);
    return devices().flatMap(device -> cases.stream().map(Case::group).distinct().map(group -> DynamicTest.dynamicTest(
        group + " on " + device,
        () -> compare(group, device, device.getDeviceType().equals("cpu") ? cases : some, recorded))));
  }

  private static List<Case> sample(List<Case> cases) {
    Set<String> methods = new HashSet<>();
    return cases.stream().filter(
        c -> methods.add(c.name().split("[ (]", 2)[0]) || Math.floorMod(c.name().hashCode(), SHARE) == 0).toList();
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
