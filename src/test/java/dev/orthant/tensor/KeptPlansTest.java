package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a device keeps from one call serves no other: operands that are the same for both (a number that is broadcast),
 * another shape around them.
 */
final class KeptPlansTest {
  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  /** Reductions of a matrix of ones: each element of the result, by the matrix's extents. */
  record Reduction(String name, Function<Tensor, Tensor> of, Function<long[], Double> expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Reduction> REDUCTIONS = List.of(
      new Reduction("sum(0)", x -> x.sum(0), d -> (double) d[0]),
      new Reduction("sum(1)", x -> x.sum(1), d -> (double) d[1]),
      new Reduction("sum()", Tensor::sum, d -> (double) d[0] * d[1]),
      new Reduction("mean(0)", x -> x.mean(0), d -> 1.0),
      new Reduction("norm(2)", x -> x.norm(2), d -> Math.sqrt((double) (d[0] * d[1]))),
      new Reduction("softmax(0)", x -> x.softmax(0), d -> 1.0 / d[0]),
      new Reduction("softmax(1)", x -> x.softmax(1), d -> 1.0 / d[1]),
      new Reduction("logSoftmax(1)", x -> x.logSoftmax(1), d -> -Math.log((double) d[1])),
      new Reduction("logSumExp", x -> x.logSumExp(false), d -> 1 + Math.log((double) (d[0] * d[1]))),
      new Reduction("variance", x -> x.variance(false), d -> 0.0),
      new Reduction("argMax(0)", x -> x.argMax(0), d -> 0.0));

  static Stream<Arguments> reductionsOnDevices() {
    return Devices.all().stream().flatMap(d -> REDUCTIONS.stream().map(r -> Arguments.of(d, r)));
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("reductionsOnDevices")
  void aReductionOfABroadcastNumberFollowsTheShape(Device device, Reduction reduction) {
    long[][] shapes = {{5, 3}, {7, 3}, {4, 4}, {5, 5}, {300, 200}, {2, 2}};
    for (long[] dims : shapes) {
      try (Tensor one = Tensor.full(device, DType.F32, Shape.of(), 1); Tensor ones = one.broadcastTo(Shape.of(dims));
          Tensor y = reduction.of.apply(ones)) {
        double[] got = y.toDoubleArray();
        double[] all = new double[got.length];
        double expected = reduction.expected.apply(dims);
        Arrays.fill(all, expected);
        assertThat(got).as(Arrays.toString(dims)).isNotEmpty()
            .containsExactly(all, within(1e-4 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  /** The memory of a large plan is not that of a small one: this ended the process. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void aSmallSoftmaxComesAfterALargeOne(Device device) {
    for (int n : new int[] {3000, 2}) {
      try (Tensor one = Tensor.full(device, DType.F32, Shape.of(), 1); Tensor ones = one.broadcastTo(Shape.of(n, n));
          Tensor y = ones.softmax(1)) {
        float[] got = y.toFloatArray();
        assertThat(got[0]).isEqualTo(1f / n, within(1e-6f / n));
        assertThat(got[got.length - 1]).isEqualTo(1f / n, within(1e-6f / n));
      }
    }
  }

  /** The gradient of a mean is a broadcast number, which a bias sums over the batch. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void theLastBatchOfAnEpochMayBeSmaller(Device device) {
    try (Tensor bias = Tensor.full(device, DType.F32, Shape.of(3), 0).requireGradient()) {
      for (long batch : new long[] {8, 8, 2, 8, 1}) {
        bias.clearGradient();
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          Tensor x = Tensor.full(device, DType.F32, Shape.of(batch, 3), 0.5);
          tape.backward(x.add(bias).mean(1).mean());
          assertThat(bias.gradient().toFloatArray()).as("batch of " + batch)
              .containsExactly(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, within(1e-6f));
        }
      }
    }
  }
}
