package dev.orthant.djl.math;

import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.sampling.distribution.AliasMethodDiscreteSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;

/**
 * Distributions of Commons RNG from 64 random bits at a time. The library is an optional dependency: what needs it says
 * so where it is missing, and nothing else of the engine does.
 */
public final class Samplers {
  private Samplers() {}

  /** The numbers 0 … n − 1 in random order. */
  public static int[] permutation(int n, LongSupplier bits) {
    return needing(() -> {
      int[] order = PermutationSampler.natural(n);
      PermutationSampler.shuffle(provider(bits), order);
      return order;
    });
  }

  /** Outcomes of those probabilities. */
  public static IntSupplier outcomes(double[] probabilities, LongSupplier bits) {
    return needing(() -> AliasMethodDiscreteSampler.of(provider(bits), probabilities)::sample);
  }

  /** Poisson-distributed counts of a rate above 0. */
  public static DoubleSupplier poisson(double rate, LongSupplier bits) {
    return needing(() -> PoissonSampler.of(provider(bits), rate)::sample);
  }

  /** Gamma-distributed numbers of mean {@code shape}·{@code scale}, both above 0. */
  public static DoubleSupplier gamma(double shape, double scale, LongSupplier bits) {
    return needing(() -> AhrensDieterMarsagliaTsangGammaSampler.of(provider(bits), shape, scale)::sample);
  }

  private static UniformRandomProvider provider(LongSupplier bits) {
    return bits::getAsLong;
  }

  private static <T> T needing(Supplier<T> work) {
    try {
      return work.get();
    } catch (NoClassDefFoundError e) {
      throw new UnsupportedOperationException(
          "random permutations and multinomial, Poisson and gamma numbers need Commons RNG: add"
              + " org.apache.commons:commons-rng-sampling:1.6 to the class path",
          e);
    }
  }
}
