package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.orthant.device.Devices;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As the tensors' own test of that name: what a device keeps from one call serves no other, through DJL. */
final class KeptPlansTest {
  private static final Engine ENGINE = Engine.getEngine(OrthantEngine.NAME);

  static Stream<Device> devices() {
    return Devices.all().stream().map(d -> d.name().split(":", -1))
        .map(name -> Device.of(name[0], name.length == 1 ? -1 : Integer.parseInt(name[1])));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void sumsOfOnesFollowTheShape(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      for (int n : new int[] {5, 7, 1, 30}) {
        assertThat(m.ones(new Shape(n, 3)).sum(new int[] {0}).toFloatArray()).containsExactly((float) n, (float) n,
            (float) n);
        assertThat(m.ones(new Shape(n, n)).sum().getFloat()).isEqualTo((float) (n * n));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void softmaxOfOnesFollowsTheShape(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      for (int n : new int[] {3000, 2, 17}) {
        float[] y = m.ones(new Shape(n, n)).softmax(-1).toFloatArray();
        assertThat(y[y.length - 1]).isEqualTo(1f / n, within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void theLastBatchOfAnEpochMayBeSmaller(Device device) {
    try (NDManager m = ENGINE.newBaseManager(device)) {
      for (long batch : new long[] {8, 2, 8, 1}) {
        NDArray bias = m.zeros(new Shape(3));
        bias.setRequiresGradient(true);
        try (GradientCollector collector = ENGINE.newGradientCollector()) {
          collector.backward(m.ones(new Shape(batch, 3)).mul(0.5f).add(bias).mean());
        }
        assertThat(bias.getGradient().toFloatArray()).as("batch of " + batch)
            .containsExactly(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, within(1e-6f));
      }
    }
  }
}
