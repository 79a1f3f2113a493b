package dev.orthant.cli;

/** A check failed; everything worth printing but the message has been printed. */
final class CheckFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckFailedException(String message) {
    super(message);
  }
}
