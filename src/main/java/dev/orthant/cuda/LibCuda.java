package dev.orthant.cuda;

import dev.orthant.cuda.compile.ForeignLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * The functions of NVIDIA's driver that JCuda lacks. JCuda has loaded the library before; this is another way into the
 * same one. An older driver may lack functions as well: {@link #function} then says so.
 */
final class LibCuda {
  /** The name under which NVIDIA's driver puts its library where the dynamic linker finds it. */
  static final String NAME = "libcuda.so.1";

  private final ForeignLibrary library;

  /**
   * The library.
   *
   * @throws IllegalArgumentException when there is none
   */
  LibCuda() {
    this.library = ForeignLibrary.named(NAME);
  }

  /**
   * A function that returns a {@code CUresult}, to be given to {@link Cuda#check}.
   *
   * @throws dev.orthant.gpu.driver.DriverException when the driver has none of that name
   */
  MethodHandle function(String symbol, FunctionDescriptor type) {
    return library.function(symbol, type);
  }
}
