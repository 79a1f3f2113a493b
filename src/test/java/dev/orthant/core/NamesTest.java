package dev.orthant.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a name that nothing has. */
class NamesTest {
  private static final List<String> OPS = List.of("matmul", "relu", "relu6", "leaky_relu", "elu", "gelu_tanh");

  @ParameterizedTest
  @CsvSource({"rely, relu", "RELU, relu", "reluu6, relu6", "matmull, matmul", "leakyrelu, leaky_relu",
      "gelu-tanh, gelu_tanh"})
  void theMeantNameIsNamed(String written, String meant) {
    assertThat(Names.unknown("op", written, OPS)).isEqualTo(
        "unknown op '" + written + "'; known: matmul relu relu6 leaky_relu elu gelu_tanh; did you mean " + meant + "?");
  }

  @ParameterizedTest
  @CsvSource({"frobnicate", "''", "x", "softmax"})
  void aFarNameSuggestsNothing(String written) {
    assertThat(Names.didYouMean(written, OPS)).isEmpty();
  }

  @Test
  void nothingIsNearWhereNothingIsKnown() {
    assertThat(Names.nearest("relu", List.of())).isEmpty();
    assertThat(Names.unknown("op", "relu", List.of())).isEqualTo("unknown op 'relu'; known: ");
  }
}
