package dev.orthant.expr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The float64 evaluation is the truth that devices are judged by: held against numbers computed with 400 digits, and
 * against the limits at ±∞.
 */
final class TailsTest {
  private static final Expr X = Expr.input(0);
  private static final double[] NONE = {};

  static Collection<Activation> all() {
    return Activations.all();
  }

  private static Expr named(String name) {
    return switch (name) {
      case "erfc" -> X.erfc();
      case "normal_cdf" -> X.apply(Function.NORMAL_CDF);
      default -> Activations.named(name).apply(X);
    };
  }

  private static double at(Expr e, double x) {
    return e.evaluate(new double[] {x}, NONE);
  }

  @Test
  void theTruthIsThatOfFourHundredDigits() throws IOException {
    int count = 0;
    try (BufferedReader in = new BufferedReader(new InputStreamReader(
        Objects.requireNonNull(TailsTest.class.getResourceAsStream("activations.tsv")), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.startsWith("#")) {
          String[] f = line.split("\t", -1);
          double x = Double.parseDouble(f[1]);
          close(f[0], x, at(named(f[0]), x), Double.parseDouble(f[2]), 0);
          // About its zero a slope keeps the digits of its terms.
          close(f[0] + "'", x, at(named(f[0]).derivative(0), x), Double.parseDouble(f[3]), 4e-16);
          count++;
        }
      }
    }
    assertThat(count).isEqualTo(990);
  }

  /** Sixteen units in the last place: F32 has one of them for 2²⁹. */
  private static void close(String name, double x, double got, double right, double slack) {
    double bound = 16 * Math.max(Math.ulp(right), Double.MIN_VALUE) + (Math.abs(right) > 1e-3 ? slack : 0);
    assertThat(Math.abs(got - right) <= bound).as("%s(%s) = %s, right %s", name, x, got, right).isTrue();
  }

  @ParameterizedTest
  @MethodSource("all")
  void nanOnlyForNan(Activation f) {
    Expr value = f.apply(X);
    Expr slope = value.derivative(0);
    for (int e = -1074; e <= 1023; e++) {
      for (double x : new double[] {Math.scalb(1.0, e), Math.scalb(1.375, e)}) {
        for (double sign : new double[] {1, -1}) {
          if (!f.equals(Activations.SQRT) || sign > 0) {
            assertThat(at(value, sign * x)).as("%s(%s)", f.name(), sign * x).isNotNaN();
            assertThat(at(slope, sign * x)).as("%s'(%s)", f.name(), sign * x).isNotNaN();
          }
        }
      }
    }
    assertThat(at(value, Double.NaN)).isNaN();
  }

  @Test
  void limitsAreTheMathematicalOnes() {
    double inf = Double.POSITIVE_INFINITY;
    record Limit(String name, double left, double right, double slopeLeft, double slopeRight) {}
    for (Limit l : List.of(new Limit("relu", 0, inf, 0, 1), new Limit("relu6", 0, 6, 0, 0),
        new Limit("leaky_relu", -inf, inf, 0.01, 1), new Limit("elu", -1, inf, 0, 1), new Limit("celu", -1, inf, 0, 1),
        new Limit("selu", -1.7580993408473768, inf, 0, 1.0507009873554805), new Limit("softplus", 0, inf, 0, 1),
        new Limit("log_sigmoid", -inf, 0, 1, 0), new Limit("softsign", -1, 1, 0, 0), new Limit("sigmoid", 0, 1, 0, 0),
        new Limit("hard_sigmoid", 0, 1, 0, 0), new Limit("tanh", -1, 1, 0, 0), new Limit("hard_tanh", -1, 1, 0, 0),
        new Limit("swish", 0, inf, 0, 1), new Limit("silu", 0, inf, 0, 1), new Limit("hard_swish", 0, inf, 0, 1),
        new Limit("gelu", 0, inf, 0, 1), new Limit("gelu_tanh", 0, inf, 0, 1), new Limit("mish", 0, inf, 0, 1),
        new Limit("abs", inf, inf, -1, 1), new Limit("squared_relu", 0, inf, 0, inf), new Limit("exp", 0, inf, 0, inf),
        new Limit("clip", -inf, inf, 1, 1))) {
      for (double x : new double[] {inf, 1e300}) {
        Expr value = named(l.name);
        Expr slope = value.derivative(0);
        boolean unbounded = x != inf;
        near(l.name + "(-" + x, at(value, -x), l.left, unbounded);
        near(l.name + "(" + x, at(value, x), l.right, unbounded);
        near(l.name + "'(-" + x, at(slope, -x), l.slopeLeft, unbounded);
        near(l.name + "'(" + x, at(slope, x), l.slopeRight, unbounded);
      }
    }
    assertThat(at(Activations.SQRT.slope(), 0)).isEqualTo(inf);
    assertThat(at(Activations.SQRT.slope(), -0.0)).isEqualTo(inf);
    assertThat(at(Activations.SQRT.slope(), inf)).isZero();
  }

  private static void near(String what, double got, double limit, boolean isLarge) {
    boolean grows =
        isLarge && Double.isInfinite(limit) && Math.signum(got) == Math.signum(limit) && Math.abs(got) >= 1e298;
    assertThat(grows || Math.abs(got - limit) <= 1e-15 || got == limit).as("%s) = %s, limit %s", what, got, limit)
        .isTrue();
  }

  @Test
  void spellingsDifferByTypeOnlyInTheLastDigits() {
    for (Function f : Function.values()) {
      if (f.isDefined() && f.ulps() > 0) {
        for (double x : new double[] {-12.5, -5, -2.2, -0.8, -0.3, 0, 0.2, 0.75, 1.9, 3, 8, 12.5}) {
          double single = at(f.definition(X, DType.F32), x);
          double bound = 3e-7 * Math.abs(f.applyAsDouble(x)) + DType.F32.minSubnormal();
          assertThat(Math.abs(single - f.applyAsDouble(x)) <= bound).as("%s(%s): %s, %s", f, x,
              single, f.applyAsDouble(x)).isTrue();
        }
      }
    }
  }
}
