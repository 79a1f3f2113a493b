package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Matrix products and inverses. */
final class ProductCases {
  private ProductCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
