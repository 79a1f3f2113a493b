package dev.orthant.cli.terminal;

import com.sun.management.OperatingSystemMXBean;
import dev.orthant.core.Quantities;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What a benchmark ran on. */
public final class HostMachine {
  private HostMachine() {}

  /** Facts by name, in the order to print them. */
  public static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("machine", processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, " + memory()
        + System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    if (load >= 0) {
      facts.put("load", String.format(Locale.ROOT, "%.1f runnable on average over the last minute", load));
    }
    facts.put("java", Runtime.version() + ", " + System.getProperty("java.vm.name") + " by "
        + System.getProperty("java.vendor"));
    facts.put("orthant", Version.number() + ", commit " + Version.commit());
    return facts;
  }

  private static String memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? Quantities.bytes(system.getTotalMemorySize()) + ", "
        : "";
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
      return lines.filter(l -> l.startsWith("model name")).map(l -> l.replaceFirst("^[^:]*:\\s*", "")).findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
