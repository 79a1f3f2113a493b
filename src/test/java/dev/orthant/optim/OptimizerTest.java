package dev.orthant.optim;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceStats;
import dev.orthant.device.Devices;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every update rule against the same written naively in double; launches and memory counted; checkpoints. */
class OptimizerTest {
  private static final Device CPU = Devices.named("cpu");
  private static final long SEED = 20261122;

  /** The values after each of {@code gradients}. */
  interface Naive {
    double[] run(double p, double[] gradients);
  }

  record Row(String name, UpdateRule rule, Naive naive) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Row> rules() {
    Schedule falling = Schedule.stepwise(0.1, 5, 0.5);
    return Stream.of(
        new Row("sgd", Sgd.DEFAULT.rate(falling), (p, g) -> NaiveRules.sgd(falling, 0, false, 0, p, g)),
        new Row("sgd decay", Sgd.DEFAULT.rate(0.1).weightDecay(0.3),
            (p, g) -> NaiveRules.sgd(Schedule.constant(0.1), 0, false, 0.3, p, g)),
        new Row("sgd momentum", Sgd.DEFAULT.rate(falling).momentum(0.9).weightDecay(0.1),
            (p, g) -> NaiveRules.sgd(falling, 0.9, false, 0.1, p, g)),
        new Row("sgd nesterov", Sgd.DEFAULT.rate(0.1).momentum(0.8).nesterov(true).weightDecay(0.1),
            (p, g) -> NaiveRules.sgd(Schedule.constant(0.1), 0.8, true, 0.1, p, g)),
        new Row("rmsprop", RmsProp.DEFAULT, (p, g) -> NaiveRules.rmsProp(0.99, 0, false, 0, p, g)),
        new Row("rmsprop centered", RmsProp.DEFAULT.alpha(0.9).centered(true).weightDecay(0.2),
            (p, g) -> NaiveRules.rmsProp(0.9, 0, true, 0.2, p, g)),
        new Row("rmsprop all", RmsProp.DEFAULT.alpha(0.9).centered(true).momentum(0.7).weightDecay(0.2),
            (p, g) -> NaiveRules.rmsProp(0.9, 0.7, true, 0.2, p, g)),
        new Row("adagrad", Adagrad.DEFAULT.rateDecay(0.1).initial(0.2).weightDecay(0.1),
            (p, g) -> NaiveRules.adagrad(0.1, 0.2, 0.1, p, g)),
        new Row("adadelta", Adadelta.DEFAULT.weightDecay(0.1), (p, g) -> NaiveRules.adadelta(0.1, p, g)),
        new Row("adam", Adam.DEFAULT.rate(falling),
            (p, g) -> NaiveRules.adam(falling, false, false, 0, p, g)),
        new Row("adam amsgrad", Adam.DEFAULT.rate(falling).amsgrad(true).weightDecay(0.2),
            (p, g) -> NaiveRules.adam(falling, true, false, 0.2, p, g)),
        new Row("adamw", Adam.W.rate(falling).weightDecay(0.2),
            (p, g) -> NaiveRules.adam(falling, false, true, 0.2, p, g)),
        new Row("adamw amsgrad", Adam.W.rate(falling).amsgrad(true),
            (p, g) -> NaiveRules.adam(falling, true, true, 0.01, p, g)));
  }

