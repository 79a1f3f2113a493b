package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Images. */
final class ImageCases {
  private ImageCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
