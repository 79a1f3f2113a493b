package dev.orthant.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {
  private static List<String> labels(double least, double most, boolean logarithmic) {
    return Axis.of(least, most, logarithmic).ticks().stream().map(Axis.Tick::label).toList();
  }

  @Test
  void marksAreRoundNumbers() {
    assertThat(labels(0, 1, false)).containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
    assertThat(labels(0.07, 0.31, false)).containsExactly("0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35");
    assertThat(labels(-3, 40, false)).containsExactly("-10", "0", "10", "20", "30", "40");
    assertThat(labels(1, 1_500_000, false)).containsExactly("0", "500000", "1e6", "1.5e6");
    assertThat(labels(2.30001, 2.30009, false)).contains("2.30002", "2.30008");
  }

  @Test
  void marksOfALogarithmicAxisArePowersOfTen() {
    assertThat(labels(0.02, 3000, true)).containsExactly("0.01", "0.1", "1", "10", "100", "1000", "10000");
    assertThat(labels(2, 30, true)).containsExactly("1", "2", "5", "10", "20", "50", "100");
    assertThat(labels(1e-30, 1, true)).hasSizeBetween(5, 9);
    assertThat(labels(10, 10, true)).containsExactly("10", "20", "50", "100");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -1, Double.MIN_VALUE, 1e-299, 1e300, -1e300, 123456.789})
  void oneValueHasAnAxisToo(double value) {
    Axis axis = Axis.of(value, value, false);
    assertThat(axis.at(value)).isStrictlyBetween(0.0, 1.0);
    assertThat(axis.ticks()).hasSizeBetween(2, 10);
  }

  @Test
  void withoutValuesThereAreAxes() {
    assertThat(Axis.of(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, false).ticks()).isNotEmpty();
    assertThat(Axis.of(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, true).ticks()).isNotEmpty();
  }

  @Test
  void holdsItsValuesBetweenItsEnds() {
    long seed = 4;
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      double scale = Math.pow(10, random.nextInt(-290, 299));
      double a = random.nextGaussian() * scale;
      double b = a + random.nextDouble() * scale * Math.pow(10, -random.nextInt(8));
      for (boolean logarithmic : new boolean[] {false, true}) {
        double least = logarithmic ? Math.abs(a) : a;
        double most = logarithmic ? least + (b - a) : b;
        Axis axis = Axis.of(least, most, logarithmic);
        var as = "seed %d, round %d: %s to %s, logarithmic %s: %s".formatted(seed, i, least, most, logarithmic, axis);
        assertThat(axis.at(least)).as(as).isBetween(-1e-9, 1 + 1e-9);
        assertThat(axis.at(most)).as(as).isBetween(-1e-9, 1 + 1e-9);
        assertThat(axis.ticks()).as(as).hasSizeBetween(2, 12).allMatch(t -> Math.abs(axis.at(t.value()) - 0.5) < 0.501);
        assertThat(axis.ticks().stream().map(Axis.Tick::label)).as(as).doesNotHaveDuplicates();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "-0.0,0", "0.25,0.25", "98.666666,98.67", "1500,1500", "123456,123500", "2e-7,2e-7",
      "-1.5e9,-1.5e9",
      "NaN,NaN", "Infinity,Infinity"})
  void labelsAreShort(double value, String label) {
    assertThat(Axis.label(value)).isEqualTo(label);
  }

  @Test
  void someValuesHaveNoPlace() {
    assertThat(Axis.shows(-1, false)).isTrue();
    assertThat(Axis.shows(Double.NaN, false)).isFalse();
    assertThat(Axis.shows(Double.NEGATIVE_INFINITY, false)).isFalse();
    assertThat(Axis.shows(Double.MAX_VALUE, false)).isFalse();
    assertThat(Axis.shows(0, true)).isFalse();
    assertThat(Axis.shows(-1, true)).isFalse();
    assertThat(Axis.shows(Double.NaN, true)).isFalse();
  }
}