  /** Gives a parameter this very gradient, by way of a tape. */
  static void gradient(Tensor p, double... g) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      tape.backward(p.mul(Tensor.of(p.device(), p.dtype(), p.shape(), g)));
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void matchesTheNaiveFormulas(Row row) {
    SplittableRandom random = new SplittableRandom(SEED);
    int n = 7;
    int steps = 20;
    double[] start = random.doubles(n, -2, 2).toArray();
    double[][] gradients = new double[steps][];
    double[][] found = new double[steps][];
    try (Tensor p = Tensor.of(CPU, DType.F64, Shape.of(n), start).requireGradient();
        Optimizer optimizer = row.rule.optimizer()) {
      for (int t = 0; t < steps; t++) {
        gradients[t] = random.doubles(n, -1, 1).toArray();
        gradient(p, gradients[t]);
        optimizer.step(List.of(p));
        assertThat(p.hasGradient()).isFalse();
        found[t] = p.toDoubleArray();
      }
      assertThat(optimizer.steps()).isEqualTo(steps);
    }
    for (int i = 0; i < n; i++) {
      int at = i;
      double[] expected = row.naive.run(start[i], Stream.of(gradients).mapToDouble(g -> g[at]).toArray());
      for (int t = 0; t < steps; t++) {
        double difference = Math.abs(found[t][i] - expected[t]);
        assertThat(difference <= 1e-12 * Math.max(1, Math.abs(expected[t])))
            .as("%s (seed %d): element %d after step %d is %s, expected %s", row, SEED, i, t, found[t][i], expected[t])
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aStepIsOneLaunchPerParameterAndKeepsNothing(Row row) {
    try (Tensor a = Tensor.full(CPU, DType.F32, Shape.of(3, 5), 1).requireGradient();
        Tensor b = Tensor.full(CPU, DType.F32, Shape.of(5), -1).requireGradient();
        Optimizer optimizer = row.rule.optimizer()) {
      List<Tensor> parameters = List.of(a, b);
      DeviceStats settled = CPU.stats();
      for (int t = 0; t < 200; t++) {
        gradient(a, new SplittableRandom(t).doubles(15, -1, 1).toArray());
        gradient(b, new SplittableRandom(t).doubles(5, -1, 1).toArray());
        long before = CPU.stats().launches();
        try (Scope _ = Scope.open()) {
          optimizer.step(parameters);
        }
        long launches = CPU.stats().launches() - before;
        // The first step also sets up what is kept, in one launch per parameter.
        assertThat(launches).isEqualTo(t == 0 && !row.rule.slots().isEmpty() ? 4 : 2);
        if (t == 0) {
          settled = CPU.stats();
        }
      }
      assertThat(CPU.stats().liveBuffers()).isEqualTo(settled.liveBuffers());
      assertThat(CPU.stats().liveBytes()).isEqualTo(settled.liveBytes());
      assertThat(a.toFloatArray()).doesNotContain(Float.NaN);
    }
  }

  @Test
  void closingGivesBackWhatWasKept() {
    long before = CPU.stats().liveBuffers();
    try (Tensor p = Tensor.full(CPU, DType.F32, Shape.of(3), 1).requireGradient();
        Optimizer optimizer = Adam.DEFAULT.amsgrad(true).optimizer()) {
      gradient(p, 1, 2, 3);
      optimizer.step(List.of(p));
      assertThat(optimizer.state().keySet()).containsExactly("first.0", "second.0", "largest.0", "updates");
    }
    assertThat(CPU.stats().liveBuffers()).isEqualTo(before);
  }

  static Stream<UpdateRule> quick() {
    return Stream.of(Sgd.DEFAULT.rate(0.1), Sgd.DEFAULT.rate(0.02).momentum(0.9).nesterov(true),
        RmsProp.DEFAULT.rate(Schedule.linear(0.05, 0, 300)), Adagrad.DEFAULT.rate(0.9), Adadelta.DEFAULT.rate(30),
        Adam.DEFAULT.rate(Schedule.cosine(0.1, 0, 300)), Adam.W.rate(Schedule.cosine(0.1, 0, 300)).weightDecay(0));
  }

  @ParameterizedTest
  @MethodSource("quick")
  void findsTheLeastOfAQuadratic(UpdateRule rule) {
    double[] target = {1, -2, 0.5};
    try (Tensor p = Tensor.full(CPU, DType.F64, Shape.of(3), 0).requireGradient();
        Tensor c = Tensor.of(CPU, DType.F64, Shape.of(3), target);
        Tensor scale = Tensor.of(CPU, DType.F64, Shape.of(3), 1, 2, 4); Optimizer optimizer = rule.optimizer()) {
      for (int t = 0; t < 300; t++) {
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          tape.backward(p.sub(c).square().mul(scale).sum());
        }
        optimizer.step(List.of(p));
      }
      double[] found = p.toDoubleArray();
      for (int i = 0; i < 3; i++) {
        assertThat(Math.abs(found[i] - target[i]) <= 0.02).as("%s: %s", rule, found[i]).isTrue();
      }
    }
  }

  @Test
  void halvesKeepTheirStateInF32() {
    for (DType type : new DType[] {DType.F16, DType.BF16}) {
      try (Tensor p = Tensor.of(CPU, type, Shape.of(2), 1, -1).requireGradient();
          Optimizer optimizer = Adam.DEFAULT.rate(0.125).optimizer()) {
        gradient(p, 0.5, -0.25);
        optimizer.step(List.of(p));
        assertThat(p.dtype()).isEqualTo(type);
        assertThat(p.toDoubleArray()).containsExactly(0.875, -0.875);
        Map<String, Tensor> state = optimizer.state();
        assertThat(requireNonNull(state.get("first.0")).dtype()).isEqualTo(DType.F32);
        assertThat(requireNonNull(state.get("second.0")).dtype()).isEqualTo(DType.F32);
      }
    }
  }

  /** F32 against double: after three steps an element may be wrong by some roundings of its own and of the rate. */
  @Test
  void everyDeviceComputesTheSameSteps() {
    Schedule rate = Schedule.constant(0.1);
    double[][] g = {{1, -2, 0.5}, {0.5, 3, -0.25}, {-1, 1, 0}};
    for (Device device : Devices.all()) {
      try (Tensor p = Tensor.of(device, DType.F32, Shape.of(3), 1, 2, 3).requireGradient();
          Optimizer optimizer = Adam.DEFAULT.rate(rate).amsgrad(true).optimizer()) {
        for (double[] gradient : g) {
          gradient(p, gradient);
          optimizer.step(List.of(p));
        }
        for (int i = 0; i < 3; i++) {
          int at = i;
          double expected = NaiveRules.adam(rate, true, false, 0, i + 1,
              Stream.of(g).mapToDouble(v -> v[at]).toArray())[2];
          double found = p.toDoubleArray()[i];
          assertThat(Math.abs(found - expected) <= 1e-6 * expected)
              .as("%s: element %d is %s, expected %s", device, i, found, expected).isTrue();
        }
      }
    }
  }

  @Test
  void parametersWithoutGradientStayAndCountTheirOwnUpdates() {
    try (Tensor a = Tensor.full(CPU, DType.F64, Shape.of(1), 1).requireGradient();
        Tensor b = Tensor.full(CPU, DType.F64, Shape.of(1), 1).requireGradient();
        Optimizer optimizer = Adam.DEFAULT.rate(0.1).optimizer()) {
      for (int t = 0; t < 3; t++) {
        gradient(a, 1);
        optimizer.step(List.of(a, b));
        assertThat(b.toDoubleArray()).containsExactly(1);
      }
      gradient(b, 1);
      optimizer.step(List.of(a, b));
      assertThat(Math.abs(b.toDoubleArray()[0] - 0.9) < 1e-8).as("a first step of Adam is the rate").isTrue();
      assertThat(optimizer.state().keySet()).containsExactly("first.0", "second.0", "first.1", "second.1", "updates");
      assertThat(requireNonNull(optimizer.state().get("updates")).toDoubleArray()).containsExactly(3, 1);
    }
  }

  @Test
  void aRestoredOptimizerGoesOnBitForBit() {
    UpdateRule rule = Adam.DEFAULT.rate(Schedule.cosine(0.1, 0, 10)).amsgrad(true);
    double[][] g = {{1, -2}, {0.5, 3}, {-1, 1}, {2, 2}};
    try (Tensor p = Tensor.of(CPU, DType.F32, Shape.of(2), 1, 2).requireGradient();
        Tensor q = Tensor.of(CPU, DType.F32, Shape.of(2), 1, 2).requireGradient();
        Optimizer first = rule.optimizer(); Optimizer second = rule.optimizer()) {
      for (int t = 0; t < 2; t++) {
        gradient(p, g[t]);
        first.step(List.of(p));
      }
      q.copyFrom(p.toFloatArray());
      second.restore(List.of(q), first.steps(), first.state());
      for (int t = 2; t < 4; t++) {
        gradient(p, g[t]);
        gradient(q, g[t]);
        first.step(List.of(p));
        second.step(List.of(q));
      }
      assertThat(q.toFloatArray()).isEqualTo(p.toFloatArray());
      assertThat(second.steps()).isEqualTo(4);
    }
  }

  @Test
  void refusesStateThatDoesNotGoWithTheParameters() {
    try (Scope _ = Scope.open(); Optimizer optimizer = Sgd.DEFAULT.momentum(0.9).optimizer()) {
      Tensor p = Tensor.full(CPU, DType.F32, Shape.of(2), 1).requireGradient();
      gradient(p, 1, 1);
      optimizer.step(List.of(p));
      Map<String, Tensor> state = optimizer.state();
      Map<String, Tensor> less = new HashMap<>(state);
      less.remove("momentum.0");
      refused(optimizer, p, 1, less, "sgd", "momentum.0", "(2,) f32");
      Map<String, Tensor> other = new HashMap<>(state);
      other.put("momentum.0", Tensor.full(CPU, DType.F32, Shape.of(3), 1));
      refused(optimizer, p, 1, other, "momentum.0", "(2,) f32", "(3,) f32");
      Map<String, Tensor> more = new HashMap<>(state);
      more.put("first.0", p);
      refused(optimizer, p, 1, more, "first.0");
      refused(optimizer, p, -1, state, "steps", "-1");
      refused(optimizer, p, 0, state, "updates", "[1]");
      refused(optimizer, p, 1, Map.of(), "updates");
      optimizer.restore(List.of(p), 0, Map.of());
      assertThat(optimizer.steps()).isZero();
      Tensor q = Tensor.full(CPU, DType.F32, Shape.of(2), 1);
      assertThatThrownBy(() -> optimizer.step(List.of(q))).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the same 1 parameters");
    }
  }

  private static void refused(Optimizer o, Tensor p, long steps, Map<String, Tensor> state, String... words) {
    assertThatThrownBy(() -> o.restore(List.of(p), steps, state)).isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void refusesBadHyperParameters() {
    refused(() -> Sgd.DEFAULT.momentum(1), "sgd: momentum must be from 0 to less than 1, got 1.0");
    refused(() -> Sgd.DEFAULT.nesterov(true), "sgd: momentum with nesterov must be finite and greater than 0, got 0.0");
    refused(() -> Sgd.DEFAULT.rate(-1), "schedule: rate must be finite and at least 0, got -1.0");
    refused(() -> Adam.DEFAULT.betas(0.9, Double.NaN), "adam: beta2 must be from 0 to less than 1, got NaN");
    refused(() -> Adam.W.weightDecay(-0.1), "adamw: weightDecay must be finite and at least 0, got -0.1");
    refused(() -> RmsProp.DEFAULT.epsilon(0), "rmsprop: epsilon must be finite and greater than 0, got 0.0");
    refused(() -> Adagrad.DEFAULT.initial(-1), "adagrad: initial must be finite and at least 0, got -1.0");
    refused(() -> Adadelta.DEFAULT.rho(1.5), "adadelta: rho must be from 0 to less than 1, got 1.5");
    try (Optimizer o = Sgd.DEFAULT.rate(step -> -step - 0.5).optimizer()) {
      refused(() -> o.step(List.of()), "sgd: the learning rate must be finite and at least 0, got -0.5 for step 0");
    }
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String message) {
    assertThatThrownBy(work).isInstanceOf(InvalidInputException.class).hasMessage(message);
  }
}
