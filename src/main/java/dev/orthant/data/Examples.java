package dev.orthant.data;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Examples with their labels, in this order. The arrays are handed over, not copied.
 *
 * @param features all examples, row-major, one after the other
 * @param labels the class of each, from 0 to {@code classes} − 1
 * @param example the shape of one example
 * @param classes how many classes there are
 */
@SuppressWarnings("ArrayRecordComponent") // the point is to hand data to a device without a copy
public record Examples(float[] features, int[] labels, Shape example, int classes) {
  public Examples {
    BigInteger needed = BigInteger.valueOf(labels.length).multiply(BigInteger.valueOf(example.elements()));
    if (!needed.equals(BigInteger.valueOf(features.length))) {
      throw new InvalidInputException(labels.length + " labels and examples of shape " + example + " need " + needed
          + " features, got " + features.length);
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new InvalidInputException("label " + label + " is none of " + classes + " classes");
      }
    }
  }

  /** How many there are. */
  public int count() {
    return labels.length;
  }

  /** The shape of all features together: (count, shape of one). */
  public Shape shape() {
    return Shape.of(count()).append(example.dims());
  }

  /** The examples at {@code indices}, copied. */
  public Examples select(int... indices) {
    long all = indices.length == 0 ? 0 : Math.multiplyHigh(indices.length, example.elements()) != 0 ? Long.MAX_VALUE
        : indices.length * example.elements();
    if (all > Integer.MAX_VALUE) {
      throw new InvalidInputException(indices.length + " examples of shape " + example + " are too many for one batch");
    }
    int size = indices.length == 0 ? 0 : (int) example.elements();
    float[] some = new float[(int) all];
    int[] theirs = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(features, indices[i] * size, some, i * size, size);
      theirs[i] = labels[indices[i]];
    }
    return new Examples(some, theirs, example, classes);
  }

  /**
   * All examples, each once, in an order that {@code seed} decides, {@code size} at a time (the last batch has what is
   * left). Take another seed for every epoch. Copies are made as the stream is read.
   */
  public Stream<Examples> batches(int size, long seed) {
    return batches(size, shuffled(seed));
  }

  /** All examples in their own order, {@code size} at a time. */
  public Stream<Examples> batches(int size) {
    return batches(size, IntStream.range(0, count()).toArray());
  }

  private Stream<Examples> batches(int size, int[] order) {
    if (size < 1) {
      throw new InvalidInputException("a batch of " + size + " examples; there must be at least 1");
    }
    return IntStream.iterate(0, at -> at < order.length, at -> at + Math.min(size, order.length - at))
        .mapToObj(at -> select(Arrays.copyOfRange(order, at, at + Math.min(size, order.length - at))));
  }

  /** Fisher and Yates. */
  private int[] shuffled(long seed) {
    int[] order = IntStream.range(0, count()).toArray();
    var random = new SplittableRandom(Draws.mix(seed));
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
