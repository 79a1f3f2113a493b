package dev.orthant.opencl;

import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.LibraryPath;
import dev.orthant.gpu.driver.NativeFault;
import dev.orthant.gpu.driver.NativeFolder;
import java.util.Optional;
import java.util.Set;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Sizeof;
import org.jspecify.annotations.Nullable;

/** The OpenCL library as a whole: whether it can be loaded, and what its errors mean. */
final class OpenCl {
  /** The ICD loader found no platform: {@code CL_PLATFORM_NOT_FOUND_KHR}. */
  static final int NO_PLATFORM = -1001;

  /**
   * What a driver says at a wait or a launch when an earlier kernel has crashed or the device was reset. NVIDIA's own
   * is −9999.
   */
  private static final Set<Integer> LOST = Set.of(CL.CL_DEVICE_NOT_AVAILABLE, CL.CL_INVALID_COMMAND_QUEUE,
      CL.CL_INVALID_CONTEXT, CL.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, -9999);

  private OpenCl() {}

  /** Initialised by the class loader: a library that cannot be loaded is tried once. */
  private static final class Holder {
    static final @Nullable NativeFault FAULT = load();

    private static @Nullable NativeFault load() {
      Optional<NativeFault> planted = LibraryPath.planted("libOpenCL.so", "libOpenCL.so.1");
      if (planted.isPresent()) {
        return planted.get();
      }
      try {
        // The first touch of CL loads the library.
        return NativeFolder.during(Sizeof.class, () -> CL.setExceptionsEnabled(true)).orElse(null);
      } catch (LinkageError e) {
        return NativeFault.of("the OpenCL library cannot be loaded: " + rootMessage(e));
      }
    }
  }

  /** Why the library cannot be used; null when it can. */
  static @Nullable NativeFault fault() {
    return Holder.FAULT;
  }

  /** JOCL's message is a page of stack traces: the line that names the cause is enough. */
  private static String rootMessage(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return message.lines()
        .map(String::strip)
        .filter(l -> l.contains("cannot open shared object") || l.contains("UnsatisfiedLinkError:"))
        .reduce((first, last) -> last.contains("cannot open") ? last : first)
        .or(() -> message.lines().findFirst())
        .orElse(e.toString());
  }

  /** A call that may fail. */
  interface Action<T> {
    T run();
  }

  /** Runs a call; a failure gets its symbolic name and that of the function. */
  static <T> T call(String function, Action<T> action) {
    try {
      return action.run();
    } catch (CLException e) {
      throw failure(function, e);
    }
  }

  static DriverException failure(String function, CLException e) {
    DriverException failure = new DriverException(function + ": " + name(e.getStatus()), LOST.contains(e.getStatus()));
    failure.initCause(e);
    return failure;
  }

  /** {@code CL_OUT_OF_RESOURCES} for −5. */
  static String name(int status) {
    return status == NO_PLATFORM ? "CL_PLATFORM_NOT_FOUND_KHR" : CL.stringFor_errorCode(status);
  }
}
