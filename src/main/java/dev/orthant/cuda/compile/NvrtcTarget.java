package dev.orthant.cuda.compile;

import java.util.List;
import java.util.Optional;

/**
 * What a compiler is told to make.
 *
 * @param architecture {@code sm_90a} for machine code, {@code compute_90} for PTX, which the driver translates
 * @param ptx whether it is PTX
 */
public record NvrtcTarget(String architecture, boolean ptx) {
  private static final int HOPPER = 90;
  /** The first NVRTC that knows {@code sm_90a}: 12.0. */
  private static final int ARCHITECTURE_SPECIFIC = 120;

  /**
   * Machine code for the very device when the compiler can make it, with the instructions that only Hopper has; else
   * PTX for the newest that the device can run.
   *
   * @param capability the device's, without its point
   * @param supported those that the compiler says it knows; empty when it is too old to say
   * @param version the compiler's, without its point
   * @param cubin whether it makes machine code at all
   * @return empty when the device is older than all that the compiler knows
   */
  public static Optional<NvrtcTarget> choose(int capability, List<Integer> supported, int version, boolean cubin) {
    if (cubin && supported.contains(capability)) {
      boolean specific = capability == HOPPER && version >= ARCHITECTURE_SPECIFIC;
      return Optional.of(new NvrtcTarget("sm_" + capability + (specific ? "a" : ""), false));
    }
    List<Integer> known = supported.isEmpty() ? before112(version) : supported;
    return known.stream().filter(c -> c <= capability).max(Integer::compare)
        .map(c -> new NvrtcTarget("compute_" + c, true));
  }

  /** What NVRTC 10.0 to 11.1 know, which cannot be asked. */
  private static List<Integer> before112(int version) {
    if (version >= 110) {
      return List.of(52, 53, 60, 61, 62, 70, 72, 75, 80);
    }
    return List.of(50, 52, 53, 60, 61, 62, 70, 72, 75);
  }
}
