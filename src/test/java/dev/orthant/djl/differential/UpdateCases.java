package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Optimizers' updates. */
final class UpdateCases {
  private UpdateCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
