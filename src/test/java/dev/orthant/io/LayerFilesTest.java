package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.BatchNorm;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A layer saved and loaded, from any device to any other. */
class LayerFilesTest {
  private static final Device CPU = Devices.named("cpu");

  @TempDir
  private Path folder = Path.of("");

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  private static Layer network(Device device, long seed, long classes) {
    return Parameters.on(device, seed)
        .whole(p -> Sequential.of(Conv.of(p, 1, 2, 3, Conv2d.stride(1).padding(1)), BatchNorm.of(p, 2, Layout.NCHW),
            Activate.of(Activations.RELU), new Flatten(), Linear.of(p, 32, classes)));
  }

  private static double[] output(Layer net, Device device) {
    try (Scope _ = Scope.open()) {
      Tensor x = new RandomStream(3).normal(device, DType.F32, Shape.of(2, 1, 4, 4), 0, 1);
      return net.forward(x, Pass.inference()).toDoubleArray();
    }
  }

  /** Running statistics included: one step of training has changed them. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void whatIsLoadedIsWhatWasSaved(Device device) {
    Path file = folder.resolve("net.ckpt");
    try (Layer saved = network(CPU, 1, 3); Layer loaded = network(device, 2, 3)) {
      try (Scope _ = Scope.open()) {
        Tensor x = new RandomStream(4).normal(CPU, DType.F32, Shape.of(8, 1, 4, 4), 1, 2);
        saved.forward(x, Pass.training(new RandomStream(5))).evaluate();
      }
      Checkpoint.save(saved, file);
      Checkpoint.load(loaded, file);
      for (int i = 0; i < saved.variables().size(); i++) {
        assertThat(loaded.variables().get(i).tensor().toDoubleArray())
            .isEqualTo(saved.variables().get(i).tensor().toDoubleArray());
      }
      double[] expected = output(saved, CPU);
      double[] got = output(loaded, device);
      for (int i = 0; i < expected.length; i++) {
        assertThat(!(Math.abs(got[i] - expected[i]) <= 1e-5)).as("output " + i).isFalse();
      }
      assertThat(loaded.parameters()).allMatch(Tensor::requiresGradient);
    }
  }

  @Test
  void anotherNetworkIsRefusedAndNothingChanges() {
    Path file = folder.resolve("net.ckpt");
    try (Layer saved = network(CPU, 1, 3); Layer other = network(CPU, 2, 4)) {
      Checkpoint.save(saved, file);
      double[] before = output(other, CPU);
      assertThatThrownBy(() -> Checkpoint.load(other, file)).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("net.ckpt").hasMessageContaining("(32, 4)").hasMessageContaining("(32, 3)");
      assertThat(output(other, CPU)).isEqualTo(before);
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    try (Layer net = network(CPU, 1, 3)) {
      assertThatThrownBy(() -> Checkpoint.load(net, folder.resolve("none.ckpt")))
          .isInstanceOf(InvalidInputException.class).hasMessageContaining("none.ckpt");
      assertThatThrownBy(() -> Checkpoint.save(net, folder.resolve("no/such/folder.ckpt")))
          .isInstanceOf(InvalidInputException.class).hasMessageContaining("folder");
      assertThat(folder).isEmptyDirectory();
    }
  }
}
