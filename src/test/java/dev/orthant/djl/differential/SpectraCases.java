package dev.orthant.djl.differential;

import java.util.stream.Stream;

/** Fourier transforms and complex numbers. */
final class SpectraCases {
  private SpectraCases() {}

  static Stream<Case> all() {
    return Stream.of();
  }
}
