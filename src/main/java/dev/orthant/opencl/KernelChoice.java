package dev.orthant.opencl;

import dev.orthant.core.InvalidInputException;
import java.util.Locale;

/** Whether a device gets the kernels for GPUs or those for CPUs: by its type, unless somebody wants to test the others. */
enum KernelChoice {
  BY_TYPE,
  GPU,
  CPU;

  /** The system property that overrides the type of every OpenCL device: {@code gpu} or {@code cpu}. */
  static final String PROPERTY = "orthant.opencl.kernels";

  static KernelChoice fromProperty() {
    String wish = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
    return switch (wish) {
      case "" -> BY_TYPE;
      case "gpu" -> GPU;
      case "cpu" -> CPU;
      default -> throw new InvalidInputException("-D" + PROPERTY + " must be gpu or cpu, not '" + wish + "'");
    };
  }

  boolean isCpuLike(boolean typeIsCpu) {
    return switch (this) {
      case BY_TYPE -> typeIsCpu;
      case GPU -> false;
      case CPU -> true;
    };
  }
}
