package dev.orthant.djl.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A network of DJL's, and what it is trained on.
 *
 * @param inputs the shapes of a batch
 * @param data makes the inputs of step i
 * @param labels makes the labels of step i
 * @param training whether layers are told that they train: not where dropout, which draws other numbers in each engine,
 * cannot be taken out
 */
record Network(String name, Supplier<Block> block, Shape[] inputs, Step data, Step labels, Supplier<Loss> loss,
    Supplier<Optimizer> optimizer, boolean training) {
  /** Arrays for a step. */
  @FunctionalInterface
  interface Step {
    NDList of(NDManager manager, int step);
  }

  /** Trained as a classifier of normal numbers. */
  static Network classifier(String name, Supplier<Block> block, Supplier<Optimizer> optimizer, int classes,
      long... input) {
    return new Network(name, block, new Shape[] {new Shape(input)}, (m, i) -> new NDList(normal(m, 100 + i, input)),
        (m, i) -> new NDList(whole(m, 200 + i, classes, input[0])), Loss::softmaxCrossEntropyLoss, optimizer, true);
  }

  /** As this, with layers that are not told that they train. */
  Network still() {
    return new Network(name, block, inputs, data, labels, loss, optimizer, false);
  }

  static NDArray normal(NDManager m, long seed, long... shape) {
    return floats(m, seed, r -> r.nextGaussian(), shape);
  }

  static NDArray floats(NDManager m, long seed, Function<Random, Double> draw, long... shape) {
    Random random = new Random(seed);
    Shape s = new Shape(shape);
    float[] values = new float[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = draw.apply(random).floatValue();
    }
    return m.create(values, s);
  }

  static NDArray whole(NDManager m, long seed, int below, long... shape) {
    Random random = new Random(seed);
    Shape s = new Shape(shape);
    long[] values = new long[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(below);
    }
    return m.create(values, s);
  }

  /**
   * The same weights on every engine: the n-th array asked for is drawn with seed n, by its number of inputs (He et al.
   * 2015).
   */
  static ai.djl.training.initializer.Initializer weights() {
    int[] asked = {0};
    return (m, shape, type) -> {
      long inputs = shape.dimension() < 2 ? 1 : shape.slice(1).size();
      double deviation = shape.dimension() < 2 ? 0.1 : Math.sqrt(2.0 / inputs);
      NDArray drawn = floats(m, ++asked[0], r -> deviation * r.nextGaussian(), shape.getShape());
      return type == DataType.FLOAT32 ? drawn : drawn.toType(type, false);
    };
  }
}
