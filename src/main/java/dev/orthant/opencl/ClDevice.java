package dev.orthant.opencl;

import static org.jocl.CL.CL_DEVICE_ADDRESS_BITS;
import static org.jocl.CL.CL_DEVICE_AVAILABLE;
import static org.jocl.CL.CL_DEVICE_COMPILER_AVAILABLE;
import static org.jocl.CL.CL_DEVICE_DOUBLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_ENDIAN_LITTLE;
import static org.jocl.CL.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_COMPUTE_UNITS;
import static org.jocl.CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_WORK_ITEM_SIZES;
import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_SINGLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_CPU;
import static org.jocl.CL.CL_DEVICE_TYPE_GPU;
import static org.jocl.CL.CL_DEVICE_VERSION;
import static org.jocl.CL.CL_DRIVER_VERSION;
import static org.jocl.CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
import static org.jocl.CL.CL_FP_DENORM;
import static org.jocl.CL.CL_PLATFORM_NAME;
import static org.jocl.CL.CL_PLATFORM_VERSION;

import dev.orthant.core.DType;
import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.driver.GpuLimits;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * An OpenCL device as it describes itself.
 *
 * @param buildOptions for its compiler: the language version, and correct rounding where there is a choice
 */
record ClDevice(cl_platform_id platform, cl_device_id device, DeviceInfo info, GpuLimits limits, String buildOptions) {
  /**
   * Local memory and group size that every GPU of the last decade has; more is not asked for, since other groups share
   * it.
   */
  private static final long SHARED_BYTES = 48 << 10;
  private static final int GROUP_ITEMS = 256;
  /** Some drivers count work-items in 32 bits; kernels loop over what is more. */
  private static final long GROUPS = 1 << 22;

  private static final Pattern VERSION = Pattern.compile("OpenCL (\\d+)\\.(\\d+).*");

  /** Reads a device; throws {@link org.jocl.CLException} when it does not answer. */
  static ClDevice read(cl_platform_id platform, cl_device_id device, KernelChoice choice) {
    String platformName = ClInfo.text(platform, CL_PLATFORM_NAME);
    boolean cpu = choice.isCpuLike(isCpu(device));
    List<String> notes = new ArrayList<>();
    if (!ClInfo.has(device, CL_DEVICE_SINGLE_FP_CONFIG, CL_FP_DENORM)) {
      notes.add("subnormal numbers are flushed to zero");
    }
    Pocl.signalNote(platformName).ifPresent(notes::add);
    Set<DType> types = EnumSet.complementOf(EnumSet.of(DType.F64));
    if (ClInfo.number(device, CL_DEVICE_DOUBLE_FP_CONFIG) != 0) {
      types.add(DType.F64);
    }
    int units = (int) ClInfo.number(device, CL_DEVICE_MAX_COMPUTE_UNITS);
    DeviceInfo info = new DeviceInfo(ClInfo.text(device, CL_DEVICE_NAME),
        platformName + ", " + ClInfo.text(platform, CL_PLATFORM_VERSION) + ", driver "
            + ClInfo.text(device, CL_DRIVER_VERSION),
        units, ClInfo.number(device, CL_DEVICE_GLOBAL_MEM_SIZE), ClInfo.number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        types, platformName.equalsIgnoreCase("Oclgrind"), notes);
    long local = ClInfo.number(device, CL_DEVICE_LOCAL_MEM_SIZE);
    int items = (int) Math.min(ClInfo.number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE),
        ClInfo.firstSize(device, CL_DEVICE_MAX_WORK_ITEM_SIZES));
    GpuLimits limits = new GpuLimits(Math.min(items, GROUP_ITEMS), GROUPS, cpu ? local : Math.min(local, SHARED_BYTES),
        units, cpu);
    boolean rounds = ClInfo.has(device, CL_DEVICE_SINGLE_FP_CONFIG, CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT);
    return new ClDevice(platform, device, info, limits,
        "-cl-std=CL1.2" + (rounds ? " -cl-fp32-correctly-rounded-divide-sqrt" : ""));
  }

  private static boolean isCpu(cl_device_id device) {
    return ClInfo.has(device, CL_DEVICE_TYPE, CL_DEVICE_TYPE_CPU)
        && !ClInfo.has(device, CL_DEVICE_TYPE, CL_DEVICE_TYPE_GPU);
  }

  /** Why a device cannot be used at all; asked before it is opened. */
  static Optional<String> fault(cl_device_id device) {
    if (ClInfo.number(device, CL_DEVICE_AVAILABLE) == 0) {
      return Optional.of("it says that it is not available");
    }
    if (ClInfo.number(device, CL_DEVICE_COMPILER_AVAILABLE) == 0) {
      return Optional.of("its driver has no compiler");
    }
    if (ClInfo.number(device, CL_DEVICE_ENDIAN_LITTLE) == 0) {
      return Optional.of("it is big-endian");
    }
    if (ClInfo.number(device, CL_DEVICE_ADDRESS_BITS) < 32) {
      return Optional.of("it has addresses of fewer than 32 bits");
    }
    String version = ClInfo.text(device, CL_DEVICE_VERSION);
    Matcher m = VERSION.matcher(version);
    boolean old = !m.matches() || Integer.parseInt(m.group(1)) * 10 + Integer.parseInt(m.group(2)) < 12;
    return old ? Optional.of("it speaks " + version + "; OpenCL 1.2 is needed") : Optional.empty();
  }
}
