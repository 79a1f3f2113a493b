package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ignored labels, smoothing and weights of classes against the definition in double, on every device. */
class CrossEntropyTest {
  private static final long SEED = Long.getLong("orthant.seed", 20_261_201);
  private static final int CLASSES = 5;
  private static final double[] LABELS = {1, -100, 4, 0, 4, -100, 2};
  private static final double[] WEIGHTS = {0.5, 2, 0, 1.25, 3};

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  private static double[] logits() {
    return new SplittableRandom(SEED).doubles((long) LABELS.length * CLASSES, -3, 3).toArray();
  }

  /** The rows' losses, then the sum of the weights of their labels. */
  private static double[] expected(double[] x, double smoothing, double[] w) {
    double[] result = new double[LABELS.length + 1];
    for (int r = 0; r < LABELS.length; r++) {
      if (LABELS[r] < 0) {
        continue;
      }
      double[] row = Arrays.copyOfRange(x, r * CLASSES, (r + 1) * CLASSES);
      double log = Math.log(Arrays.stream(row).map(Math::exp).sum());
      int label = (int) LABELS[r];
      double all = 0;
      for (int c = 0; c < CLASSES; c++) {
        all += w[c] * (log - row[c]);
      }
      result[r] = (1 - smoothing) * w[label] * (log - row[label]) + smoothing / CLASSES * all;
      result[LABELS.length] += w[label];
    }
    return result;
  }

  private static void near(double[] found, double[] expected, double bound, String what) {
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(found[i] - expected[i]) <= bound * Math.max(1, Math.abs(expected[i])))) {
        assertThat(found).as("%s, seed %d", what, SEED).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void isWhatItsDefinitionSays(Device device) {
    double[] ones = new double[CLASSES];
    Arrays.fill(ones, 1);
    boolean cpu = device.name().equals("cpu");
    // Kernels are compiled for each: types differ in loads and stores only.
    for (DType type : cpu ? List.of(DType.F32, DType.F16, DType.F64) : List.of(DType.F16)) {
      double bound = 8 * type.unitRoundoff() + 1e-6 * (type == DType.F64 ? 1e-8 : 1);
      double[] x = Arrays.stream(logits()).map(type::round).toArray();
      for (double smoothing : cpu ? new double[] {0, 0.1, 1} : new double[] {0, 0.1}) {
        for (double[] w : new double[][] {ones, WEIGHTS}) {
          String what = type + ", smoothing " + smoothing + ", weights " + Arrays.toString(w) + " on " + device.name();
          try (Scope _ = Scope.open()) {
            Tensor logits = Tensor.of(device, type, Shape.of(LABELS.length, CLASSES), x);
            Tensor labels = Tensor.of(device, DType.I64, Shape.of(LABELS.length), LABELS);
            CrossEntropy how = CrossEntropy.PLAIN.ignoreIndex(-100).labelSmoothing(smoothing);
            how = Arrays.equals(w, ones) ? how : how.classWeights(Tensor.of(device, type, Shape.of(CLASSES), w));
            double[] expected = expected(x, smoothing, w);
            double mean = Arrays.stream(expected, 0, LABELS.length).sum() / expected[LABELS.length];
            near(logits.crossEntropyPerRow(labels, how).toDoubleArray(), Arrays.copyOf(expected, LABELS.length), bound,
                what);
            near(logits.crossEntropy(labels, how).toDoubleArray(), new double[] {mean}, bound, what);
            assertThat(logits.crossEntropy(labels, how).dtype()).isEqualTo(type);
          }
        }
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void withoutAnyRowItIsNotANumber(Device device) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(2, 3), 1).requireGradient();
      Tensor labels = Tensor.full(device, DType.I64, Shape.of(2), -1);
      Tensor loss = x.crossEntropy(labels, CrossEntropy.PLAIN.ignoreIndex(-1));
      assertThat(loss.toDoubleArray()).containsExactly(Double.NaN);
      Tensor some = Tensor.of(device, DType.I64, Shape.of(2), -1, 2);
      tape.backward(x.crossEntropy(some, CrossEntropy.PLAIN.ignoreIndex(-1)));
      double[] dx = x.gradient().toDoubleArray();
      assertThat(Arrays.copyOf(dx, 3)).as("of an ignored row").containsOnly(0);
      near(Arrays.copyOfRange(dx, 3, 6), new double[] {1 / 3.0, 1 / 3.0, -2 / 3.0}, 1e-6, device.name());
    }
  }

  /** More rows than F16 can count: the mean is made in one go. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void manyRowsOfF16(Device device) {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(device, DType.F16, Shape.of(70_000, 4), 1);
      Tensor labels = Tensor.full(device, DType.I32, Shape.of(70_000), 3);
      near(x.crossEntropy(labels, CrossEntropy.PLAIN).toDoubleArray(), new double[] {Math.log(4)}, 1e-3, device.name());
    }
  }

  @Test
  void gradients() {
    Device cpu = Devices.named("cpu");
    for (double smoothing : new double[] {0, 0.2}) {
      for (boolean weighted : new boolean[] {false, true}) {
        GradientCheck.check(cpu, "cross entropy, smoothing " + smoothing + ", weighted " + weighted, SEED, in -> {
          CrossEntropy how = CrossEntropy.PLAIN.ignoreIndex(-100).labelSmoothing(smoothing);
          how = weighted ? how.classWeights(Tensor.of(cpu, DType.F64, Shape.of(CLASSES), WEIGHTS)) : how;
          return in.getFirst().crossEntropy(Tensor.of(cpu, DType.I64, Shape.of(LABELS.length), LABELS), how);
        }, Shape.of(LABELS.length, CLASSES));
      }
    }
  }

  @Test
  void saysWhatIsWrong() {
    Device cpu = Devices.named("cpu");
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(cpu, DType.F32, Shape.of(2, 3), 1);
      Tensor labels = Tensor.of(cpu, DType.I64, Shape.of(2), -100, 3);
      for (Runnable wrong : List.<Runnable>of(() -> x.crossEntropy(labels, CrossEntropy.PLAIN.ignoreIndex(-100)),
          () -> x.crossEntropy(labels, CrossEntropy.PLAIN), () -> CrossEntropy.PLAIN.labelSmoothing(1.5),
          () -> CrossEntropy.PLAIN.labelSmoothing(Double.NaN),
          () -> x.crossEntropy(labels, CrossEntropy.PLAIN.ignoreIndex(3).classWeights(x)))) {
        assertThatThrownBy(wrong::run).isInstanceOf(InvalidInputException.class).hasMessageContaining("crossEntropy");
      }
    }
  }
}
