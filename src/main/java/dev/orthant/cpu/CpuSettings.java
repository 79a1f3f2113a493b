package dev.orthant.cpu;

import dev.orthant.core.InvalidInputException;
import java.lang.management.ManagementFactory;
import java.util.Properties;

/**
 * How the CPU device is to work; from system properties.
 *
 * @param threads that compute, the caller counted: {@code -Dorthant.cpu.threads}, else one for each available processor
 * @param memoryBytes the most memory for tensors: {@code -Dorthant.cpu.memory}, a number of bytes that may end in k, m or g; else four
 *     fifths of what the machine (or container) has. More is refused rather than left to the system's out-of-memory killer
 * @param vectors whether vector code may be used: {@code -Dorthant.cpu.vector=off} forbids it
 */
record CpuSettings(int threads, long memoryBytes, boolean vectors) {
  static final String THREADS = "orthant.cpu.threads";
  static final String MEMORY = "orthant.cpu.memory";
  static final String VECTOR = "orthant.cpu.vector";
  private static final int MOST_THREADS = 4096;

  /**
   * Reads the properties.
   *
   * @throws InvalidInputException naming the property that makes no sense
   */
  static CpuSettings of(Properties properties) {
    return new CpuSettings(threads(properties), memory(properties), vector(properties));
  }

  private static int threads(Properties properties) {
    String given = properties.getProperty(THREADS, "").strip();
    if (given.isEmpty()) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      int threads = Integer.parseInt(given);
      if (threads >= 1 && threads <= MOST_THREADS) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw bad(THREADS, given, "a number of threads from 1 to " + MOST_THREADS);
  }

  private static long memory(Properties properties) {
    String given = properties.getProperty(MEMORY, "").strip();
    if (given.isEmpty()) {
      return physical() / 5 * 4;
    }
    int last = given.length() - 1;
    int shift = switch (Character.toLowerCase(given.charAt(last))) {
      case 'k' -> 10;
      case 'm' -> 20;
      case 'g' -> 30;
      default -> 0;
    };
    try {
      long number = Long.parseLong(shift == 0 ? given : given.substring(0, last));
      if (number > 0 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw bad(MEMORY, given, "a number of bytes such as 800000000, 800m or 8g");
  }

  private static boolean vector(Properties properties) {
    String given = properties.getProperty(VECTOR, "on").strip();
    return switch (given) {
      case "on" -> true;
      case "off" -> false;
      default -> throw bad(VECTOR, given, "on or off");
    };
  }

  private static InvalidInputException bad(String property, String given, String expected) {
    return new InvalidInputException("-D" + property + "=" + given + ": expected " + expected);
  }

  /** The memory of the machine or container; what the heap may take when nothing tells. */
  private static long physical() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory();
  }
}
