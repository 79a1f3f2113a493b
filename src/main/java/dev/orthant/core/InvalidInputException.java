package dev.orthant.core;

/** The caller's mistake, found before any device was touched. The message names op, shapes, dtype and device. */
public class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(String message) {
    super(message);
  }

  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same mistake, its message completed by the device that was to do the work. */
  public InvalidInputException on(String device) {
    return new InvalidInputException(text(device), this);
  }

  /** The message with the device added. */
  protected final String text(String device) {
    return getMessage() + " (on " + device + ")";
  }
}
