package dev.orthant.core;

/** Shapes that do not fit an op or each other. */
public class ShapeException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }

  @Override
  public ShapeException on(String device) {
    return new ShapeException(text(device));
  }
}
