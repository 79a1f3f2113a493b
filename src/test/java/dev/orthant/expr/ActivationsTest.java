package dev.orthant.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ActivationsTest {
  private static final double[] NONE = {};

  static Collection<Activation> all() {
    return Activations.all();
  }

  private static double[] at(Activation f, double x) {
    double[] in = new double[f.parameters().size() + 1];
    in[0] = x;
    for (int i = 1; i < in.length; i++) {
      in[i] = f.parameters().get(i - 1).initial();
    }
    return in;
  }

  @ParameterizedTest
  @MethodSource("all")
  void slopesAgreeWithCentralDifferences(Activation f) {
    for (double x : new double[] {-9.3, -3.7, -2.1, -1.2, -0.4, -0.01, 0.02, 0.3, 0.9, 1.7, 2.9, 4.2, 5.8, 7.5}) {
      for (int input = 0; input <= f.parameters().size(); input++) {
        double[] in = at(f, x);
        if (Double.isInfinite(in[input])) {
          continue;
        }
        double h = 1e-6;
        in[input] += h;
        double up = f.value().evaluate(in, NONE);
        in[input] -= 2 * h;
        double down = f.value().evaluate(in, NONE);
        in[input] += h;
        double slope = f.value().derivative(input).evaluate(in, NONE);
        double difference = (up - down) / (2 * h);
        double error = Math.abs(slope - difference);
        boolean bothNan = Double.isNaN(slope) && Double.isNaN(difference);
        assertThat(bothNan || error <= 1e-8 * Math.max(1, Math.abs(slope)))
            .as("%s at %s by input %d: %s, difference %s", f.name(), x, input,
                slope, difference)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void slopesByOutputAgreeWithSlopes(Activation f) {
    if (f.slopeByOutput().isEmpty()) {
      assertThat(f.saved()).isEqualTo(Activation.Saved.PREACTIVATION);
      return;
    }
    assertThat(f.saved()).isEqualTo(Activation.Saved.OUTPUT);
    for (double x : new double[] {-4, -1, -0.2, 0, 0.3, 1, 3, 5.5, 7}) {
      double[] in = at(f, x);
      double slope = f.slope().evaluate(in, NONE);
      in[0] = f.value().evaluate(in, NONE);
      double byOutput = f.slopeByOutput().orElseThrow().evaluate(in, NONE);
      boolean same = Math.abs(byOutput - slope) <= 1e-12 || Double.compare(byOutput, slope) == 0;
      assertThat(same).as("%s at %s: %s by output, %s", f.name(), x, byOutput, slope).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void nanStaysNan(Activation f) {
    assertThat(f.value().evaluate(at(f, Double.NaN), NONE)).isNaN();
  }

  @ParameterizedTest
  @MethodSource("all")
  void neitherValueNorSlopeOverflowsFarOut(Activation f) {
    for (double x : new double[] {-1e4, -800, -100, -50, 50, 100, 700}) {
      double value = f.value().evaluate(at(f, x), NONE);
      double slope = f.slope().evaluate(at(f, x), NONE);
      if (f.equals(Activations.SQRT) && x < 0) {
        assertThat(value).isNaN();
      } else {
        assertThat(value).as("%s(%s)", f.name(), x).isFinite();
        assertThat(slope).as("%s'(%s)", f.name(), x).isFinite();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu", "relu6", "hard_tanh", "squared_relu"})
  void subgradientAtTheLeftKinkIsThatOfTheLeft(String name) {
    Activation f = Activations.named(name);
    double kink = name.equals("hard_tanh") ? -1 : 0;
    assertThat(f.slope().evaluate(at(f, kink), NONE)).isZero();
  }

  @Test
  void reluKeepsNegativeZero() {
    double y = Activations.RELU.value().evaluate(new double[] {-0.0}, NONE);
    assertThat(1 / y).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void knownValues() {
    record Known(String name, double x, double y) {}
    // Computed with PyTorch's float64 functional forms.
    for (Known k : List.of(new Known("gelu", 1, 0.8413447460685429), new Known("gelu_tanh", 1, 0.8411919906082768),
        new Known("mish", 1, 0.8650983882673103), new Known("softplus", 1, 1.3132616875182228),
        new Known("silu", 2, 1.7615941559557649),
        new Known("selu", -1, -1.1113307378125625), new Known("elu", -1, -0.6321205588285577),
        new Known("hard_swish", 1, 2 / 3.0),
        new Known("hard_sigmoid", 1, 2 / 3.0), new Known("softsign", -3, -0.75), new Known("relu6", 9, 6),
        new Known("leaky_relu", -2, -0.02))) {
      Activation f = Activations.named(k.name);
      assertThat(f.value().evaluate(at(f, k.x), NONE)).as(k.name).isCloseTo(k.y,
          org.assertj.core.api.Assertions.within(1e-12));
    }
  }

  /** β/α is not formed where it is not finite. */
  @Test
  void hardSigmoidOfAnySlope() {
    for (double[] p : new double[][] {{0, 0.3, 0.3}, {0, 0, 0}, {0, 2, 1}, {1e-310, 0.5, 0.5}, {-1, 0.5, 0},
        {2, -1.5, 0.5}}) {
      assertThat(Activations.HARD_SIGMOID.value().evaluate(new double[] {1, p[0], p[1]}, new double[0]))
          .as("alpha %s, beta %s", p[0], p[1]).isEqualTo(p[2]);
    }
  }

  @Test
  void whereLimitsCrossAllIsTheUpperOne() {
    for (Activation f : List.of(Activations.CLIP, Activations.HARD_TANH)) {
      for (double x : new double[] {-5, -2, 0, 2, 5, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}) {
        assertThat(f.value().evaluate(new double[] {x, 2, -2}, new double[0])).as("%s of %s", f.name(), x)
            .isEqualTo(-2);
      }
      assertThat(f.value().evaluate(new double[] {Double.NaN, 2, -2}, new double[0])).isNaN();
    }
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> Activations.named("rleu")).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rleu")
        .hasMessageContaining("relu6").hasMessageContaining("mish");
  }

  @Test
  void aWrongNumberOfParametersIsRefused() {
    assertThatThrownBy(() -> Activations.ELU.apply(Expr.input(0), List.of())).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("elu").hasMessageContaining("alpha");
  }
}
