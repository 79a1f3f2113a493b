package dev.orthant.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Variable;
import dev.orthant.op.Layout;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the monitor tells, against the same computed from copies on the host. */
class MonitorTest {
  private static final Device CPU = Devices.named("cpu");
  private static final long SEED = 20261122;

  private static void close(double found, double expected, double bound) {
    assertThat(Math.abs(found - expected) <= bound).as("%s, expected %s (seed %d)", found, expected, SEED).isTrue();
  }

  /** Outputs of which every third unit is never positive. */
  private static double[] outputs(SplittableRandom random, int count, int units, int inner) {
    double[] y = random.doubles(count, -1, 2).toArray();
    for (int i = 0; i < count; i++) {
      y[i] = i / inner % units % 3 == 0 ? Math.min(0, y[i]) : Math.max(0, y[i]);
    }
    return y;
  }

  @SuppressWarnings("ReferenceEquality") // that very device
  private static void compare(Device device, DType type, Layout layout, Dead rule, int units, int inner, long... tail) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<double[]> seen = new ArrayList<>();
    try (Monitor monitor = new Monitor(layout, name -> rule)) {
      Pass pass = Pass.inference().observedBy(monitor);
      for (int batch : new int[] {3, 1, 5}) {
        Shape shape = Shape.of(batch).append(tail);
        double[] y = outputs(random, (int) shape.elements(), units, inner);
        try (Scope _ = Scope.open()) {
          Tensor t = Tensor.of(device, type, shape, y);
          seen.add(t.toDoubleArray());
          long before = device.stats().launches();
          pass.observer().accept("relu", t);
          if (device == CPU) { // elsewhere one op may be several kernels
            assertThat(CPU.stats().launches() - before).as("launches of a batch").isEqualTo(1);
          }
        }
      }
      LayerReport found = monitor.report().layers().getFirst();
      double[] all = seen.stream().flatMapToDouble(Arrays::stream).toArray();
      double mean = Arrays.stream(all).sum() / all.length;
      double bound = type == DType.F64 ? 1e-13 : 1e-5;
      assertThat(found.name()).isEqualTo("relu");
      assertThat(found.units()).isEqualTo(units);
      assertThat(found.outputs()).isEqualTo(all.length);
      assertThat(found.dead()).isEqualTo(dead(seen, rule, units, inner));
      close(found.sparsity(), Arrays.stream(all).filter(v -> v == 0).count() / (double) all.length, bound);
      close(found.mean(), mean, bound);
      close(found.variance(), Arrays.stream(all).map(v -> (v - mean) * (v - mean)).sum() / all.length, bound);
    }
  }

  private static long dead(List<double[]> seen, Dead rule, int units, int inner) {
    boolean[] alive = new boolean[units];
    for (double[] y : seen) {
      for (int i = 0; i < y.length; i++) {
        alive[i / inner % units] |= (rule.magnitude() ? Math.abs(y[i]) : y[i]) > rule.threshold();
      }
    }
    long dead = 0;
    for (boolean a : alive) {
      dead += a ? 0 : 1;
    }
    return dead;
  }

  @Test
  void tellsWhatTheHostWouldFind() {
    for (DType type : new DType[] {DType.F32, DType.F64, DType.F16}) {
      compare(CPU, type, Layout.NCHW, Dead.NEVER_POSITIVE, 7, 1, 7);
    }
    compare(CPU, DType.F32, Layout.NCHW, Dead.NEVER_POSITIVE, 4, 6, 4, 2, 3);
    for (Device device : Devices.all()) {
      compare(device, DType.F32, Layout.NHWC, Dead.NEVER_POSITIVE, 4, 1, 2, 3, 4);
    }
    compare(CPU, DType.F32, Layout.NCHW, Dead.within(0.9), 5, 1, 2, 5);
  }

  @Test
  void rulesDiffer() {
    try (Scope _ = Scope.open(); Monitor monitor = new Monitor(Layout.NCHW, n -> Dead.within(0.5))) {
      monitor.accept("tanh", Tensor.of(CPU, Shape.of(2, 3), 0.1f, -0.9f, Float.NaN, -0.4f, 0, 0));
      assertThat(monitor.report().layers().getFirst().dead()).as("neither -0.9 nor NaN is dead").isEqualTo(1);
    }
  }

  @Test
  void watchingChangesNothingAndKeepsTheOutput() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open(); Monitor monitor = new Monitor()) {
      Tensor x = Tensor.of(CPU, Shape.of(2, 2), 1, -2, 3, -4).requireGradient();
      Tensor y = x.mul(2).relu();
      long before = CPU.stats().launches();
      monitor.accept("relu", y);
      assertThat(y.isPending()).as("computed on the way").isFalse();
      assertThat(CPU.stats().launches() - before).isEqualTo(1);
      assertThat(y.toFloatArray()).containsExactly(2, 0, 6, 0);
      tape.backward(y.sum());
      assertThat(x.gradient().toFloatArray()).containsExactly(2, 0, 2, 0);
      assertThat(monitor.report().layers().getFirst().deadShare()).isEqualTo(0.5);
    }
  }

  @Test
  void normsOfParametersAndGradients() {
    try (Scope _ = Scope.open(); Monitor monitor = new Monitor()) {
      Tensor w = Tensor.of(CPU, Shape.of(1, 2), 3, 4).requireGradient();
      Tensor b = Tensor.of(CPU, Shape.of(1), 2).requireGradient();
      try (Tape tape = Tape.open()) {
        tape.backward(w.square().sum());
      }
      long before = CPU.stats().launches();
      monitor.watch(List.of(new Variable("weight", w, true), new Variable("bias", b, true),
          new Variable("running", b, false)));
      assertThat(CPU.stats().launches() - before).isEqualTo(2);
      Report report = monitor.report();
      assertThat(report.parameters()).containsExactly(
          new ParameterReport("weight", 5, java.util.OptionalDouble.of(10), false),
          new ParameterReport("bias", 2, java.util.OptionalDouble.empty(), false));
      assertThat(report.lines()).containsExactly(
          "parameter       norm   gradient",
          "weight     5.000e+00  1.000e+01",
          "bias       2.000e+00          -");
    }
  }

  @Test
  void warnsOfGradientsWhoseSquaresOverflow() {
    for (Device device : Devices.all()) {
      for (double size : new double[] {1e20, 1e19}) {
        try (Scope _ = Scope.open(); Monitor monitor = new Monitor(); Optimizer adam = Adam.DEFAULT.optimizer()) {
          Tensor w = Tensor.of(device, Shape.of(2), 3, 4).requireGradient();
          Tensor none = Tensor.of(device, Shape.of(0)).requireGradient();
          try (Tape tape = Tape.open()) {
            tape.backward(w.mul(Tensor.of(device, Shape.of(2), (float) size, 1)).sum());
          }
          monitor.watch(List.of(new Variable("weight", w, true), new Variable("none", none, true)));
          ParameterReport seen = monitor.report().parameters().getFirst();
          close(seen.gradientNorm().getAsDouble() / size, 1, 1e-6);
          assertThat(seen.squareOverflows()).isEqualTo(size == 1e20);
          assertThat(monitor.report().lines().stream().filter(l -> l.startsWith("warning: weight: "))).hasSize(
              size == 1e20 ? 1 : 0);
          adam.step(List.of(w));
          float first = w.toFloatArray()[0];
          try (Tape tape = Tape.open()) {
            tape.backward(w.sum());
          }
          adam.step(List.of(w));
          assertThat(w.toFloatArray()[0] == first).as("as PyTorch's, it moves no more").isEqualTo(size == 1e20);
        }
      }
    }
  }

  @Test
  void farOffOutputs() {
    for (Device device : Devices.all()) {
      try (Scope _ = Scope.open(); Monitor monitor = new Monitor()) {
        monitor.accept("layer", Tensor.of(device, Shape.of(4, 1), 1e7f, 1e7f + 1, 1e7f + 2, 1e7f + 3));
        close(monitor.report().layers().getFirst().variance(), 1.25, 1e-5);
      }
    }
  }

  @Test
  void keepsNoMemoryAndStartsAnew() {
    long buffers = CPU.stats().liveBuffers();
    try (Monitor monitor = new Monitor(); Tensor y = Tensor.of(CPU, Shape.of(2, 2), 0, -2, 0, 4)) {
      monitor.accept("relu", y);
      long settled = CPU.stats().liveBuffers();
      for (int i = 0; i < 50; i++) {
        try (Scope _ = Scope.open()) {
          monitor.accept("relu", y);
        }
      }
      assertThat(CPU.stats().liveBuffers()).isEqualTo(settled);
      assertThat(monitor.report().lines()).containsExactly(
          "layer  units   dead  zeros       mean  deviation",
          "relu       2  50.0%  50.0%  5.000e-01  2.179e+00");
      monitor.reset();
      assertThat(monitor.report().lines()).isEmpty();
    }
    assertThat(CPU.stats().liveBuffers()).isEqualTo(buffers);
  }

  @Test
  void refusesWhatHasNoUnits() {
    try (Scope _ = Scope.open(); Monitor monitor = new Monitor()) {
      assertThatThrownBy(() -> monitor.accept("sum", Tensor.full(CPU, DType.F32, Shape.of(), 1)))
          .isInstanceOf(InvalidInputException.class).hasMessageContainingAll("sum", "() f32");
      monitor.accept("relu", Tensor.full(CPU, DType.F32, Shape.of(2, 3), 1));
      assertThatThrownBy(() -> monitor.accept("relu", Tensor.full(CPU, DType.F32, Shape.of(2, 4), 1)))
          .isInstanceOf(InvalidInputException.class).hasMessageContainingAll("relu had 3 units", "(2, 4) f32");
      assertThatThrownBy(() -> Dead.within(Double.NaN)).isInstanceOf(InvalidInputException.class);
    }
  }
}
