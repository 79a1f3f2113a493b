package dev.orthant.core;

/** An element type that an op or a device does not take. */
public class DTypeException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public DTypeException(String message) {
    super(message);
  }

  @Override
  protected DTypeException again(String message) {
    return new DTypeException(message);
  }
}
