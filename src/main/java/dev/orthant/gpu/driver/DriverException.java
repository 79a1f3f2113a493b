package dev.orthant.gpu.driver;

import dev.orthant.gpu.GpuDevice;

/**
 * A driver's call failed. Only {@link GpuDevice} sees this: it adds the names of the device and of the op and throws
 * the error that users see.
 */
public final class DriverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean lost;

  /**
   * A failure.
   *
   * @param message what was done and the driver's symbolic name of the error: {@code clFinish: CL_OUT_OF_RESOURCES}
   * @param lost whether nothing can be done with the device any more
   */
  public DriverException(String message, boolean lost) {
    super(message);
    this.lost = lost;
  }

  public boolean isLost() {
    return lost;
  }
}
