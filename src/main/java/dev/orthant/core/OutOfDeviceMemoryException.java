package dev.orthant.core;

/** The device could not give the memory asked for, even after its caches were emptied and the Cleaner had run. */
public final class OutOfDeviceMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  private final long asked;

  /** {@code asked} bytes were not to be had; {@code detail} says what is held. */
  public OutOfDeviceMemoryException(String device, long asked, String detail) {
    super(device, "out of memory: asked for " + asked + " bytes; " + detail);
    this.asked = asked;
  }

  /** The size of the allocation that failed, in bytes. */
  public long asked() {
    return asked;
  }
}
