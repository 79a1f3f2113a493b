package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.DeviceException;
import dev.orthant.core.Shape;
import dev.orthant.cpu.CpuProvider;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.BatchNorm;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Recurrent;
import dev.orthant.nn.RecurrentCell;
import dev.orthant.nn.Sequential;
import dev.orthant.nn.TransformerBlock;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.testing.Tier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Each call of a device fails once, in turn: the error is the device's, what was made on the way is given back at once
 * and not by the garbage collector, and the same work done again gives the same bits.
 */
final class DeviceFaultsTest {
  private static final FaultyDevice DEVICE = new FaultyDevice(new CpuProvider().discover().devices().getFirst());

  @AfterAll
  static void close() {
    DEVICE.close();
  }

  /** Fails call 1, 2, … of the work. Returns how many there were. */
  private static long everyCall(String name, Function<FaultyDevice, double[]> work) {
    DEVICE.failCall(0);
    double[] truth = work.apply(DEVICE);
    assertThat(DEVICE.stats().liveBuffers()).as(name).isZero();
    for (long n = 1;; n += Tier.count(1, 7)) {
      DEVICE.failCall(n);
      try {
        double[] got = work.apply(DEVICE);
        if (!DEVICE.fired()) {
          assertThat(got).as(name).isEqualTo(truth);
          return n - 1;
        }
      } catch (DeviceException e) {
        assertThat(e.device()).isEqualTo("cpu");
      }
      assertThat(DEVICE.stats().liveBuffers()).as(name + ", call " + n + " failed: left").isZero();
      DEVICE.failCall(0);
      assertThat(work.apply(DEVICE)).as(name + " after call " + n + " failed").isEqualTo(truth);
    }
  }

  @Test
  void everyMethodGivesBackWhatItMade() {
    long calls = 0;
    for (Map.Entry<String, ClosedMeanwhileTest.Use> use : ClosedMeanwhileTest.uses().entrySet()) {
      for (boolean pending : new boolean[] {false, true}) {
        calls += everyCall(use.getKey() + (pending ? ", pending" : ""), d -> {
          try (Tensor x = ClosedMeanwhileTest.subject(d, pending)) {
            return use.getValue().apply(x);
          }
        });
      }
    }
    System.out.println(calls + " calls failed once");
  }

  /** No scope is open where layers are made. */
  @Test
  void aLayerIsMadeWholeOrNotAtAll() {
    Map<String, Function<Parameters, Layer>> layers = new LinkedHashMap<>();
    layers.put("linear", p -> Linear.of(p, 3, 4));
    layers.put("conv", p -> Conv.of(p, 3, 4, 3, Conv2d.PLAIN));
    layers.put("batchNorm", p -> BatchNorm.of(p, 3, Layout.NCHW));
    layers.put("transformer", p -> TransformerBlock.of(p, 4, 2, 8, Activations.GELU, true, 0));
    layers.put("network",
        p -> p.whole(q -> Sequential.of(Linear.of(q, 3, 4), Activate.of(Activations.RELU), Linear.of(q, 4, 2))));
    layers.forEach((name, make) -> everyCall(name, d -> {
      try (Layer layer = make.apply(Parameters.on(d, 1))) {
        return layer.parameters().getFirst().toDoubleArray();
      }
    }));
    everyCall("recurrent", d -> {
      try (Layer layer = Recurrent.of(Parameters.on(d, 1), RecurrentCell.Kind.LSTM, 3, 4, 2, true, 0)) {
        return layer.parameters().getFirst().toDoubleArray();
      }
    });
  }

  /** Forward, backward, two steps of Adam, and its state taken over by another. */
  @Test
  void aTrainingStepMayFailAnywhere() {
    long calls = everyCall("training", d -> {
      try (Layer net = Parameters.on(d, 11)
          .whole(p -> Sequential.of(Conv.of(p, 1, 2, 3, Conv2d.stride(1).padding(1)), BatchNorm.of(p, 2, Layout.NCHW),
              Activate.of(Activations.RELU), new Flatten(), Linear.of(p, 32, 3)));
          Optimizer adam = Adam.DEFAULT.rate(1e-2).optimizer(); Optimizer other = Adam.DEFAULT.rate(1e-2).optimizer()) {
        loss(d, net);
        adam.step(net.parameters());
        loss(d, net);
        adam.step(net.parameters());
        other.restore(net.parameters(), adam.steps(), adam.state());
        loss(d, net);
        other.step(net.parameters());
        return new double[] {loss(d, net)};
      }
    });
    System.out.println(calls + " calls of training failed once");
  }

  private static double loss(FaultyDevice device, Layer net) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor images = new RandomStream(3).normal(device, DType.F32, Shape.of(2, 1, 4, 4), 0, 1);
      Tensor labels = Tensor.of(device, DType.I32, Shape.of(2), new double[] {1, 2});
      Tensor loss = net.forward(images, Pass.training(new RandomStream(5))).crossEntropy(labels);
      tape.backward(loss);
      return loss.toDoubleArray()[0];
    }
  }

  /** A step that failed half way is taken to its end by the next call. */
  @Test
  void aStepThatFailedGoesOn() {
    DEVICE.failCall(0);
    double[] truth = stepped(0);
    for (long n = 1; n <= 12; n++) {
      assertThat(stepped(n)).as("call " + n).isEqualTo(truth);
    }
    assertThat(DEVICE.stats().liveBuffers()).isZero();
  }

  private static double[] stepped(long failing) {
    try (Linear layer = Linear.of(Parameters.on(DEVICE, 1), 3, 2);
        Optimizer adam = Adam.DEFAULT.rate(1e-2).optimizer()) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        tape.backward(layer.forward(Tensor.full(DEVICE, DType.F32, Shape.of(4, 3), 1), Pass.inference()).tanh());
      }
      List<Tensor> parameters = layer.parameters();
      DEVICE.failCall(failing);
      try {
        adam.step(parameters);
      } catch (DeviceException e) {
        adam.step(parameters);
      } finally {
        DEVICE.failCall(0);
      }
      return parameters.getFirst().toDoubleArray();
    }
  }
}
