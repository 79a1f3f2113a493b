package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Place;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Norms, variances and normalisations whose mean is large or whose squares overflow, on every device, against float64.
 */
final class NormsTest {
  private static final long SEED = 20261201;
  /** Roundings of numbers of the size of the deviation that a result may be off by. */
  private static final double UNITS = 64;
  private static final double INF = Double.POSITIVE_INFINITY;

  /** Rows along the last axis, and along the first, which kernels treat differently. */
  private static void rows(Device device, DType type, double[] row,
      java.util.function.BiConsumer<Tensor, Integer> use) {
    int copies = 3;
    double[] last = IntStream.range(0, copies).boxed().flatMapToDouble(i -> Arrays.stream(row)).toArray();
    double[] first = Arrays.stream(row).flatMap(v -> IntStream.range(0, copies).mapToDouble(i -> v)).toArray();
    use.accept(Tensor.of(device, type, Shape.of(copies, row.length), last), 1);
    use.accept(Tensor.of(device, type, Shape.of(row.length, copies), first), 0);
  }

  private static double[] stored(DType type, double[] values) {
    return Arrays.stream(values).map(type::round).toArray();
  }

  /** The mean, exact to the last bit, and the distances from it. */
  private static double[] distances(double[] x, boolean mean) {
    BigDecimal m = Arrays.stream(x).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add)
        .divide(BigDecimal.valueOf(x.length), new MathContext(60));
    return mean ? new double[] {m.doubleValue()}
        : Arrays.stream(x).map(v -> new BigDecimal(v).subtract(m).doubleValue()).toArray();
  }

  private static double mean(double[] x) {
    return distances(x, true)[0];
  }

  private static double deviation(double[] x) {
    return norm(distances(x, false), 2) / Math.sqrt(x.length);
  }

  private static void close(double got, double right, double room, String what) {
    assertThat(Double.compare(got, right) == 0 || Math.abs(got - right) <= room)
        .as("%s: got %s, right %s, room %s", what, got, right, room).isTrue();
  }

  static Stream<double[]> spreads(DType type) {
    SplittableRandom random = new SplittableRandom(SEED);
    double far = type == DType.F32 ? 1e7 : 1e15;
    double[] wide = random.doubles(1000, -1, 1).map(v -> type == DType.F32 ? v * 1e35 : v * 1e304).toArray();
    double[] outlier = random.doubles(500, -1, 1).toArray();
    outlier[77] = 1e6;
    return Stream.of(new double[] {1e7, 1e7 + 1, 1e7 + 2, 1e7 + 3}, full(768, 1000.1), full(4097, -0.1), full(3, 3e38),
        random.doubles(768, -1, 1).map(v -> far + 4 * v).toArray(),
        random.doubles(33, -1, 1).map(v -> 3 * far / 1000 - v).toArray(),
        random.doubles(40_000, -1, 1).map(v -> v + 300).toArray(), wide, new double[] {1e20, -1e20, 3e20, 0},
        random.doubles(300, -1, 1).map(v -> v * 1e-30).toArray(), new double[] {1e-40, -2e-40, 3e-40}, outlier,
        new double[] {5}).map(row -> stored(type, row));
  }

  private static double[] full(int n, double value) {
    double[] row = new double[n];
    Arrays.fill(row, value);
    return row;
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void deviationsDoNotCancelNorOverflow(Place at) {
    Device device = at.device();
    DType type = at.type();
    spreads(type).forEach(row -> {
      try (Scope _ = Scope.open()) {
        String what = device.name() + " " + type + " seed " + SEED + " " + row.length + " from " + row[0];
        double m = mean(row);
        double[] far = distances(row, false);
        double d = norm(far, 2) / Math.sqrt(row.length);
        double largest = norm(far, INF);
        double room = UNITS * type.unitRoundoff() * largest + type.minNormal();
        for (double epsilon : new double[] {0, 1e-5}) {
          if (d > 0 || epsilon > 0) {
            rows(device, type, row, (x, axis) -> normalized(x, axis, far, m, epsilon, room, what));
          }
        }
        rows(device, type, row, (x, axis) -> {
          close(x.std(false, axis).toDoubleArray()[0], d, room, "std " + what);
          close(x.variance(false, axis).toDoubleArray()[0], type.round(d * d),
              2 * d * room + room * room + type.minNormal(), "variance " + what);
        });
      }
    });
  }

  private static void normalized(Tensor x, int axis, double[] far, double m, double epsilon, double room,
      String what) {
    try (Normalize.Result r = Normalize.over(axis).epsilon(epsilon).apply(x, null, null, null)) {
      double below = Math.hypot(norm(far, 2) / Math.sqrt(far.length), Math.sqrt(epsilon));
      double[] y = r.y().toDoubleArray();
      for (int i = 0; i < far.length; i++) {
        double got = y[axis == 1 ? i : 3 * i];
        double right = far[i] / below;
        // What the subnormals of the type lose is granted.
        close(got, right, room / below * (1 + Math.abs(right)) + 1e-38, "norm with " + epsilon + " of " + what);
      }
      close(r.mean().toDoubleArray()[0], m, room + x.dtype().unitRoundoff() * Math.abs(m), "mean of " + what);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void gradientsOfFarOffRows(Place at) {
    Device device = at.device();
    DType type = at.type();
    double[] g = {0.3, -1, 2, 0.5};
    double meanG = mean(g);
    for (double size : new double[] {1, 1e20, 1e-30}) {
      double[] row = stored(type, size == 1 ? new double[] {1e6, 1e6 + 1, 1e6 + 3, 1e6 - 2}
          : new double[] {size, -2 * size, 3 * size, 0.5 * size});
      double m = mean(row);
      double d = deviation(row);
      double meanGx = IntStream.range(0, 4).mapToDouble(i -> g[i] * (row[i] - m) / d / 4).sum();
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor x = Tensor.of(device, type, Shape.of(1, 4), row).requireGradient();
        Normalize.Result r = Normalize.over(1).epsilon(0).apply(x, null, null, null);
        tape.backward(r.y().mul(Tensor.of(device, type, Shape.of(1, 4), g)).sum());
        double[] dx = x.gradient().toDoubleArray();
        for (int i = 0; i < 4; i++) {
          double right = (g[i] - meanG - (row[i] - m) / d * meanGx) / d;
          close(dx[i], right, 2e-6 / d, device.name() + " " + type + " size " + size + " at " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void normsOfAnySize(Place at) {
    Device device = at.device();
    DType type = at.type();
    SplittableRandom random = new SplittableRandom(SEED + 1);
    double huge = type == DType.F32 ? 1e37 : 1e306;
    double tiny = type == DType.F32 ? 1e-37 : 1e-300;
    List<double[]> all = List.of(new double[] {1e20, 1e20}, new double[] {1e-25, 1e-25}, new double[] {0, 0, 0},
        new double[] {3, INF, 1}, new double[] {-INF, 1}, new double[] {Double.NaN, 1}, new double[] {INF, Double.NaN},
        random.doubles(500, -huge, huge).toArray(), random.doubles(40_000, -huge, huge).map(v -> v / 10).toArray(),
        random.doubles(40_000, -tiny, tiny).toArray(), random.doubles(300, -1, 1).toArray(),
        new double[] {huge, tiny, 1}, new double[40_000]);
    for (double[] values : all) {
      double[] row = stored(type, values);
      for (double p : row.length > 1000 ? new double[] {2, 3} : new double[] {2, 1.5, 3, 200, INF}) {
        double right = type.round(norm(row, p));
        try (Scope _ = Scope.open()) {
          rows(device, type, row, (x, axis) -> close(x.norm(p, axis).toDoubleArray()[0], right,
              Math.abs(right) * 300 * type.unitRoundoff() + type.minSubnormal(),
              device.name() + " " + type + " p " + p + " of " + row.length + " from " + row[0]));
        }
      }
    }
  }

  private static double norm(double[] x, double p) {
    double s = Arrays.stream(x).map(Math::abs).max().orElseThrow();
    if (Double.isNaN(s) || s == 0 || s == INF || p == INF) {
      return s;
    }
    return s * Math.pow(Arrays.stream(x).map(v -> Math.pow(Math.abs(v) / s, p)).sum(), 1 / p);
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void gradientsOfNorms(Place at) {
    Device device = at.device();
    DType type = at.type();
    for (double size : new double[] {1, 1e20, 1e-25, 3e37}) {
      for (double p : new double[] {2, 3}) {
        double[] row = {3 * size, -4 * size, 0};
        double right = norm(row, p);
        for (int length : new int[] {3, 40_000}) {
          try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
            Tensor x = Tensor.of(device, type, Shape.of(length), Arrays.copyOf(row, length)).requireGradient();
            tape.backward(x.norm(p));
            double[] dx = x.gradient().toDoubleArray();
            for (int i = 0; i < 3; i++) {
              close(dx[i], Math.signum(row[i]) * Math.pow(Math.abs(row[i]) / right, p - 1), 1e-6,
                  device.name() + " " + type + " p " + p + " size " + size + " at " + i);
            }
          }
        }
      }
    }
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor zero = Tensor.full(device, type, Shape.of(3), 0).requireGradient();
      tape.backward(zero.norm(2).add(zero.norm(3)).add(zero.std(false)));
      assertThat(zero.gradient().toDoubleArray()).as("%s %s at 0", device.name(), type).containsExactly(0, 0, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void rootMeanSquares(Place at) {
    Device device = at.device();
    DType type = at.type();
    for (double size : new double[] {1, 1e20, 1e-25, 1e37}) {
      double[] row = stored(type, new double[] {3 * size, -4 * size, size, 2.5 * size});
      for (double epsilon : new double[] {0, 1e-5, 1e-30}) {
        double below = Math.hypot(norm(row, 2) / 2, Math.sqrt(epsilon));
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          Tensor x = Tensor.of(device, type, Shape.of(1, 4), row).requireGradient();
          Tensor y = Normalize.over(1).rms().epsilon(epsilon).apply(x, null, null, null).y();
          double[] got = y.toDoubleArray();
          tape.backward(y.slice(1, 0, 1).sum());
          double[] dx = x.gradient().toDoubleArray();
          for (int i = 0; i < 4; i++) {
            String what = device.name() + " " + type + " size " + size + " epsilon " + epsilon + " at " + i;
            close(got[i], row[i] / below, 1e-6 * Math.abs(row[i] / below), what);
            double first = row[0] / below;
            double right = ((i == 0 ? 1 : 0) - first * (row[i] / below) / 4) / below;
            close(dx[i], right, 2e-6 * Math.max(Math.abs(right), 1 / below), "gradient " + what);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.orthant.device.Place#wide")
  void rowsOfNothing(Place at) {
    Device device = at.device();
    DType type = at.type();
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(device, type, Shape.of(2, 0), 1);
      assertThat(x.variance(false, 1).toDoubleArray()).containsExactly(Double.NaN, Double.NaN);
      assertThat(x.std(false, 1).toDoubleArray()).containsExactly(Double.NaN, Double.NaN);
      assertThat(x.norm(2, 1).toDoubleArray()).containsExactly(0, 0);
      assertThat(x.norm(3, 1).toDoubleArray()).containsExactly(0, 0);
      assertThat(x.layerNorm(null, null).toDoubleArray()).isEmpty();
    }
  }
}
