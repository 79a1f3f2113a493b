package dev.orthant.core;

/**
 * A device failed while it worked: compiling, allocating, copying, launching or waiting. The message begins with the
 * device's name and names the op that was under way. The device stays usable unless the subclass says otherwise.
 */
public class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String device;

  /** The message follows the device's name. */
  public DeviceException(String device, String message) {
    super(device + ": " + message);
    this.device = device;
  }

  /** The message follows the device's name. */
  public DeviceException(String device, String message, Throwable cause) {
    super(device + ": " + message, cause);
    this.device = device;
  }

  /** The name of the device, such as {@code opencl:0}. */
  public String device() {
    return device;
  }
}
