package dev.orthant.opencl;

import dev.orthant.core.Setting;
import java.util.Locale;

/**
 * Whether a device gets the kernels for GPUs or those for CPUs: by its type, unless somebody wants to test the others.
 */
enum KernelChoice {
  BY_TYPE,
  GPU,
  CPU;

  /** What {@code -Dorthant.opencl.kernels} says. */
  static KernelChoice fromSetting() {
    return Setting.OPENCL_KERNELS.value().map(v -> valueOf(v.toUpperCase(Locale.ROOT))).orElse(BY_TYPE);
  }

  boolean isCpuLike(boolean typeIsCpu) {
    return switch (this) {
      case BY_TYPE -> typeIsCpu;
      case GPU -> false;
      case CPU -> true;
    };
  }
}
