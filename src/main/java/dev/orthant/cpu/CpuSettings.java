package dev.orthant.cpu;

import dev.orthant.core.Setting;
import java.lang.management.ManagementFactory;
import java.util.Properties;

/**
 * How the CPU device is to work; from system properties.
 *
 * @param threads that compute, the caller counted: {@code -Dorthant.cpu.threads}, else one for each available processor
 * @param memoryBytes the most memory for tensors: {@code -Dorthant.cpu.memory}, a number of bytes that may end in k, m
 *     or g; else four fifths of what the machine (or container) has. More is refused rather than left to the system's
 *     out-of-memory killer
 * @param vectors whether vector code may be used: {@code -Dorthant.cpu.vector=off} forbids it
 */
public record CpuSettings(int threads, long memoryBytes, boolean vectors) {
  /**
   * Reads the properties.
   *
   * @throws dev.orthant.core.InvalidInputException naming the property that makes no sense
   */
  static CpuSettings of(Properties properties) {
    return new CpuSettings(
        Setting.CPU_THREADS.value(properties).map(Integer::valueOf)
            .orElseGet(Runtime.getRuntime()::availableProcessors),
        Setting.CPU_MEMORY.value(properties).map(Setting::bytesOf).orElseGet(() -> physical() / 5 * 4),
        Setting.CPU_VECTOR.isOn(properties));
  }

  /** The memory of the machine or container; what the heap may take when nothing tells. */
  private static long physical() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory();
  }
}
