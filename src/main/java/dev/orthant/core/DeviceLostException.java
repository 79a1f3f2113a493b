package dev.orthant.core;

/** The device is gone (driver reset, unplugged, fatal fault): every later call on it throws this. */
public final class DeviceLostException extends DeviceException {
  private static final long serialVersionUID = 1L;

  /** The message follows the device's name. */
  public DeviceLostException(String device, String message, Throwable cause) {
    super(device, "device lost: " + message, cause);
  }
}
