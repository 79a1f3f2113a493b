package dev.orthant.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.data.Examples;
import dev.orthant.data.Spirals;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceStats;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.PoolLayer;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Whole training runs: the same on every device, the same twice, no more launches than needed, no memory left. */
final class TrainingTest {
  private static final int STEPS = 200;
  /**
   * Of the memory that must stay flat. An emulated device takes some hundred times as long for one; a leak shows as
   * well.
   */
  private static final int MANY_STEPS = 10_000;
  private static final int MANY_EMULATED_STEPS = 1_000;
  private static final long SEED = 7;
  private static final double AGREE = 1e-4;

  /** A network, its inputs and labels. */
  private record Run(Function<Device, Layer> network, Shape batch, float[] inputs, double[] labels) {
    float[] losses(Device device, int steps) {
      float[] losses = new float[steps];
      RandomStream random = new RandomStream(SEED);
      try (Layer net = network.apply(device); Optimizer adam = Adam.DEFAULT.rate(3e-3).optimizer()) {
        for (int step = 0; step < steps; step++) {
          losses[step] = step(device, net, adam, Pass.training(random));
        }
      }
      return losses;
    }

    float step(Device device, Layer net, Optimizer adam, Pass pass) {
      float value;
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor x = Tensor.of(device, batch, inputs);
        Tensor y = Tensor.of(device, DType.I32, Shape.of(labels.length), labels);
        Tensor loss = net.forward(x, pass).crossEntropy(y);
        tape.backward(loss);
        value = loss.toFloatArray()[0];
      }
      adam.step(net.parameters());
      return value;
    }
  }

  private static Run spirals() {
    Examples data = Spirals.train(SEED, 96, 3, 0.1);
    double[] labels = new double[data.labels().length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = data.labels()[i];
    }
    return new Run(device -> {
      Parameters p = Parameters.on(device, SEED);
      return Sequential.of(Linear.of(p, 2, 32), Activate.of(Activations.RELU), Linear.of(p, 32, 32),
          Activate.of(Activations.GELU), new dev.orthant.nn.Dropout(0.1), Linear.of(p, 32, 3));
    }, data.shape(), data.features(), labels);
  }

  private static Run images() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] x = new float[16 * 10 * 10];
    double[] labels = new double[16];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 4;
    }
    return new Run(device -> {
      Parameters p = Parameters.on(device, SEED);
      return Sequential.of(Conv.of(p, 1, 8, 3, Conv2d.stride(1).padding(1)), Activate.of(Activations.RELU),
          PoolLayer.max(2, 2, Layout.NCHW), dev.orthant.nn.BatchNorm.of(p, 8, Layout.NCHW), new Flatten(),
          Linear.of(p, 8 * 5 * 5, 4));
    }, Shape.of(16, 1, 10, 10), x, labels);
  }

  @Test
  void lossCurvesAgreeOnAllDevicesAndRepeat() {
    for (Run run : List.of(spirals(), images())) {
      float[] truth = run.losses(Devices.named("cpu"), STEPS);
      assertThat(truth[STEPS - 1]).as("it learns").isLessThan(truth[0] * 0.8f);
      for (Device device : Devices.all()) {
        float[] losses = run.losses(device, STEPS);
        double error = Math.abs(losses[STEPS - 1] - truth[STEPS - 1]) / truth[STEPS - 1];
        assertThat(error <= AGREE)
            .as("%s: loss after %d steps %s, on the cpu %s: relative difference %s, seed %d", device.name(),
                STEPS, losses[STEPS - 1], truth[STEPS - 1], error, SEED)
            .isTrue();
        assertThat(run.losses(device, 20)).as("%s: twice the same bits", device.name())
            .isEqualTo(java.util.Arrays.copyOf(losses, 20));
      }
    }
  }

  /**
   * Of a ReLU layer: forward one product with bias and activation; backward one pass for dZ and the bias' gradient (dZ
   * of all but the last layer is the epilogue of the next layer's dX), one product each for dW and dX; one update each
   * for weight and bias.
   */
  @Test
  void aLayerTakesSixLaunchesAStep() {
    for (Device device : Devices.all()) {
      long[] counts = new long[2];
      for (int extra = 0; extra < 2; extra++) {
        Parameters p = Parameters.on(device, SEED);
        List<Layer> layers = new java.util.ArrayList<>(List.of(Linear.of(p, 8, 16), Activate.of(Activations.RELU)));
        if (extra == 1) {
          layers.addAll(List.of(Linear.of(p, 16, 16), Activate.of(Activations.RELU)));
        }
        layers.add(Linear.of(p, 16, 4));
        Run run = new Run(d -> new Flatten(), Shape.of(32, 8), new float[32 * 8], new double[32]);
        try (Layer net = Sequential.of(layers.toArray(Layer[]::new)); Optimizer adam = Adam.DEFAULT.optimizer()) {
          Pass pass = Pass.training(new RandomStream(SEED));
          run.step(device, net, adam, pass);
          run.step(device, net, adam, pass);
          long before = device.stats().launches();
          run.step(device, net, adam, pass);
          counts[extra] = device.stats().launches() - before;
        }
      }
      assertThat(counts[1] - counts[0])
          .as("%s: launches of one more layer (%d with one, %d with two)", device.name(), counts[0],
              counts[1])
          .isEqualTo(6);
    }
  }

  @Test
  void memoryIsFlatOverManySteps() {
    for (Device device : Devices.all()) {
      Run run = new Run(d -> {
        Parameters p = Parameters.on(d, SEED);
        return Sequential.of(Linear.of(p, 4, 8), Activate.of(Activations.RELU), Linear.of(p, 8, 3));
      }, Shape.of(5, 4), new float[20], new double[5]);
      DeviceStats before = device.stats();
      try (Layer net = run.network().apply(device); Optimizer adam = Adam.DEFAULT.optimizer()) {
        Pass pass = Pass.training(new RandomStream(SEED));
        run.step(device, net, adam, pass);
        run.step(device, net, adam, pass);
        DeviceStats early = device.stats();
        for (int i = 0; i < (device.info().emulated() ? MANY_EMULATED_STEPS : MANY_STEPS); i++) {
          run.step(device, net, adam, pass);
        }
        DeviceStats late = device.stats();
        assertThat(late.liveBuffers()).as(device.name()).isEqualTo(early.liveBuffers());
        assertThat(late.liveBytes()).as(device.name()).isEqualTo(early.liveBytes());
        assertThat(late.cachedBytes()).as(device.name()).isLessThanOrEqualTo(early.cachedBytes() + (1 << 16));
      }
      assertThat(device.stats().liveBuffers()).as("%s: all given back", device.name()).isEqualTo(before.liveBuffers());
    }
  }
}
