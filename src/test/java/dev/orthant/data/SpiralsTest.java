package dev.orthant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiralsTest {
  private static final long SEED = 3;

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void pointsLieOnTheirArm(int arms) {
    Examples e = Spirals.train(SEED, 300, arms, 0);
    assertThat(e.shape()).isEqualTo(Shape.of(300, 2));
    assertThat(e.classes()).isEqualTo(arms);
    for (int i = 0; i < e.count(); i++) {
      double x = e.features()[2 * i];
      double y = e.features()[2 * i + 1];
      double r = Math.hypot(x, y);
      double angle = 2 * Math.PI * (1.25 * (r - 0.1) / 0.9 + (double) (i % arms) / arms);
      assertThat(e.labels()[i]).isEqualTo(i % arms);
      assertThat(x).as("seed %d, point %d", SEED, i).isCloseTo(r * Math.cos(angle), within(1e-5));
      assertThat(y).as("seed %d, point %d", SEED, i).isCloseTo(r * Math.sin(angle), within(1e-5));
    }
  }

  @Test
  void noiseHasItsSize() {
    Examples exact = Spirals.train(SEED, 2000, 2, 0);
    Examples noisy = Spirals.train(SEED, 2000, 2, 0.1);
    double sum = 0;
    for (int i = 0; i < exact.features().length; i++) {
      sum += Math.pow(noisy.features()[i] - exact.features()[i], 2);
    }
    assertThat(Math.sqrt(sum / exact.features().length)).as("seed %d", SEED).isCloseTo(0.1, within(0.005));
  }

  @Test
  void areTheSameForASeedAndOthersToTestWith() {
    Examples e = Spirals.train(SEED, 100, 2, 0.05);
    assertThat(Spirals.train(SEED, 100, 2, 0.05).features()).isEqualTo(e.features());
    assertThat(Arrays.copyOf(Spirals.train(SEED, 200, 2, 0.05).features(), 200)).isEqualTo(e.features());
    assertThat(Spirals.train(SEED + 1, 100, 2, 0.05).features()).doesNotContain(e.features());
    assertThat(Spirals.test(SEED, 100, 2, 0.05).features()).doesNotContain(e.features());
  }

  @Test
  void refusesWhatCannotBeDrawn() {
    assertThatThrownBy(() -> Spirals.train(1, 10, 0, 0.1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Spirals.train(1, -1, 2, 0.1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> Spirals.train(1, 10, 2, Double.NaN)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("noise NaN");
  }
}
