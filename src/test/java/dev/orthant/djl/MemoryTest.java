package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.translate.NoopTranslator;
import dev.orthant.device.Devices;
import dev.orthant.djl.types.DeviceNames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Device memory under DJL: what a manager owns goes with it, and training for long takes no more than training for
 * short. Less than before is as good: the Cleaner may find meanwhile what other tests left.
 */
class MemoryTest {
  static Stream<Device> devices() {
    return Devices.all().stream().map(d -> d.name().split(":", 2))
        .map(n -> Device.of(n[0], n.length == 1 ? -1 : Integer.parseInt(n[1])));
  }

  /** After the Cleaner has taken what other tests left: two readings alike. */
  private static long settled(Device device) {
    long last = -1;
    for (int i = 0; i < 100 && last != bytes(device); i++) {
      last = bytes(device);
      System.gc();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return last;
  }

  private static long bytes(Device device) {
    return DeviceNames.named(device).stats().liveBytes();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void closingAManagerFreesAtOnce(Device device) {
    long before = settled(device);
    try (NDManager manager = OrthantNDManager.system().newSubManager(device)) {
      NDArray x = manager.ones(new Shape(256, 256));
      NDArray y = x.mul(2).add(x);
      assertThat(y.sum().getFloat()).isEqualTo(3 * 256 * 256f);
      assertThat(bytes(device)).isGreaterThanOrEqualTo(before + 256 * 256 * 4);
    }
    assertThat(bytes(device)).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aThousandBatchesHoldMemoryFlat(Device device) {
    try (Model model = Model.newInstance("mlp", device, OrthantEngine.NAME)) {
      model.setBlock(new Mlp(16, 4, new int[] {32, 8}));
      var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(Optimizer.adam().build())
          .optDevices(new Device[] {device}).optInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(8, 16));
        long after = 0;
        for (int i = 0; i < 1000; i++) {
          step(trainer, i);
          if (i == 9) {
            after = bytes(device);
          }
          if (i >= 9) {
            assertThat(bytes(device)).as("after step " + i).isLessThanOrEqualTo(after);
          }
        }
      }
    }
  }

  private static void step(Trainer trainer, int i) {
    try (NDManager manager = trainer.getManager().newSubManager()) {
      NDArray x = manager.randomNormal(new Shape(8, 16));
      NDArray labels = manager.create(new long[] {0, 1, 2, 3, 0, 1, 2, i % 4});
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDList y = trainer.forward(new NDList(x));
        collector.backward(trainer.getLoss().evaluate(new NDList(labels), y));
      }
      trainer.step();
    }
  }

  /** DJL's optimizers never close their state. */
  @ParameterizedTest
  @MethodSource("devices")
  void theCleanerTakesAnOptimizersState(Device device) throws InterruptedException {
    long before = settled(device);
    try (NDManager manager = OrthantNDManager.system().newSubManager(device)) {
      NDArray weight = manager.ones(new Shape(1000));
      NDArray gradient = manager.ones(new Shape(1000));
      Optimizer.adam().build().update("w", weight, gradient);
    }
    assertThat(bytes(device)).isGreaterThan(before);
    for (int i = 0; i < 200 && bytes(device) > before; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(bytes(device)).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void predictsRightFromEightThreads(Device device) throws Exception {
    try (Model model = Model.newInstance("mlp", device, OrthantEngine.NAME)) {
      model.setBlock(new Mlp(16, 4, new int[] {32, 8}));
      model.getBlock().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      model.getBlock().initialize(model.getNDManager(), ai.djl.ndarray.types.DataType.FLOAT32, new Shape(2, 16));
      List<float[]> alone = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        alone.add(predict(model, device, i));
      }
      long before = settled(device);
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        List<Callable<float[]>> work = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
          int seed = i % 8;
          work.add(() -> predict(model, device, seed));
        }
        List<Future<float[]>> results = threads.invokeAll(work);
        for (int i = 0; i < results.size(); i++) {
          assertThat(results.get(i).get()).as("prediction " + i).containsExactly(alone.get(i % 8));
        }
      }
      assertThat(bytes(device)).isLessThanOrEqualTo(before);
    }
  }

  private static float[] predict(Model model, Device device, int seed) throws Exception {
    try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
        NDManager manager = OrthantNDManager.system().newSubManager(device)) {
      float[] values = new float[32];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.sin(i * (seed + 1.0));
      }
      try (NDList y = predictor.predict(new NDList(manager.create(values, new Shape(2, 16))))) {
        return y.head().toFloatArray();
      }
    }
  }
}
