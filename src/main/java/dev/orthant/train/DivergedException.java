package dev.orthant.train;

/** Training has left the finite numbers; the message names the step and the cure. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
