package dev.orthant.io;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How much memory this process may still take. Memory is promised by the system and given when it is written to: who
 * takes too much is killed, not refused, so that asking comes first.
 */
public final class HostMemory {
  private static final Path MACHINE = Path.of("/proc/meminfo");
  private static final Path CONTAINER = Path.of("/sys/fs/cgroup");

  private HostMemory() {}

  /** Bytes that can be taken without pushing anything out: free, or used for what can be read again. */
  public static long available() {
    return Math.min(ofMachine(), ofContainer());
  }

  private static long ofMachine() {
    long kib = number(MACHINE, "MemAvailable:");
    if (kib >= 0) {
      return kib << 10;
    }
    // Not Linux: what is used for files counts as taken there, so all that the machine has must do.
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  private static long ofContainer() {
    long most = number(CONTAINER.resolve("memory.max"), "");
    long used = number(CONTAINER.resolve("memory.current"), "");
    long again = Math.max(0, number(CONTAINER.resolve("memory.stat"), "inactive_file "));
    return most < 0 || used < 0 ? Long.MAX_VALUE : Math.max(0, most - used + again);
  }

  /** The number after {@code label} at the beginning of a line; −1 when there is none. */
  private static long number(Path file, String label) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return lines.filter(l -> l.startsWith(label)).map(l -> l.substring(label.length()).replaceAll("[^0-9]", ""))
          .filter(n -> !n.isEmpty() && n.length() <= 18).mapToLong(Long::parseLong).findFirst().orElse(-1);
    } catch (IOException | java.io.UncheckedIOException _) {
      // Not Linux, or not in a container.
      return -1;
    }
  }
}
