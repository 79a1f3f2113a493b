package dev.orthant.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.io.Checkpoint;
import dev.orthant.io.HostTensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run is repeatable, can be ended anywhere, and says when it fails. Tiny networks: what matters is bits, not what is
 * learned.
 */
class TrainingRunTest {
  private static final double ANY_NORM = Double.POSITIVE_INFINITY;

  @TempDir
  private Path folder;

  static List<Device> devices() {
    return Devices.all();
  }

  private static Settings points(Method method, double rate, double clip, long seed) {
    return new Settings(Data.SPIRALS, Net.MLP, Activations.RELU, 40, 16, method, rate, 0.9, clip, seed);
  }

  private static Settings images(Activation f) {
    return new Settings(Data.DIGITS, Net.CNN, f, 20, 8, Method.ADAM, 2e-3, 0.7, 1, 7);
  }

  private static void train(TrainingRun run, int last) {
    while (run.epochs() < last) {
      assertThat(run.epoch(() -> false, _ -> {
      })).isPresent();
    }
  }

  private static List<History.Step> steps(Settings settings, Device device) {
    try (TrainingRun run = TrainingRun.start(settings, device)) {
      train(run, 2);
      return List.copyOf(run.history().steps());
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void theSameSeedGivesTheSameBits(Device device) {
    Settings settings = points(Method.ADAM, 0.01, ANY_NORM, 1);
    List<History.Step> first = steps(settings, device);
    assertThat(first).hasSize(6);
    assertThat(steps(settings, device)).isEqualTo(first);
    assertThat(steps(points(Method.ADAM, 0.01, ANY_NORM, 2), device)).isNotEqualTo(first);
  }

  @ParameterizedTest
  @EnumSource
  void aRunResumedAfterAnEpochEndsInTheSameBits(Method method) {
    checkResumed(points(method, 0.01, 0.5, 3), 3);
  }

  @Test
  void aRunResumedWithinAnEpochEndsInTheSameBits() {
    checkResumed(images(Activations.RELU), 1);
    checkResumed(images(Activations.PRELU), 4);
  }

  @Test
  void aRunResumedBeforeItsFirstStepEndsInTheSameBits() {
    checkResumed(images(Activations.GELU), 0);
  }

  /** Compares two epochs in one go with a run that is ended after {@code steps}. */
  private void checkResumed(Settings settings, int steps) {
    Device cpu = Devices.named("cpu");
    Path straight = folder.resolve("straight.ckpt");
    Path ended = folder.resolve("ended.ckpt");
    try (TrainingRun run = TrainingRun.start(settings, cpu)) {
      train(run, 2);
      run.save(straight);
    }
    try (TrainingRun run = TrainingRun.start(settings, cpu)) {
      AtomicInteger left = new AtomicInteger(steps);
      while (run.epoch(() -> left.getAndDecrement() <= 0, _ -> {
      }).isPresent()) {
        assertThat(run.epochs()).isLessThan(2);
      }
      assertThat(run.history().steps()).hasSize(steps);
      run.save(ended);
    }
    try (Arena arena = Arena.ofConfined()) {
      Snapshot saved = Snapshot.read(ended, arena);
      assertThat(saved.settings()).isEqualTo(settings);
      try (TrainingRun run = TrainingRun.resume(saved.settings(), cpu, saved)) {
        train(run, 2);
        run.save(ended);
      }
    }
    assertThat(bits(ended)).isEqualTo(bits(straight));
  }

  /** Every tensor that later steps depend on, and the losses. */
  private static Map<String, List<Long>> bits(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, List<Long>> all = new LinkedHashMap<>();
      Checkpoint checkpoint = Checkpoint.read(file, arena);
      checkpoint.tensors("").forEach((name, t) -> {
        if (!name.equals("history/epochs")) { // holds times
          all.put(name, bits(t));
        }
      });
      assertThat(all.keySet()).anyMatch(n -> n.startsWith("network/")).contains("history/steps", "optimizer/updates");
      return all;
    }
  }

  private static List<Long> bits(HostTensor t) {
    return java.util.stream.LongStream.range(0, t.shape().elements())
        .mapToObj(i -> Double.doubleToRawLongBits(t.get(i))).toList();
  }

  @Test
  void learnsAndTellsWhatItSees() {
    Device cpu = Devices.named("cpu");
    long before = cpu.stats().liveBuffers();
    Settings settings =
        new Settings(Data.SPIRALS, Net.MLP, Activations.TANH, 300, 50, Method.ADAM, 0.01, 1, ANY_NORM, 1);
    try (TrainingRun run = TrainingRun.start(settings, cpu)) {
      train(run, 30);
      List<EpochResult> epochs = run.history().epochs();
      assertThat(epochs.getLast().loss()).isLessThan(0.7 * epochs.getFirst().loss());
      assertThat(epochs.getLast().heldOut()).isGreaterThan(0.6);
      assertThat(epochs.getLast().gradientNorm()).isPositive().isFinite();
      assertThat(run.report().layers()).extracting("name").containsExactly("tanh1", "tanh2");
      assertThat(run.layers()).extracting(LayerSummary::parameters).containsExactly(192L, 0L, 4160L, 0L, 195L);
      assertThat(Curves.svg(settings, run.history())).contains("loss (smoothed)", "accuracy, held out", "<path");
    }
    assertThat(cpu.stats().liveBuffers()).isEqualTo(before);
  }

  @Test
  void aLossThatIsNotFiniteNamesStepAndCure() {
    Device cpu = Devices.named("cpu");
    long before = cpu.stats().liveBuffers();
    try (TrainingRun run = TrainingRun.start(points(Method.SGD, 1e30, ANY_NORM, 1), cpu)) {
      assertThatThrownBy(() -> train(run, 9)).isInstanceOf(DivergedException.class)
          .hasMessageMatching(".*in step [23] \\(epoch 1\\): lower --lr, now 1.0E30, or cut large gradients: --clip 1");
    }
    assertThat(cpu.stats().liveBuffers()).isEqualTo(before);
  }

  @Test
  void clippingKeepsARunFinite() {
    try (TrainingRun run = TrainingRun.start(points(Method.SGD, 0.5, 1e-3, 1), Devices.named("cpu"))) {
      train(run, 2);
      assertThat(run.history().epochs().getLast().loss()).isLessThan(2);
    }
  }

  @Test
  void aSnapshotOfOtherTensorsIsRefusedAndNothingStays() {
    Device cpu = Devices.named("cpu");
    Path file = folder.resolve("run.ckpt");
    try (TrainingRun run = TrainingRun.start(points(Method.ADAM, 0.01, ANY_NORM, 1), cpu)) {
      run.save(file);
    }
    long before = cpu.stats().liveBuffers();
    try (Arena arena = Arena.ofConfined()) {
      Snapshot saved = Snapshot.read(file, arena);
      assertThatThrownBy(() -> TrainingRun.resume(images(Activations.RELU), cpu, saved))
          .isInstanceOf(InvalidInputException.class).hasMessageContaining("belongs to another network");
    }
    assertThat(cpu.stats().liveBuffers()).isEqualTo(before);
  }
}
