package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Elements by index and mask, read and written. */
final class SelectionCases {
  private SelectionCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
