package dev.orthant.device;

/**
 * A piece of a device's memory. Closing it twice is harmless; using it closed throws
 * {@link dev.orthant.core.ClosedException}.
 */
public interface Buffer extends AutoCloseable {
  Device device();

  /** The size asked for. */
  long bytes();

  boolean isClosed();

  /** Returns the memory to the device's pool, after the work that uses it. */
  @Override
  void close();
}
