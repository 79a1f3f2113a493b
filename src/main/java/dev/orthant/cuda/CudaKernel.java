package dev.orthant.cuda;

import dev.orthant.gpu.driver.GpuDriver;
import jcuda.driver.CUmodule;
import org.jspecify.annotations.Nullable;

/** A kernel that can be launched. */
final class CudaKernel implements GpuDriver.Kernel {
  private final Handles.Function function;
  private final @Nullable CUmodule module;
  private int allowedSharedBytes;

  /**
   * A loaded kernel.
   *
   * @param module its module when it has one for itself; null when others are in it too
   */
  CudaKernel(Handles.Function function, @Nullable CUmodule module) {
    this.function = function;
    this.module = module;
  }

  Handles.Function function() {
    return function;
  }

  @Nullable
  CUmodule module() {
    return module;
  }

  /** The most shared memory that its launches may take so far. */
  int allowedSharedBytes() {
    return allowedSharedBytes;
  }

  void allow(int sharedBytes) {
    allowedSharedBytes = sharedBytes;
  }
}
