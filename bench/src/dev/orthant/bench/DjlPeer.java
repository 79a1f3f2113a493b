package dev.orthant.bench;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.orthant.device.Devices;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * A training step of DJL's own networks (forward, loss, backward, SGD with momentum), on Orthant's CPU device and on
 * DJL's PyTorch engine, in one process, step by step in turn, so that a noisy machine hits both. The losses of the
 * first steps must agree before anything is timed. Prints the medians, the median of the ratios of neighbouring steps
 * (above 1 we are faster), and our launches per step.
 *
 * <p>Usage: {@code ./orthant peer djl [threads]}; {@code ORTHANT_JAVA_OPTS=-Dorthant.fusion=off} turns fusion off.
 */
public final class DjlPeer {
  /** How many steps must give the same losses, and how nearly. */
  private static final int CHECKED = 5;

  private static final double BOUND = 1e-3;

  private record Network(String name, Supplier<Block> block, Shape batch, float rate, int warmup, int rounds) {}

  private static final List<Network> NETWORKS = List.of(
      new Network("mlp 784-512-256-10, batch 64", () -> new Mlp(784, 10, new int[] {512, 256}), new Shape(64, 784),
          0.01f,
          300, 600),
      new Network("resnet18 of DJL's zoo, 32x32, batch 32",
          () -> ResNetV1.builder().setImageShape(new Shape(3, 32, 32)).setNumLayers(18).setOutSize(10).build(),
          new Shape(32, 3, 32, 32), 0.0001f, 20, 60));

  private DjlPeer() {}

  public static void main(String[] args) {
    String threads = args.length > 0 ? args[0] : Integer.toString(Runtime.getRuntime().availableProcessors());
    // Read when the engines are first asked for.
    System.setProperty("orthant.cpu.threads", threads);
    System.setProperty("ai.djl.pytorch.num_threads", threads);
    System.setProperty("OPT_OUT_TRACKING", "true");
    String only = System.getProperty("djl.network", "");
    System.out.printf("threads %s, fusion %s%n", threads, System.getProperty("orthant.fusion", "on"));
    System.out.printf("%-42s %12s %12s %8s %14s%n", "network", "Orthant ms", "PyTorch ms", "ratio", "launches/step");
    NETWORKS.stream().filter(n -> n.name.startsWith(only)).forEach(DjlPeer::compare);
  }

  private static void compare(Network network) {
    try (Session ours = new Session(network, "Orthant"); Session theirs = new Session(network, "PyTorch")) {
      for (int i = 0; i < CHECKED; i++) {
        double a = ours.step(true);
        double b = theirs.step(true);
        if (!(Math.abs(a - b) <= BOUND * Math.abs(b))) {
          throw new IllegalStateException(
              network.name + ": loss " + a + " on Orthant, " + b + " on PyTorch in step " + i);
        }
      }
      double[][] times = new double[2][network.rounds];
      long launches = 0;
      for (int i = -network.warmup; i < network.rounds; i++) {
        long before = Devices.named("cpu").stats().launches();
        long t0 = System.nanoTime();
        ours.step(false);
        long t1 = System.nanoTime();
        launches = Devices.named("cpu").stats().launches() - before;
        long t2 = System.nanoTime();
        theirs.step(false);
        long t3 = System.nanoTime();
        if (i >= 0) {
          times[0][i] = (t1 - t0) / 1e6;
          times[1][i] = (t3 - t2) / 1e6;
        }
      }
      double[] ratios = new double[network.rounds];
      Arrays.setAll(ratios, i -> times[1][i] / times[0][i]);
      System.out.printf("%-42s %12.3f %12.3f %8.3f %14d%n", network.name, median(times[0]), median(times[1]),
          median(ratios),
          launches);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** A network in training on one engine, always on the same batch. */
  private static final class Session implements AutoCloseable {
    private final Model model;
    private final Trainer trainer;
    private final NDManager manager;
    private final NDArray data;
    private final NDArray labels;

    Session(Network network, String engine) {
      model = Model.newInstance(network.name, Device.cpu(), engine);
      model.setBlock(network.block.get());
      int[] asked = {0};
      var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optDevices(new Device[] {Device.cpu()})
          .optOptimizer(
              Optimizer.sgd().setLearningRateTracker(Tracker.fixed(network.rate)).optMomentum(0.9f).build())
          .optInitializer((m, s, t) -> normal(m, ++asked[0], Math.sqrt(2.0 / s.slice(1).size()), s),
              Parameter.Type.WEIGHT);
      trainer = model.newTrainer(config);
      trainer.initialize(network.batch);
      manager = model.getNDManager().newSubManager();
      data = normal(manager, 77, 1, network.batch);
      Random random = new Random(78);
      labels = manager.create(random.longs(network.batch.get(0), 0, 10).toArray());
    }

    private static NDArray normal(NDManager m, long seed, double deviation, Shape shape) {
      Random random = new Random(seed);
      float[] values = new float[Math.toIntExact(shape.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * random.nextGaussian());
      }
      return m.create(values, shape);
    }

    /** The loss if it is wanted; else what was computed is waited for by reading the loss' place only. */
    double step(boolean wanted) {
      try (NDManager scope = manager.newSubManager()) {
        data.tempAttach(scope);
        labels.tempAttach(scope);
        double loss;
        try (GradientCollector collector = trainer.newGradientCollector()) {
          NDArray value = trainer.getLoss().evaluate(new NDList(labels), trainer.forward(new NDList(data)));
          collector.backward(value);
          loss = wanted ? value.getFloat() : 0;
        }
        trainer.step();
        Devices.named("cpu").finish();
        return loss;
      }
    }

    @Override
    public void close() {
      manager.close();
      trainer.close();
      model.close();
    }
  }
}
