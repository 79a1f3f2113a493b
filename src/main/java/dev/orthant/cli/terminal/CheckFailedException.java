package dev.orthant.cli.terminal;

/** A check failed; everything worth printing but the message has been printed. */
public final class CheckFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckFailedException(String message) {
    super(message);
  }
}
