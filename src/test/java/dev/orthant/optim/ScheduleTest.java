package dev.orthant.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.core.InvalidInputException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Learning rates at steps where they can be told by hand. */
class ScheduleTest {
  private static final Offset<Double> CLOSE = within(1e-15);

  @Test
  void constant() {
    assertThat(Schedule.constant(0.3).at(0)).isEqualTo(0.3);
    assertThat(Schedule.constant(0.3).at(1_000_000_000_000L)).isEqualTo(0.3);
  }

  @Test
  void stepwise() {
    Schedule s = Schedule.stepwise(0.8, 3, 0.5);
    assertThat(new double[] {s.at(0), s.at(2), s.at(3), s.at(5), s.at(6)}).containsExactly(0.8, 0.8, 0.4, 0.4, 0.2);
  }

  @Test
  void exponential() {
    Schedule s = Schedule.exponential(0.8, 0.5);
    assertThat(new double[] {s.at(0), s.at(1), s.at(3)}).containsExactly(0.8, 0.4, 0.1);
  }

  @Test
  void cosine() {
    Schedule s = Schedule.cosine(1, 0.2, 8);
    assertThat(s.at(0)).isEqualTo(1);
    assertThat(s.at(2)).isCloseTo(0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2, CLOSE);
    assertThat(s.at(4)).isCloseTo(0.6, CLOSE);
    assertThat(s.at(8)).isEqualTo(0.2);
    assertThat(s.at(9)).isEqualTo(0.2);
  }

  @Test
  void linearAndPolynomial() {
    Schedule line = Schedule.linear(1, 0, 4);
    assertThat(new double[] {line.at(0), line.at(1), line.at(4), line.at(5)}).containsExactly(1, 0.75, 0, 0);
    Schedule square = Schedule.polynomial(1, 0.5, 4, 2);
    assertThat(new double[] {square.at(0), square.at(2), square.at(4)}).containsExactly(1, 0.625, 0.5);
  }

  @Test
  void warmUpGoesBeforeAny() {
    Schedule s = Schedule.linear(1, 0, 4).warmUp(4);
    assertThat(new double[] {s.at(0), s.at(1), s.at(3), s.at(4), s.at(5), s.at(8)})
        .containsExactly(0.25, 0.5, 1, 1, 0.75, 0);
    assertThat(Schedule.constant(0.5).warmUp(0).at(0)).isEqualTo(0.5);
  }

  @Test
  void refusesWhatMakesNoSense() {
    refused(() -> Schedule.constant(Double.NaN), "rate", "NaN");
    refused(() -> Schedule.stepwise(1, 0, 0.5), "every", "0");
    refused(() -> Schedule.exponential(1, -1), "gamma", "-1");
    refused(() -> Schedule.cosine(1, 2, 5), "least must be from 0 to the rate 1.0", "2.0");
    refused(() -> Schedule.linear(1, 0, -5), "total", "-5");
    refused(() -> Schedule.polynomial(1, 0, 5, 0), "power", "0");
    refused(() -> Schedule.constant(1).warmUp(-1), "warm-up", "-1");
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String... words) {
    assertThatThrownBy(work).isInstanceOf(InvalidInputException.class).hasMessageContainingAll(words);
  }
}
