package dev.orthant.core;

/** Shapes that do not fit an op or each other. */
public class ShapeException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public ShapeException(String message) {
    super(message);
  }

  @Override
  protected ShapeException again(String message) {
    return new ShapeException(message);
  }
}
