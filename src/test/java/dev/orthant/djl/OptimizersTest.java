package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.orthant.djl.types.DeviceNames;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimizer of DJL's, unmodified. */
class OptimizersTest {
  private static final Engine ENGINE = Engine.getEngine(OrthantEngine.NAME);
  private static final float[] GOAL = {1, -2, 3, 0.5f};
  private static final float[] START = {3, 1, -2, 0};

  private static Tracker rate(float value) {
    return Tracker.fixed(value);
  }

  static Stream<Arguments> optimizers() {
    return MemoryTest.devices().flatMap(d -> Stream.of(
        Arguments.of("sgd", Optimizer.sgd().setLearningRateTracker(rate(0.05f)).build(), d),
        Arguments.of("sgd with momentum",
            Optimizer.sgd().setLearningRateTracker(rate(0.02f)).optMomentum(0.9f).build(), d),
        Arguments.of("nag", Optimizer.nag().setLearningRateTracker(rate(0.02f)).setMomentum(0.9f).build(), d),
        Arguments.of("adam", Optimizer.adam().optLearningRateTracker(rate(0.1f)).build(), d),
        Arguments.of("adamW", Optimizer.adamW().optLearningRateTracker(rate(0.1f)).optWeightDecays(0).build(), d),
        Arguments.of("rmsprop", Optimizer.rmsprop().optLearningRateTracker(rate(0.05f)).build(), d),
        Arguments.of("rmsprop centered",
            Optimizer.rmsprop().optLearningRateTracker(rate(0.01f)).optCentered(true).build(), d),
        Arguments.of("adagrad", Optimizer.adagrad().optLearningRateTracker(rate(0.8f)).build(), d),
        Arguments.of("adadelta", Optimizer.adadelta().optEpsilon(1e-2f).build(), d)));
  }

  /** The gradient of Σ (w − goal)². */
  private static NDArray gradient(NDManager m, NDArray w) {
    try (GradientCollector collector = ENGINE.newGradientCollector()) {
      collector.backward(w.sub(m.create(GOAL)).square());
    }
    return w.getGradient();
  }

  @ParameterizedTest(name = "{0} on {2}")
  @MethodSource("optimizers")
  void minimisesInOneLaunchAStep(String name, Optimizer optimizer, Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray w = m.create(START);
      w.setRequiresGradient(true);
      for (int i = 0; i < 300; i++) {
        try (NDManager step = m.newSubManager()) {
          NDArray g = gradient(step, w);
          long before = DeviceNames.named(device).stats().launches();
          optimizer.update("w", w, g);
          long launches = DeviceNames.named(device).stats().launches() - before;
          // The first step makes the state, too.
          assertThat(i == 0 || launches == 1).as("%s took %s launches", name, launches).isTrue();
          assertThat(w.getGradient().toFloatArray()).as("cleared").containsOnly(0);
        }
      }
      assertThat(w.toFloatArray()).as(name).containsExactly(GOAL, within(0.1f));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.djl.MemoryTest#devices")
  void sgdIsItsFormula(Device device) {
    Optimizer optimizer = Optimizer.sgd().setLearningRateTracker(rate(0.1f)).optMomentum(0.9f).optWeightDecays(0.01f)
        .setRescaleGrad(0.5f).optClipGrad(0.8f).build();
    double[] w = doubles(START);
    double[] b = new double[w.length];
    compare(device, optimizer, w, (g, i) -> {
      double clipped = Math.clamp(0.5 * g, -0.8, 0.8);
      b[i] = 0.9 * b[i] + 0.1 * (clipped + 0.01 * w[i]);
      w[i] -= b[i];
    });
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.djl.MemoryTest#devices")
  void adamIsItsFormula(Device device) {
    Optimizer optimizer =
        Optimizer.adam().optLearningRateTracker(rate(0.1f)).optWeightDecays(0.01f).optEpsilon(1e-4f).build();
    double[] w = doubles(START);
    double[] mean = new double[w.length];
    double[] square = new double[w.length];
    int[] steps = new int[w.length];
    compare(device, optimizer, w, (g, i) -> {
      double decayed = g + 0.01 * w[i];
      int t = ++steps[i];
      mean[i] = 0.9 * mean[i] + 0.1 * decayed;
      square[i] = 0.999 * square[i] + 0.001 * decayed * decayed;
      double rate = 0.1 * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
      w[i] -= rate * mean[i] / (Math.sqrt(square[i]) + 1e-4);
    });
  }

  /** One step of one element by its gradient. */
  private interface Step {
    void take(double gradient, int element);
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  private static void compare(Device device, Optimizer optimizer, double[] expected, Step formula) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      NDArray w = m.create(START);
      w.setRequiresGradient(true);
      for (int step = 0; step < 10; step++) {
        optimizer.update("w", w, gradient(m, w));
        for (int i = 0; i < expected.length; i++) {
          formula.take(2 * (expected[i] - GOAL[i]), i);
        }
        float[] actual = w.toFloatArray();
        for (int i = 0; i < actual.length; i++) {
          assertThat((double) actual[i]).as("step %s", step).isCloseTo(expected[i], within(2e-4));
        }
      }
    }
  }
}
