package dev.orthant.parity;

import dev.orthant.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Many cases on many devices, one after the other. */
public final class ParityRun {
  private final List<Device> devices;
  private final List<Case> cases;
  private final long seed;

  /** Inputs are drawn from {@code seed}: the same on every device. */
  public ParityRun(List<Device> devices, List<Case> cases, long seed) {
    this.devices = List.copyOf(devices);
    this.cases = List.copyOf(cases);
    this.seed = seed;
  }

  /** How many verdicts {@link #run} will give. */
  public int size() {
    return devices.size() * cases.size();
  }

  /** Runs everything; {@code each} hears every verdict as it comes. */
  public ParityReport run(Consumer<Verdict> each) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Device d : devices) {
      Check check = new Check(d, seed);
      for (Case c : cases) {
        Verdict v = check.run(c);
        verdicts.add(v);
        each.accept(v);
      }
    }
    return new ParityReport(seed, verdicts);
  }
}
