package dev.orthant.cli;

import dev.orthant.cli.terminal.CheckFailedException;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.Version;
import dev.orthant.core.Setting;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "doctor", mixinStandardHelpOptions = true,
    description = {"Shows what cannot compute here, why, and the cure; and whether what can, computes right.",
        "Exits with 1 when a device gives wrong results or one that ORTHANT_REQUIRE lists is missing."},
    footer = {"", "Example: ORTHANT_REQUIRE=cpu,opencl orthant doctor"})
final class DoctorCommand implements Runnable {
  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  DoctorCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public void run() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    environment(out);
    long broken = devices.all().stream().filter(d -> !works(d, out)).count();
    for (Problem p : devices.problems()) {
      out.println(p.subject() + (p.expected() ? ": not here, which is fine" : ": cannot be used"));
      out.println("  why:  " + p.reason());
      out.println("  cure: " + p.cure());
    }
    if (devices.all().isEmpty()) {
      throw new CheckFailedException("no device can be used");
    }
    if (broken > 0) {
      throw new CheckFailedException(broken + " of " + devices.all().size() + " devices do not work");
    }
    devices.requireAll();
    out.println(devices.problems().stream().allMatch(Problem::expected) ? "All is well." : "What is there works.");
  }

  private void environment(PrintWriter out) {
    out.println("orthant " + Version.number() + " (commit " + Version.commit() + ")");
    out.println("Java " + Runtime.version() + " (" + System.getProperty("java.home") + "), "
        + System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch")
        + ", " + Runtime.getRuntime().availableProcessors() + " processors");
    boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    out.println("vector module: " + (vector ? "present" : "absent; cure: java --add-modules=jdk.incubator.vector"));
    List<String> given = Arrays.stream(Setting.values()).filter(s -> !s.meaning().isEmpty())
        .flatMap(s -> s.value().map(v -> s.flag() + "=" + v).stream()).toList();
    out.println("settings: " + (given.isEmpty() ? "none given (orthant --help lists them)" : String.join(" ", given)));
    out.println("LD_PRELOAD: " + Objects.requireNonNullElse(System.getenv("LD_PRELOAD"), "not set"));
  }

  private static boolean works(Device device, PrintWriter out) {
    List<String> faults = SelfTest.faults(device);
    out.println(device.name() + ": " + (faults.isEmpty() ? "works" : "BROKEN") + " (" + device.info().description()
        + ", " + device.info().driver() + ")");
    faults.forEach(f -> out.println("  fault: " + f));
    device.info().notes().forEach(n -> out.println("  note: " + n));
    if (takesSignals(device) && !libjsigLoaded()) {
      out.println("  note: its compiler takes over signals that the JVM needs; wrong results and crashes may follow");
      out.println("  cure: LD_PRELOAD=" + System.getProperty("java.home") + "/lib/libjsig.so (./orthant does it)");
    }
    return faults.isEmpty();
  }

  /** PoCL's LLVM installs handlers for SIGSEGV, SIGFPE and SIGILL. */
  private static boolean takesSignals(Device device) {
    String text = (device.info().description() + " " + device.info().driver()).toLowerCase(Locale.ROOT);
    return text.contains("pocl") || text.contains("portable computing language");
  }

  private static boolean libjsigLoaded() {
    try {
      return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).contains("libjsig");
    } catch (IOException e) {
      return Objects.requireNonNullElse(System.getenv("LD_PRELOAD"), "").contains("libjsig");
    }
  }
}
