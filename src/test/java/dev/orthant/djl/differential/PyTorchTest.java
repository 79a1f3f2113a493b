package dev.orthant.djl.differential;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * PyTorch itself: records what it gives for each case, and prints how ours compares. {@code -Ddjl.cases=arithmetic/}
 * takes those whose names begin so.
 */
@Tag("pytorch")
class PyTorchTest {
  private static final class Tally {
    int compared;
    int equal;
    int explained;
    int bothRefuse;
    int beyond;
    int different;
  }

  @Test
  void recordsAndCompares() {
    String prefix = System.getProperty("djl.cases", "");
    Map<String, Outcome> recorded = java.nio.file.Files.exists(Recorded.FILE) ? Recorded.read() : new LinkedHashMap<>();
    List<Case> all = Cases.all();
    recorded.keySet().retainAll(all.stream().map(Case::name).toList());
    Map<String, Tally> table = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    for (Case c : all.stream().filter(c -> c.name().startsWith(prefix)).toList()) {
      Outcome pytorch = Outcome.of(c, Engine.getEngine("PyTorch"), Device.cpu());
      recorded.put(c.name(), pytorch);
      Outcome ours = Outcome.of(c, Engine.getEngine("Orthant"), Device.cpu());
      String difference = Outcome.difference(c, pytorch, ours);
      Tally t = table.computeIfAbsent(c.group(), g -> new Tally());
      t.compared++;
      if (difference != null) {
        if (c.explained() != null) {
          t.explained++;
        } else {
          t.different++;
          faults.add(c.name() + ": " + difference);
        }
      } else if (pytorch instanceof Outcome.Refused r) {
        if (ours instanceof Outcome.Refused) {
          t.bothRefuse++;
        } else {
          t.beyond++;
        }
        System.out.println("PyTorch refuses " + c.name() + ": " + r.type() + " " + r.message());
      } else {
        t.equal++;
      }
    }
    Recorded.write(recorded);
    System.out.printf("%-14s %8s %6s %10s %10s %12s %9s%n", "group", "compared", "equal", "different", "explained",
        "both refuse", "only ours");
    table.forEach(
        (group, t) -> System.out.printf("%-14s %8d %6d %10d %10d %12d %9d%n", group, t.compared, t.equal, t.different,
            t.explained, t.bothRefuse, t.beyond));
    assertThat(faults).isEmpty();
  }
}
