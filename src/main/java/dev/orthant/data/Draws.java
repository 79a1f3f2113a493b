package dev.orthant.data;

import java.util.SplittableRandom;

/** Random numbers that do not depend on the machine: one generator for every (seed, part, index). */
final class Draws {
  /** Kept apart so that no seed of one is a seed of the other. */
  enum Part {
    TRAIN(0x7472_6169_6eL), TEST(0x7465_7374L);

    private final long salt;

    Part(long salt) {
      this.salt = salt;
    }
  }

  private final SplittableRandom random;

  private Draws(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** The generator of example {@code index}: the same whether or not others were drawn before it. */
  static Draws of(long seed, Part part, long index) {
    return new Draws(mix(mix(mix(seed) + part.salt) + index));
  }

  /** A bijection that leaves no trace of order (the finalizer of MurmurHash3, as SplitMix64 has it). */
  static long mix(long z) {
    long a = z + 0x9e3779b97f4a7c15L;
    a = (a ^ (a >>> 30)) * 0xbf58476d1ce4e5b9L;
    a = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return a ^ (a >>> 31);
  }

  /** Uniform in [0, n). */
  int below(int n) {
    return random.nextInt(n);
  }

  /** Uniform in [low, high). */
  double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /**
   * About normal with mean 0 and variance 1, within ±3.5: the sum of four uniform numbers. No logarithms, whose last
   * bit may differ between machines.
   */
  double bell() {
    double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() + random.nextDouble();
    return (sum - 2) * Math.sqrt(3);
  }
}
