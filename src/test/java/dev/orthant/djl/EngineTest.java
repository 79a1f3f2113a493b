package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.orthant.device.Devices;
import dev.orthant.monitor.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine as DJL's users meet it: found by name, on any device, with its models saved and loaded, and errors of
 * DJL's kinds.
 */
class EngineTest {
  private static final Engine ENGINE = Engine.getEngine("Orthant");

  @Test
  void isFoundByName() {
    assertThat(Engine.getAllEngines()).contains("Orthant");
    assertThat(Engine.getInstance()).isSameAs(ENGINE);
    assertThat(ENGINE.getEngineName()).isEqualTo("Orthant");
    assertThat(ENGINE.hasCapability("CUDA"))
        .isEqualTo(Devices.all().stream().anyMatch(d -> d.name().startsWith("cuda")));
  }

  @Test
  void everyDeviceHasAName() {
    for (var d : Devices.all()) {
      String[] name = d.name().split(":", -1);
      Device device = Device.of(name[0], name.length == 1 ? -1 : Integer.parseInt(name[1]));
      try (NDManager manager = ENGINE.newBaseManager(device)) {
        NDArray x = manager.create(new float[] {1, 2, 3});
        assertThat(x.getDevice()).isEqualTo(device);
        assertThat(x.add(1).toFloatArray()).containsExactly(2, 3, 4);
      }
    }
  }

  @Test
  void sayWhatDevicesThereAreWhenOneIsMissing() {
    try (NDManager manager = ENGINE.newBaseManager(Device.gpu(77))) {
      assertThatThrownBy(() -> manager.ones(new Shape(2))).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gpu(77)").hasMessageContaining("orthant doctor");
    }
  }

  @Test
  void arraysMoveBetweenDevices() {
    try (NDManager manager = ENGINE.newBaseManager(Device.cpu())) {
      NDArray x = manager.create(new float[] {1, 2, 3});
      for (var d : Devices.all()) {
        String[] name = d.name().split(":", -1);
        Device device = Device.of(name[0], name.length == 1 ? -1 : Integer.parseInt(name[1]));
        NDArray there = x.toDevice(device, true);
        assertThat(there.getDevice()).isEqualTo(device);
        assertThat(there.mul(2).toDevice(Device.cpu(), false).toFloatArray()).containsExactly(2, 4, 6);
      }
    }
  }

