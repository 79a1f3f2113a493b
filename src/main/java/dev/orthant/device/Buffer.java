package dev.orthant.device;

/**
 * A piece of a device's memory. Closing it twice is harmless; using it closed throws
 * {@link dev.orthant.core.ClosedException}.
 */
public interface Buffer extends AutoCloseable {
  /** Where it is. */
  Device device();

  /** The size asked for. */
  long bytes();

  /** Whether {@link #close} was called. */
  boolean isClosed();

  /** Returns the memory to the device's pool, after the work that uses it. */
  @Override
  void close();
}
