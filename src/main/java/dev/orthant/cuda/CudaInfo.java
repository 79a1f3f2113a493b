package dev.orthant.cuda;

import dev.orthant.core.DType;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.MatrixUnits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUcomputemode;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * A CUDA device as it describes itself.
 *
 * @param name the maker's
 * @param major compute capability before the point
 * @param minor compute capability behind it
 * @param units multiprocessors
 * @param memoryBytes all of its memory
 * @param optInSharedBytes the most shared memory of a block whose launch asks for it
 * @param prohibited whether an administrator forbids its use
 */
record CudaInfo(CUdevice device, String name, int major, int minor, int units, long memoryBytes, int optInSharedBytes,
    boolean prohibited) {
  /** What the emulated driver of the tests calls its device. */
  static final String EMULATED = "Emulated CUDA device";
  /** Every type: there has been double precision since the oldest devices that are taken. */
  static final Set<DType> TYPES = EnumSet.allOf(DType.class);

  /** The oldest that any NVRTC since CUDA 11 compiles for without a warning: Maxwell. */
  private static final int OLDEST = 50;
  /** Shared memory of a block that every kernel may take, on every device. */
  private static final long SHARED_BYTES = 48 << 10;
  private static final int GROUP_ITEMS = 256;
  /** As many as fill any device many times; kernels loop over what is more, and so count work-items in 32 bits. */
  private static final long GROUPS = 1 << 22;
  private static final int NAME_BYTES = 256;
  private static final Pattern KERNEL_DRIVER = Pattern.compile("Kernel Module\\S*(?: for \\S+)?\\s+(\\d+(?:\\.\\d+)+)");

  /** Reads the device of that number; throws {@link dev.orthant.gpu.driver.DriverException} when it does not answer. */
  static CudaInfo read(int ordinal) {
    CUdevice device = new CUdevice();
    Cuda.check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, ordinal));
    byte[] name = new byte[NAME_BYTES];
    Cuda.check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    long[] memory = new long[1];
    Cuda.check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(memory, device));
    return new CudaInfo(device, new String(name, StandardCharsets.UTF_8).replace("\0", "").strip(),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), memory[0],
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
        attribute(device,
            CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_MODE) == CUcomputemode.CU_COMPUTEMODE_PROHIBITED);
  }

  private static int attribute(CUdevice device, int which) {
    int[] value = new int[1];
    Cuda.check("cuDeviceGetAttribute " + which, JCudaDriver.cuDeviceGetAttribute(value, which, device));
    return value[0];
  }

  /** The compute capability without its point: 90 for 9.0. */
  int capability() {
    return 10 * major + minor;
  }

  boolean emulated() {
    return name.equals(EMULATED);
  }

  /** Why the device cannot be used at all; asked before it is opened. */
  Optional<String> fault() {
    if (prohibited) {
      return Optional.of("its compute mode is \"prohibited\"");
    }
    return capability() < OLDEST
        ? Optional.of("its compute capability is " + major + "." + minor + "; 5.0 is the oldest that is taken")
        : Optional.empty();
  }

  GpuLimits limits() {
    return new GpuLimits(GROUP_ITEMS, GROUPS, SHARED_BYTES, units, false, matrixUnits(),
        (int) Math.max(SHARED_BYTES, optInSharedBytes));
  }

  /** {@code wgmma} was for one generation only. */
  private MatrixUnits matrixUnits() {
    if (capability() == 90) {
      return MatrixUnits.WGMMA;
    }
    return major >= 8 ? MatrixUnits.MMA_SYNC : MatrixUnits.NONE;
  }

  /** The version of NVIDIA's kernel driver, such as 580.65.06, where Linux tells it. */
  static Optional<String> kernelDriver() {
    try {
      Matcher m = KERNEL_DRIVER.matcher(Files.readString(Path.of("/proc/driver/nvidia/version")));
      return m.find() ? Optional.of(m.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