  @Test
  void modelsAreSavedAndLoaded(@TempDir Path folder) throws Exception {
    float[] x = {0.5f, -1, 2, 0.25f};
    float[] before;
    try (Model model = model()) {
      model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 4));
      model.setProperty("Epoch", "3");
      model.save(folder, "mlp");
      before = forward(model, x);
    }
    assertThat(folder.resolve("mlp-0003.params")).exists();
    try (Model model = model()) {
      model.load(folder, "mlp");
      assertThat(forward(model, x)).containsExactly(before);
      assertThat(model.getProperty("Epoch")).isEqualTo("3");
    }
    try (Model model = Model.newInstance("mlp", "Orthant")) {
      assertThatThrownBy(() -> model.load(folder, "mlp")).hasMessageContaining("setBlock");
    }
    try (Model model = model()) {
      assertThatThrownBy(() -> model.load(folder, "other")).isInstanceOf(IOException.class);
    }
  }

  private static Model model() {
    Model model = Model.newInstance("mlp", "Orthant");
    model.setBlock(new Mlp(4, 3, new int[] {8}));
    model.getBlock().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    return model;
  }

  private static float[] forward(Model model, float[] x) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      NDList in = new NDList(manager.create(x, new Shape(1, 4)));
      return model.getBlock().forward(new ParameterStore(manager, false), in, false).head().toFloatArray();
    }
  }

  @Test
  void sameSeedSameWeights() {
    float[][] drawn = new float[2][];
    for (int i = 0; i < 2; i++) {
      ENGINE.setRandomSeed(7);
      try (NDManager manager = ENGINE.newBaseManager()) {
        drawn[i] = manager.randomNormal(new Shape(20)).toFloatArray();
      }
    }
    assertThat(drawn[0]).containsExactly(drawn[1]);
  }

  /** 2^53 + 1 and its like have no double. */
  @Test
  void largeIntegersStayExact() {
    long large = (1L << 53) + 1;
    try (NDManager manager = ENGINE.newBaseManager(Device.cpu())) {
      NDArray x = manager.create(new long[] {1, 2, 3});
      x.set(new NDIndex("1"), large);
      assertThat(x.toLongArray()).containsExactly(1, large, 3);
      assertThat(x.add(large).toLongArray()).containsExactly(large + 1, 2 * large, large + 3);
      assertThat(x.eq(large).toBooleanArray()).containsExactly(false, true, false);
    }
  }

  @Test
  void oneCollectorAtATime() {
    try (GradientCollector first = ENGINE.newGradientCollector()) {
      assertThat(first).isNotNull();
      assertThatThrownBy(ENGINE::newGradientCollector).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open already");
    }
    ENGINE.newGradientCollector().close();
  }

  @Test
  void aScopeClosesWhatIsMadeInIt() {
    try (NDManager manager = ENGINE.newBaseManager()) {
      NDArray made;
      try (NDScope _ = new NDScope()) {
        made = manager.ones(new Shape(3)).add(1);
      }
      assertThat(made.isReleased()).isTrue();
      assertThatThrownBy(() -> made.add(1)).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }
  }

  @Test
  void mistakesAreIllegalArguments() {
    try (NDManager manager = ENGINE.newBaseManager(Device.cpu())) {
      NDArray a = manager.ones(new Shape(2, 3));
      assertThatThrownBy(() -> a.matMul(a)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("(2, 3)");
      assertThatThrownBy(() -> a.add(manager.ones(new Shape(2, 4)))).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(2, 4)");
      assertThatThrownBy(() -> manager.zeros(new Shape(2), DataType.INT16))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> manager.create(new String[] {"a"})).isInstanceOf(UnsupportedOperationException.class);
      a.setRequiresGradient(true);
      try (GradientCollector _ = ENGINE.newGradientCollector()) {
        assertThatThrownBy(() -> a.addi(1)).isInstanceOf(EngineException.class).hasMessageContaining("in place");
      }
    }
  }

  /**
   * Two devices, whichever there are: the weights go as on one device with the whole batch, and stay the same on both.
   */
  @Test
  void severalDevicesTrainAsOne() throws Exception {
    List<Device> all = Devices.all().stream().map(d -> d.name().split(":", 2))
        .map(n -> Device.of(n[0], n.length == 1 ? -1 : Integer.parseInt(n[1]))).toList();
    float[] alone = trained(new Device[] {Device.cpu()});
    float[] together = trained(all.toArray(Device[]::new));
    for (int i = 0; i < alone.length; i++) {
      assertThat(together[i]).as("weight " + i).isCloseTo(alone[i], org.assertj.core.data.Offset.offset(1e-5f));
    }
  }

  private static float[] trained(Device[] devices) throws Exception {
    try (Model model = Model.newInstance("linear", Device.cpu(), "Orthant")) {
      model.setBlock(new Mlp(3, 1, new int[] {}));
      var config = new DefaultTrainingConfig(new Loss("sum") {
        @Override
        public NDArray evaluate(NDList labels, NDList predictions) {
          return predictions.singletonOrThrow().sub(labels.singletonOrThrow()).square().sum();
        }
      }).optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).build()).optDevices(devices)
          .optInitializer((m, s, t) -> m.ones(s, t), Parameter.Type.WEIGHT);
      try (Trainer trainer = model.newTrainer(config); NDManager manager = model.getNDManager().newSubManager()) {
        trainer.initialize(new Shape(1, 3));
        NDArray x = manager.create(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 1}, new Shape(4, 3));
        NDArray y = manager.create(new float[] {1, 2, 3, 4}, new Shape(4, 1));
        var data = new ArrayDataset.Builder().setData(x).optLabels(y).setSampling(4, false).build();
        for (int i = 0; i < 3; i++) {
          ai.djl.training.EasyTrain.fit(trainer, 1, data, null);
        }
        return model.getBlock().getParameters().valueAt(0).getArray().toFloatArray();
      }
    }
  }

  @Test
  void theListenerTellsDeadUnitsAndGradientNorms() throws Exception {
    List<Report> reports = new ArrayList<>();
    try (Model model = Model.newInstance("mlp", Device.cpu(), "Orthant")) {
      model.setBlock(new Mlp(3, 2, new int[] {4}));
      var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optDevices(new Device[] {Device.cpu()})
          .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).build())
          // Inputs are positive and two of the four units have weights below 0: they stay dead.
          .optInitializer(
              (m, s, t) -> s.get(0) == 4 ? m.create(new float[] {1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1}, s)
                  : m.create(new float[] {1, 2, 1, 2, 3, 1, 2, 1}, s),
              Parameter.Type.WEIGHT)
          .addTrainingListeners(new MonitorListener(2, reports::add));
      try (Trainer trainer = model.newTrainer(config); NDManager manager = model.getNDManager().newSubManager()) {
        trainer.initialize(new Shape(1, 3));
        var data = new ArrayDataset.Builder().setData(manager.ones(new Shape(8, 3)))
            .optLabels(manager.create(new long[] {0, 1, 0, 1, 0, 1, 0, 0})).setSampling(2, false).build();
        ai.djl.training.EasyTrain.fit(trainer, 1, data, null);
      }
    }
    assertThat(reports).hasSize(2);
    assertThat(reports.getFirst().layers()).hasSize(1);
    assertThat(reports.getFirst().layers().getFirst().dead()).isEqualTo(2);
    assertThat(reports.getFirst().layers().getFirst().units()).isEqualTo(4);
    assertThat(reports.getFirst().parameters()).hasSize(4);
    assertThat(reports.getFirst().parameters()).allSatisfy(p -> assertThat(p.gradientNorm()).isPresent());
    assertThat(Objects.requireNonNull(reports.getFirst().lines()).getFirst()).contains("dead");
  }
}
