package dev.orthant.core;

/** The caller's mistake, found before any device was touched. The message names op, shapes, dtype and device. */
public class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** With the whole message, and what was thrown first. */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same mistake, its message completed by the device that was to do the work. */
  public InvalidInputException on(String device) {
    return again(getMessage() + " (on " + device + ")");
  }

  /** The same mistake told of the op that the user called, when that is not the one which found it. */
  public InvalidInputException in(String op, String called) {
    return again(String.valueOf(getMessage()).replaceFirst(java.util.regex.Pattern.quote(op),
        java.util.regex.Matcher.quoteReplacement(called)));
  }

  /** The same kind of mistake in other words. */
  protected InvalidInputException again(String message) {
    return new InvalidInputException(message, this);
  }
}
