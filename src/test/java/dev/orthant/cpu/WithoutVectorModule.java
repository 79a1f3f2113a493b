package dev.orthant.cpu;

import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.parity.Catalogue;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import dev.orthant.testing.Tier;
import java.util.List;

/** What {@link WithoutVectorModuleTest} runs in a Java that was started without the vector module. */
public final class WithoutVectorModule {
  private WithoutVectorModule() {}

  public static void main(String[] args) {
    Device cpu = Devices.named("cpu");
    Check check = new Check(cpu, 9);
    List<Verdict> wrong = Tier.sample(Catalogue.quick(), 10).stream().map(check::run).filter(v -> !v.fine()).toList();
    System.out.println(cpu.info().notes());
    wrong.forEach(System.out::println);
    System.out.println(wrong.isEmpty() ? "all is well" : "failures");
  }
}
