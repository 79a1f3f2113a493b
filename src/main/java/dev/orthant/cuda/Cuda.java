package dev.orthant.cuda;

import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.LibraryPath;
import dev.orthant.gpu.driver.NativeFault;
import dev.orthant.gpu.driver.NativeFolder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.Sizeof;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** NVIDIA's driver as a whole: whether it can be loaded, and what its errors mean. */
final class Cuda {
  /**
   * No context can be used any more: faults of kernels are sticky, and so is a driver that goes away. From the list of
   * {@code CUresult}.
   */
  private static final Set<Integer> LOST = Set.of(CUresult.CUDA_ERROR_DEINITIALIZED,
      CUresult.CUDA_ERROR_ECC_UNCORRECTABLE, CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
      CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, CUresult.CUDA_ERROR_LAUNCH_TIMEOUT, CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
      CUresult.CUDA_ERROR_ASSERT, CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR, CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
      CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
      CUresult.CUDA_ERROR_INVALID_PC, CUresult.CUDA_ERROR_LAUNCH_FAILED, CUresult.CUDA_ERROR_SYSTEM_NOT_READY,
      CUresult.CUDA_ERROR_MPS_CLIENT_TERMINATED, CUresult.CUDA_ERROR_UNKNOWN);

  private static final Pattern LINKER_SAID = Pattern.compile("UnsatisfiedLinkError: \\S*libJCudaDriver\\S*: (.*)");
  private static final int CONTAINED = 226;
  private static final int TENSOR_MEMORY_LEAK = 721;

  /** What drivers newer than JCuda say. */
  private static final Map<Integer, String> NEWER = Map.of(225, "CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC", CONTAINED,
      "CUDA_ERROR_CONTAINED", TENSOR_MEMORY_LEAK, "CUDA_ERROR_TENSOR_MEMORY_LEAK", 913,
      "CUDA_ERROR_FUNCTION_NOT_LOADED", 914, "CUDA_ERROR_INVALID_RESOURCE_TYPE", 915,
      "CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION", 916, "CUDA_ERROR_KEY_ROTATION");

  private Cuda() {}

  /** Initialised by the class loader: a library that cannot be loaded is tried once. */
  private static final class Holder {
    static final @Nullable NativeFault FAULT = load();

    private static @Nullable NativeFault load() {
      Optional<NativeFault> planted = LibraryPath.planted(LibCuda.NAME);
      if (planted.isPresent()) {
        return planted.get();
      }
      try {
        // The first touch loads the library. Codes are checked here, where the function's name is known.
        return NativeFolder.during(Sizeof.class, () -> JCudaDriver.setExceptionsEnabled(false)).orElse(null);
      } catch (LinkageError e) {
        return NativeFault.of(rootMessage(e));
      }
    }
  }

  /** Why the library cannot be used; null when it can. */
  static @Nullable NativeFault fault() {
    return Holder.FAULT;
  }

  /**
   * JCuda's message is a page of stack traces of all that it tried: what the dynamic linker said of its library is
   * enough.
   */
  static String rootMessage(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return message.lines()
        .map(LINKER_SAID::matcher)
        .filter(Matcher::find)
        .map(m -> m.group(1))
        .findFirst()
        .or(() -> message.lines().findFirst())
        .orElse(e.toString());
  }

  /**
   * Does nothing when {@code code} is {@code CUDA_SUCCESS}.
   *
   * @throws DriverException else, with the function and the code's symbolic name
   */
  static void check(String function, int code) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(function, code);
    }
  }

  static DriverException failure(String what, int code) {
    return new DriverException(what + ": " + name(code), isLost(code));
  }

  /** Whether nothing can be done with the device after that error. */
  static boolean isLost(int code) {
    return LOST.contains(code) || code == CONTAINED || code == TENSOR_MEMORY_LEAK;
  }

  /** {@code CUDA_ERROR_OUT_OF_MEMORY} for 2. */
  static String name(int code) {
    String known = CUresult.stringFor(code);
    return known.startsWith("CUDA_") ? known : NEWER.getOrDefault(code, "CUresult " + code);
  }
}
