package dev.orthant.opencl;

import dev.orthant.device.Device;
import dev.orthant.gpu.GpuDevice;
import dev.orthant.gpu.KernelCases;
import dev.orthant.parity.Case;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * What {@link OclgrindTest} runs in a process of its own, since oclgrind is chosen by the environment. Argument:
 * {@code gpu} or {@code cpu} (those kernels must be clean), or a fault to plant: {@code race}, {@code bounds},
 * {@code uninitialized}.
 */
final class OclgrindMain {
  private OclgrindMain() {}

  public static void main(String[] args) {
    Device device = switch (args[0]) {
      case "gpu", "cpu" ->
          new OpenClProvider(KernelChoice.valueOf(args[0].toUpperCase(Locale.ROOT))).discover().devices().getFirst();
      case "race" -> planted("BARRIER();", "");
      case "bounds" -> planted("row0 + i < rows && ", "");
      case "uninitialized" -> planted("sums[i][j] = 0;", "");
      default -> throw new IllegalArgumentException(args[0]);
    };
    if (!device.info().emulated()) {
      throw new IllegalStateException("this is not oclgrind but " + device.info());
    }
    boolean plants = device.name().equals("planted");
    List<Case> cases = plants ? List.of(KernelCases.row()) : KernelCases.edges();
    Check check = new Check(device, 3);
    boolean fine = true;
    for (Case c : cases) {
      Verdict v = check.run(c);
      System.out.println(v);
      fine &= v.fine();
    }
    device.close();
    System.exit(fine || plants ? 0 : 1);
  }

  private static Device planted(String text, String replacement) {
    return new GpuDevice("planted", new Opened.Meddled(Opened.first(), s -> s.replace(text, replacement)));
  }
}
