package dev.orthant.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.claims.DeadUnits.Course;
import dev.orthant.claims.Finding.Grid;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Initializer;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the claims measure, against what mathematics says of it. */
class ClaimsTest {
  private static final Device CPU = Devices.named("cpu");
  private static final long SEED = 1;
  /** Runs everything once; the times are 1, 2, 3, … seconds. */
  private static final ClaimSetting QUICK = new ClaimSetting(CPU, SEED, true, (seconds, works) -> {
    works.forEach(Runnable::run);
    double[] times = new double[works.size()];
    for (int i = 0; i < times.length; i++) {
      times[i] = i + 1;
    }
    return times;
  });

  private long buffers;

  @BeforeEach
  void count() {
    buffers = CPU.stats().liveBuffers();
  }

  @AfterEach
  void nothingLeaks() {
    assertThat(CPU.stats().liveBuffers()).isEqualTo(buffers);
  }

  private static void near(double found, double expected, double relative) {
    assertThat(Math.abs(found - expected) <= relative * Math.abs(expected))
        .as("%s, expected %s within %s (seed %d)", found, expected, relative, SEED).isTrue();
  }

  private static void between(double found, double low, double high) {
    assertThat(found >= low && found <= high).as("%s, expected from %s to %s (seed %d)", found, low, high, SEED)
        .isTrue();
  }

  @Test
  void tenSlopesOfOneHalfLeaveTheirProduct() {
    Activation half = Activation.define("half", x -> x.times(0.5).tanh());
    double[] chain = Attenuation.chain(QUICK, half, 0);
    for (int n = 0; n <= Attenuation.LAYERS; n++) {
      near(chain[n], Math.pow(0.5, n), 1e-3);
    }
    assertThat(Attenuation.chain(QUICK, half, 2)[Attenuation.LAYERS]).as("further out slopes are less")
        .isLessThan(9e-4);
    near(Attenuation.chain(QUICK, Activations.RELU, 1)[Attenuation.LAYERS], 1, 1e-6);
    assertThat(Attenuation.chain(QUICK, Activations.RELU, -1)[Attenuation.LAYERS]).isZero();
  }

  @Test
  void aSigmoidNetworkAttenuatesByItsSlopes() {
    // Slopes are 1/4 at most and not much less; Xavier weights keep the scale.
    between(Attenuation.network(QUICK, 0, Activations.SIGMOID, Initializer.xavier())[Attenuation.LAYERS],
        Math.pow(0.2, 10), Math.pow(0.25, 10) * 1.5);
    between(Attenuation.network(QUICK, 0, Activations.RELU, Initializer.he())[Attenuation.LAYERS], 1.0 / 3, 3);
  }

  @Test
  void fiftyGainsGrowAsComputedByHand() {
    Flow flow = Growth.turned(QUICK);
    for (int n = 0; n <= Growth.LAYERS; n++) {
      near(flow.amplification()[n], Math.pow(Growth.GAIN, n), 0.01);
      near(flow.attenuation()[n], Math.pow(Growth.GAIN, n), 0.01);
    }
  }

  @Test
  void clippingHoldsTheNormAtTheLimit() {
    Growth.Norms norms = Growth.clipping(QUICK);
    for (int i = 0; i < norms.depths().length; i++) {
      near(norms.clipped()[i], Math.min(Growth.LIMIT, norms.before()[i]), 1e-4);
    }
    assertThat(norms.before()[norms.before().length - 1]).isGreaterThan(10);
  }

  @Test
  void theScaleOfActivationsFollowsTheWeights() {
    for (double square : Variance.squares(QUICK, Initializer.he(), 3)) {
      between(square, 1.0 / 3, 3);
    }
    double[] xavier = Variance.squares(QUICK, Initializer.xavier(), 3);
    for (int i = 0; i < Variance.LAYERS; i++) {
      between(xavier[i] * StrictMath.pow(2, i + 1), 1.0 / 3, 3);
    }
    double[] large = Variance.squares(QUICK, Initializer.normal(0, 1), 1);
    between(large[9] / StrictMath.pow(Variance.WIDTH / 2.0, 10), 0.2, 5);
    // h reaches F32's end, 2^128, when E h² does 2^256: at 256 a layer in the 32nd.
    between(Variance.lost(large), 30, 35);
    double[] small = Variance.squares(QUICK, Initializer.normal(0, 0.01), 1);
    between(small[9] / StrictMath.pow(Variance.WIDTH * 1e-4 / 2, 10), 0.2, 5);
  }

  @Test
  void leakyUnitsHaveASlopeWhateverTheRate() {
    Map<String, Course> courses = DeadUnits.kinds().stream().filter(k -> k.name().endsWith("ReLU"))
        .collect(java.util.stream.Collectors.toMap(DeadUnits.Kind::name,
            k -> DeadUnits.train(QUICK, DeadUnits.Data.of(QUICK), k, DeadUnits.AGGRESSIVE)));
    Course relu = java.util.Objects.requireNonNull(courses.get("ReLU"));
    Course leaky = java.util.Objects.requireNonNull(courses.get("Leaky ReLU"));
    assertThat(leaky.after().stuck()).isZero();
    between(relu.before().stuck(), 0, 0.05);
    between(relu.after().stuck(), 0.1, 1);
    assertThat(relu.after().stuck()).as("without a slope is never positive").isEqualTo(relu.after().negative());
  }

  @Test
  void halfOfTheOutputsAreZeroAtFirst() {
    Zeros.History h = Zeros.train(QUICK);
    between(h.mean(0), 0.45, 0.55);
    for (int l = 0; l < Zeros.HIDDEN; l++) {
      between(h.shares()[l][0], 0.45, 0.55);
    }
    assertThat(h.accuracy()[h.accuracy().length - 1]).as("it learned").isGreaterThan(0.5);
  }

  @Test
  void tentsDoubleWithEachLayer() {
    for (int depth = 1; depth <= Regions.DEPTHS; depth++) {
      assertThat(Regions.tents(QUICK, depth, 4096)).isEqualTo(1 << depth);
    }
  }

  @Test
  void piecesAreCountedWhereThePatternChanges() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(CPU, Shape.of(5, 2), -2, 1, -1, 1, 1, 1, 2, -1, 3, -2);
      assertThat(Regions.along(Activate.of(Activations.RELU), x)).isEqualTo(3);
    }
    // On a line, n hyperplanes make n + 1 pieces at most.
    between(Regions.random(QUICK, 1)[0], 20, 61);
  }

  @Test
  void timesAreReportedAsRatiosToRelu() {
    Finding f = new StepTime().measure(QUICK);
    Grid table = f.tables().getFirst();
    assertThat(table.rows().get(7)).containsExactly("sigmoid", "8000.00 ms", "8.00", "8000.00 ms", "8.00");
    assertThat(f.statements().getFirst().measured()).startsWith("saves 87.5 %");
    assertThat(f.statements()).allMatch(Finding.Statement::holds);
  }

  @Test
  void claimsAreFoundByName() {
    assertThat(Claims.named(List.of("zeros", "growth"))).extracting(Claim::name).containsExactly("growth", "zeros");
    assertThat(Claims.named(List.of())).hasSize(7);
    assertThatThrownBy(() -> Claims.named(List.of("zero"))).isInstanceOf(InvalidInputException.class)
        .hasMessage("no claim 'zero'; there are: attenuation growth variance dead zeros regions time");
  }
}
