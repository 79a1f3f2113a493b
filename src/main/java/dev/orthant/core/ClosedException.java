package dev.orthant.core;

/** A tensor, buffer or device was used after it was closed. */
public class ClosedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public ClosedException(String message) {
    super(message);
  }
}
