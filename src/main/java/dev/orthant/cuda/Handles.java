package dev.orthant.cuda;

import dev.orthant.gpu.driver.GpuDriver;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;

/**
 * JCuda's handles. It shows their values to subclasses only, and they are needed for arguments and for functions that
 * it lacks.
 */
final class Handles {
  private Handles() {}

  /** Device memory. */
  static final class DeviceMemory extends CUdeviceptr implements GpuDriver.Memory {
    long address() {
      return getNativePointer();
    }
  }

  /** A queue. */
  static final class Stream extends CUstream {
    long address() {
      return getNativePointer();
    }
  }

  /** A function of a loaded module. */
  static final class Function extends CUfunction {
    long address() {
      return getNativePointer();
    }
  }
}
