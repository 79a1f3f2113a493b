package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.math.Samplers;
import dev.orthant.djl.types.Sequences;
import dev.orthant.djl.types.Types;
import dev.orthant.op.Philox;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDManager}: random numbers, the same for the same seed of the engine on every device.
 * Uniform and normal ones are made on the device; the others on the host.
 */
abstract class ManagerRandom extends ManagerCreation {
  /** Largest rate of a Poisson distribution: its numbers must fit an int. */
  private static final double LARGEST_RATE = Integer.MAX_VALUE / 2.0;

  ManagerRandom(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  private static RandomStream stream() {
    return OrthantEngine.instance().random();
  }

  private static DType floating(String method, DataType type) {
    if (!type.isFloating()) {
      throw new DTypeException(method + ": gives FLOAT16, BFLOAT16, FLOAT32 or FLOAT64, not " + type);
    }
    return Types.of(type);
  }

  // ---- on the device -----------------------------------------------------------------------------------------------

  /** Uniform in [low, high). */
  @Override
  public NDArray randomUniform(float low, float high, Shape shape, DataType dataType) {
    DType type = floating("randomUniform", dataType);
    return array(() -> stream().uniform(target(), type, Types.of(shape), low, high));
  }

  @Override
  public NDArray randomNormal(float loc, float scale, Shape shape, DataType dataType) {
    DType type = floating("randomNormal", dataType);
    return array(() -> stream().normal(target(), type, Types.of(shape), loc, scale));
  }

  /** Normal, within two standard deviations of {@code loc}. */
  @Override
  public NDArray truncatedNormal(float loc, float scale, Shape shape, DataType dataType) {
    DType type = floating("truncatedNormal", dataType);
    return array(() -> stream().truncatedNormal(target(), type, Types.of(shape), loc, scale));
  }

  @Override
  public NDArray sampleNormal(NDArray mu, NDArray sigma) {
    return sampleNormal(mu, sigma, new Shape());
  }

  /**
   * {@code shape} numbers of each of the distributions, in FLOAT32 whatever the parameters' type: the result's shape is
   * that of the parameters, then {@code shape}.
   */
  @Override
  public NDArray sampleNormal(NDArray mu, NDArray sigma, Shape shape) {
    requireAlike("sampleNormal", mu, sigma);
    double[] deviations = ManagerCore.own(sigma).tensor().toDoubleArray();
    if (Arrays.stream(deviations).anyMatch(v -> !(v >= 0))) {
      throw new InvalidInputException(
          "sampleNormal: standard deviations must be 0 or more, got " + Arrays.toString(deviations));
    }
    return array(() -> {
      Tensor noise = stream().normal(target(), DType.F32, Types.of(mu.getShape().addAll(shape)), 0, 1);
      return noise.mul(beside(sigma, shape)).add(beside(mu, shape));
    });
  }

  private Tensor beside(NDArray parameter, Shape shape) {
    Tensor t = ManagerCore.own(parameter).tensor();
    Tensor here = (t.device().equals(target()) ? t : t.to(target())).cast(DType.F32);
    long[] ones = new long[shape.dimension()];
    Arrays.fill(ones, 1);
    return here.reshape(here.shape().append(ones).dims());
  }

  private static void requireAlike(String method, NDArray... parameters) {
    for (NDArray p : parameters) {
      if (!p.getShape().equals(parameters[0].getShape()) || p.getDataType() == DataType.COMPLEX64) {
        throw new ShapeException(method + ": takes real parameters of one shape, got " + Arrays.stream(parameters)
            .map(x -> x.getShape() + " " + x.getDataType()).toList());
      }
    }
  }

  // ---- on the host -------------------------------------------------------------------------------------------------

  /** A generator that begins anew, elsewhere, each time, as the engine's seed says. */
  static RandomGenerator generator() {
    Philox seed = stream().take(2);
    return RandomGeneratorFactory.of("L64X128MixRandom")
        .create(((long) seed.word(0) << 32) | (seed.word(1) & 0xffffffffL));
  }

  private NDArray drawn(DType type, Shape shape, DoubleSupplier number) {
    return array(() -> Sequences.of(target(), type, shape.size(), _ -> number.getAsDouble()).reshape(shape.getShape()));
  }

  /** Whole numbers in [low, high). */
  @Override
  public NDArray randomInteger(long low, long high, Shape shape, DataType dataType) {
    if (low >= high) {
      throw new InvalidInputException("randomInteger: takes low < high, got " + low + " and " + high);
    }
    if (dataType != DataType.INT64) {
      DType type = Types.of(dataType);
      RandomGenerator random = generator();
      return drawn(type, shape, () -> random.nextLong(low, high));
    }
    RandomGenerator random = generator();
    return create(java.nio.LongBuffer.wrap(random.longs(shape.size(), low, high).toArray()), shape, DataType.INT64);
  }

  /** The numbers 0 … n − 1 in random order, INT64. */
  @Override
  public NDArray randomPermutation(long n) {
    if (n < 0 || n > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException("randomPermutation: takes a count from 0 to 2³¹ − 9, got " + n);
    }
    int[] order = Samplers.permutation((int) n, generator()::nextLong);
    return create(java.nio.LongBuffer.wrap(Arrays.stream(order).asLongStream().toArray()), new Shape(n),
        DataType.INT64);
  }

  @Override
  public NDArray randomMultinomial(int n, NDArray pValues) {
    return randomMultinomial(n, pValues, new Shape());
  }

  /**
   * How often each of the outcomes came up in {@code n} experiments: INT64, {@code shape} and then the outcomes. The
   * last outcome's probability is what is left.
   */
  @Override
  public NDArray randomMultinomial(int n, NDArray pValues, Shape shape) {
    double[] p = ManagerCore.own(pValues).tensor().toDoubleArray();
    if (n < 0 || pValues.getShape().dimension() != 1 || p.length == 0 || Arrays.stream(p).anyMatch(v -> !(v >= 0))
        || Arrays.stream(p).limit(p.length - 1).sum() > 1 + 1e-6) {
      throw new InvalidInputException(
          "randomMultinomial: takes a count of 0 or more and a vector of probabilities of which all but the last"
              + " sum to at most 1, got " + n + " and " + pValues.getShape() + ' ' + Arrays.toString(p));
    }
    p[p.length - 1] = Math.max(0, 1 - Arrays.stream(p).limit(p.length - 1).sum());
    IntSupplier outcome = Samplers.outcomes(p, generator()::nextLong);
    long[] counts = new long[Math.toIntExact(shape.size() * p.length)];
    for (int at = 0; at < counts.length; at += p.length) {
      for (int i = 0; i < n; i++) {
        counts[at + outcome.getAsInt()]++;
      }
    }
    return create(java.nio.LongBuffer.wrap(counts), shape.add(p.length), DataType.INT64);
  }

  @Override
  public NDArray samplePoisson(NDArray lam) {
    return samplePoisson(lam, new Shape());
  }

  /** {@code shape} numbers for each of the rates, in FLOAT32. */
  @Override
  public NDArray samplePoisson(NDArray lam, Shape shape) {
    requireAlike("samplePoisson", lam);
    double[] rates = ManagerCore.own(lam).tensor().toDoubleArray();
    if (Arrays.stream(rates).anyMatch(r -> !(r >= 0 && r <= LARGEST_RATE))) {
      throw new InvalidInputException(
          "samplePoisson: rates must be from 0 to " + LARGEST_RATE + ", got " + Arrays.toString(rates));
    }
    RandomGenerator random = generator();
    return sampled(lam.getShape(), shape, i -> {
      return rates[i] == 0 ? () -> 0 : Samplers.poisson(rates[i], random::nextLong);
    });
  }

  @Override
  public NDArray sampleGamma(NDArray alpha, NDArray beta) {
    return sampleGamma(alpha, beta, new Shape());
  }

  /**
   * {@code shape} numbers for each pair of shape {@code alpha} and scale {@code beta}, in FLOAT32: of mean alpha·beta.
   * An alpha of 0 gives 0, to which the distribution shrinks.
   */
  @Override
  public NDArray sampleGamma(NDArray alpha, NDArray beta, Shape shape) {
    requireAlike("sampleGamma", alpha, beta);
    double[] shapes = ManagerCore.own(alpha).tensor().toDoubleArray();
    double[] scales = ManagerCore.own(beta).tensor().toDoubleArray();
    if (Arrays.stream(shapes).anyMatch(v -> !(v >= 0 && v < Double.POSITIVE_INFINITY))
        || Arrays.stream(scales).anyMatch(v -> !(v > 0 && v < Double.POSITIVE_INFINITY))) {
      throw new InvalidInputException(
          "sampleGamma: shapes must be 0 or more and scales more than 0, both finite, got " + Arrays.toString(shapes)
              + " and " + Arrays.toString(scales));
    }
    RandomGenerator random = generator();
    return sampled(alpha.getShape(), shape, i -> {
      return shapes[i] == 0 ? () -> 0 : Samplers.gamma(shapes[i], scales[i], random::nextLong);
    });
  }

  private NDArray sampled(Shape parameters, Shape each,
      java.util.function.IntFunction<DoubleSupplier> distribution) {
    double[] numbers = new double[Math.toIntExact(parameters.size() * each.size())];
    int many = Math.toIntExact(each.size());
    for (int i = 0; i < parameters.size(); i++) {
      DoubleSupplier next = distribution.apply(i);
      for (int j = 0; j < many; j++) {
        numbers[i * many + j] = next.getAsDouble();
      }
    }
    return array(() -> Tensor.of(target(), DType.F32, Types.of(parameters.addAll(each)), numbers));
  }
}
