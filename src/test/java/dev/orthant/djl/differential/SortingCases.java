package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Sorting and what follows from it. */
final class SortingCases {
  private SortingCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
