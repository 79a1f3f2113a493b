package dev.orthant.cuda;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Conv2d;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * One step of training of a tiny network, from its first weights on: convolution, product, softmax loss, backward,
 * Adam.
 */
final class SmallStep {
  private static final long SEED = 11;
  private static final int IMAGES = 2;
  private static final int SIDE = 4;
  private static final int CHANNELS = 2;
  private static final int CLASSES = 3;

  private SmallStep() {}

  /** The loss before and after the step. */
  static float[] run(Device device) {
    try (Scope _ = Scope.open()) {
      Parameters p = Parameters.on(device, SEED);
      try (
          Layer net =
              Sequential.of(Conv.of(p, 1, CHANNELS, 3, Conv2d.stride(1).padding(1)), Activate.of(Activations.RELU),
                  new Flatten(), Linear.of(p, CHANNELS * SIDE * SIDE, CLASSES));
          Optimizer adam = Adam.DEFAULT.rate(1e-2).optimizer()) {
        float before = loss(device, net, true);
        adam.step(net.parameters());
        return new float[] {before, loss(device, net, false)};
      }
    }
  }

  private static float loss(Device device, Layer net, boolean backward) {
    float[] x = new float[IMAGES * SIDE * SIDE];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor images = Tensor.of(device, Shape.of(IMAGES, 1, SIDE, SIDE), x);
      Tensor labels = Tensor.of(device, DType.I32, Shape.of(IMAGES), new double[] {1, 2});
      Tensor loss = net.forward(images, Pass.training(new RandomStream(SEED))).crossEntropy(labels);
      if (backward) {
        tape.backward(loss);
      }
      return loss.toFloatArray()[0];
    }
  }
}
