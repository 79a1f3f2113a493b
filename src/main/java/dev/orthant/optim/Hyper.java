package dev.orthant.optim;

import dev.orthant.core.InvalidInputException;

/** Checks of hyper-parameters: messages name who, which, the range and the value. NaN is in no range. */
final class Hyper {
  private Hyper() {}

  static void nonNegative(String who, String what, double value) {
    check(value >= 0 && value < Double.POSITIVE_INFINITY, who, what, "finite and at least 0", value);
  }

  static void positive(String who, String what, double value) {
    check(value > 0 && value < Double.POSITIVE_INFINITY, who, what, "finite and greater than 0", value);
  }

  /** How fast an average forgets. */
  static void decay(String who, String what, double value) {
    check(value >= 0 && value < 1, who, what, "from 0 to less than 1", value);
  }

  private static void check(boolean right, String who, String what, String range, double value) {
    if (!right) {
      throw new InvalidInputException(who + ": " + what + " must be " + range + ", got " + value);
    }
  }
}
