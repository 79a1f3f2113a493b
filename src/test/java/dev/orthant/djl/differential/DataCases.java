package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Making arrays and reading them. */
final class DataCases {
  private DataCases() {}

  static Stream<Case> all() {
    return Stream.of(Case.of("data/special", Inputs::special), Case.of("data/normal", m -> Inputs.normal(m, 1, 2, 3)));
  }
}
