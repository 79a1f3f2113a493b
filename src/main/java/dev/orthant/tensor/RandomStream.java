package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.op.Philox;
import dev.orthant.op.Random;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A seeded source of random numbers that goes on from call to call: the same seed gives the same numbers on every
 * device ({@link Philox}); those of F64 have 53 random bits, those of the other types 24 ({@link Random}). May be used
 * by several threads; then which thread gets which numbers depends on their order.
 */
public final class RandomStream {
  private final long seed;
  private final AtomicLong offset;

  /** A stream from its beginning. */
  public RandomStream(long seed) {
    this(seed, 0);
  }

  /** A stream that goes on where another, of the same seed, was. */
  public RandomStream(long seed, long offset) {
    this.seed = seed;
    this.offset = new AtomicLong(offset);
  }

  /** What all its numbers follow from. */
  public long seed() {
    return seed;
  }

  /** How many numbers were taken. */
  public long offset() {
    return offset.get();
  }

  /** The next {@code count} numbers. */
  public Philox take(long count) {
    if (count < 0 || count > Long.MAX_VALUE - 3) {
      throw new InvalidInputException("random: takes a count of at least 0, got " + count);
    }
    // Whole blocks, so that what follows begins with one.
    return new Philox(seed, offset.getAndAdd((count + 3) / 4 * 4));
  }

  /** Uniform in [low, high), both finite in {@code type}; all are low where low = high. The caller closes it. */
  public Tensor uniform(Device device, DType type, Shape shape, double low, double high) {
    return draw(device, Random.Distribution.UNIFORM, low, high, type, shape);
  }

  /**
   * Normal with that mean and standard deviation, which is 0 or more, both finite in {@code type}. The caller closes
   * it.
   */
  public Tensor normal(Device device, DType type, Shape shape, double mean, double deviation) {
    return draw(device, Random.Distribution.NORMAL, mean, deviation, type, shape);
  }

  /** Normal, but within two standard deviations of the mean. */
  public Tensor truncatedNormal(Device device, DType type, Shape shape, double mean, double deviation) {
    return draw(device, Random.Distribution.TRUNCATED_NORMAL, mean, deviation, type, shape);
  }

  /** 1 with the given probability, else 0. */
  public Tensor bernoulli(Device device, DType type, Shape shape, double probability) {
    return draw(device, Random.Distribution.BERNOULLI, probability, 0, type, shape);
  }

  private Tensor draw(Device device, Random.Distribution d, double a, double b, DType type, Shape shape) {
    TensorSpec spec = new TensorSpec(type, shape);
    try {
      Random.check(d, a, b, spec);
    } catch (InvalidInputException e) {
      throw e.on(device.name());
    }
    Random op = new Random(d, a, b, take(shape.elements()), spec);
    return Launcher.run(device, "random", op, List.of()).getFirst();
  }
}
