package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Arithmetic, comparisons and logic. */
final class ArithmeticCases {
  private ArithmeticCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
