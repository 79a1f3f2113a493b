package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Random.Distribution;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The generator against published vectors, the distributions against what they must be. */
final class RandomTest {
  private static final long SEED = Long.getLong("orthant.seed", 20_261_122);
  private static final int MANY = 1_000_000;
  /** The Kolmogorov-Smirnov statistic of n numbers exceeds this/√n once in 10⁵ seeds. */
  private static final double RARE = 2.47;

  private static int[] philox(int counter, long key) {
    int[] words = new int[4];
    Philox.permute(counter, counter, counter, counter, key, words);
    return words;
  }

  private static double[] made(Distribution d, double a, double b, DType type, int count) {
    return new Random(d, a, b, new Philox(SEED, 1), TensorSpec.of(type, count))
        .reference(java.util.List.of(), new double[0][])[0];
  }

  /** The vectors that come with Random123, kat_vectors, philox4x32 10. */
  @Test
  void philoxGivesThePublishedWords() {
    assertThat(philox(0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(philox(-1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    int[] words = new int[4];
    Philox.permute(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0x299f31d0_a4093822L, words);
    assertThat(words).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    Philox.block(0, 0, words);
    assertThat(words).isEqualTo(philox(0, 0));
  }

  @Test
  void numbersDoNotDependOnWhereARunBegins() {
    for (long offset : new long[] {0, 1, 6, (1L << 34) - 3, -7}) {
      Philox sequence = new Philox(SEED, offset);
      int[] bits = new int[23];
      sequence.bits(2, bits, 21);
      for (int i = 0; i < 21; i++) {
        assertThat(bits[i] * 0x1p-24).as("offset %d, %d", offset, i).isEqualTo(sequence.uniform(2 + i))
            .isEqualTo(new Philox(SEED, offset + 2).uniform(i));
      }
      assertThat(bits[21]).as("no more than asked for").isZero();
    }
  }

  @Test
  void uniformNumbersAre() {
    double[] x = made(Distribution.UNIFORM, -1, 3, DType.F32, MANY);
    moments(x, 1, 16.0 / 12, 0, 1.8);
    Arrays.sort(x);
    assertThat(x[0]).isGreaterThanOrEqualTo(-1);
    assertThat(x[MANY - 1]).isLessThan(3);
    kolmogorov(x, v -> (v + 1) / 4);
    // Chi-square of 256 cells: 255 ± 6 deviations of √510.
    double chi = 0;
    double expected = MANY / 256.0;
    for (int c = 0, i = 0; c < 256; c++) {
      int first = i;
      while (i < MANY && x[i] < -1 + 4 * (c + 1) / 256.0) {
        i++;
      }
      chi += (i - first - expected) * (i - first - expected) / expected;
    }
    assertThat(chi).as("seed %d", SEED).isBetween(255 - 6 * Math.sqrt(510), 255 + 6 * Math.sqrt(510));
  }

  @Test
  void normalNumbersAre() {
    double[] x = made(Distribution.NORMAL, 5, 2, DType.F64, MANY);
    for (int i = 0; i < MANY; i++) {
      x[i] = (x[i] - 5) / 2;
    }
    moments(x, 0, 1, 0, 3);
    Arrays.sort(x);
    assertThat(x[MANY - 1]).as("tail, seed %d", SEED).isBetween(4.2, 5.42);
    assertThat(x[0]).as("tail, seed %d", SEED).isBetween(-5.42, -4.2);
    kolmogorov(x, RandomTest::normal);
  }

  @Test
  void truncatedNumbersStayWithinTwoDeviations() {
    double[] x = made(Distribution.TRUNCATED_NORMAL, 0, 1, DType.F32, MANY);
    // Of the normal distribution cut at ±2: variance 1 − 4φ(2)/(Φ(2) − Φ(−2)), and the fourth moment over its square.
    double cut = 4 * Math.exp(-2) / Math.sqrt(2 * Math.PI) / (1 - 2 * normal(-2));
    double variance = 1 - cut;
    moments(x, 0, variance, 0, (3 * variance - 4 * cut) / (variance * variance));
    Arrays.sort(x);
    assertThat(x[0]).isBetween(-2.0, -1.99);
    assertThat(x[MANY - 1]).isBetween(1.99, 2.0);
    kolmogorov(x, v -> (normal(v) - normal(-2)) / (1 - 2 * normal(-2)));
  }

  @Test
  void coinsFallAsOftenAsTheyShould() {
    double[] x = made(Distribution.BERNOULLI, 0.3, 0, DType.F32, MANY);
    assertThat(x).containsOnly(0, 1);
    assertThat(Arrays.stream(x).average().orElseThrow()).as("seed %d", SEED).isBetween(0.3 - 0.003, 0.3 + 0.003);
    assertThat(made(Distribution.BERNOULLI, 0, 0, DType.F32, 1000)).containsOnly(0);
    assertThat(made(Distribution.BERNOULLI, 1, 0, DType.F32, 1000)).containsOnly(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void theUpperEndIsNotReached(DType type) {
    for (double[] ends : new double[][] {{0, 1}, {1, 2}, {-2, -1}, {-1, 0}, {100, 100.7}, {0.1, 0.3}, {-3, 2}}) {
      for (double v : made(Distribution.UNIFORM, ends[0], ends[1], type, 20_000)) {
        double stored = type.round(v);
        if (!(stored >= type.round(ends[0]) && stored < ends[1])) {
          assertThat(stored).as("%s in [%s, %s), seed %d", type, ends[0], ends[1], SEED).isNaN();
        }
      }
    }
  }

  /** Against the distribution function, at points from the middle to both tails. */
  @Test
  void quantilesAreAccurate() {
    for (int k = 0; k < 1 << 24; k += k < 2000 || k > (1 << 24) - 2000 ? 1 : 977) {
      int n = 2 * k + 1 - (1 << 24);
      double tail = ((1 << 24) - Math.abs(n)) * 0x1p-25;
      double z = Quantile.normal(n * 0x1p-25f, (float) tail);
      // One Newton step from z: (Φ(−|z|) − tail)/φ(z) is the error.
      double error = (normal(-Math.abs(z)) - tail) * Math.sqrt(2 * Math.PI) * Math.exp(z * z / 2);
      if (!(Math.abs(error) <= 1e-6) || Math.signum(z) != Math.signum(n)) {
        assertThat(error).as("k = %d, z = %s", k, z).isZero();
      }
    }
  }

  private static double normal(double x) {
    // erfc for x ≤ 0 without cancellation: the continued fraction of Laplace in the tail, the series of Φ else.
    if (x > 0) {
      return 1 - normal(-x);
    }
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    if (x < -4) {
      double f = 0;
      for (int i = 120; i > 0; i--) {
        f = i / (-x + f);
      }
      return density / (-x + f);
    }
    double term = -x;
    double sum = term;
    for (int i = 3; Math.abs(term) > 1e-18; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 - density * sum;
  }

  /** Mean, variance, skewness and kurtosis within six deviations of those estimates, which for these distributions are below 1, 2, 3, 5 over √n. */
  private static void moments(double[] x, double mean, double variance, double skew, double kurtosis) {
    double m = Arrays.stream(x).average().orElseThrow();
    double[] central = new double[5];
    for (double v : x) {
      for (int p = 2; p < 5; p++) {
        central[p] += Math.pow(v - m, p) / x.length;
      }
    }
    double unit = 6 / Math.sqrt(x.length);
    double deviation = Math.sqrt(variance);
    assertThat(m).as("mean, seed %d", SEED).isBetween(mean - unit * deviation, mean + unit * deviation);
    assertThat(central[2] / variance).as("variance, seed %d", SEED).isBetween(1 - 2 * unit, 1 + 2 * unit);
    assertThat(central[3] / (deviation * variance)).as("skew, seed %d", SEED).isBetween(skew - 3 * unit,
        skew + 3 * unit);
    assertThat(central[4] / (central[2] * central[2])).as("kurtosis, seed %d", SEED).isBetween(kurtosis - 5 * unit,
        kurtosis + 5 * unit);
  }

  private static void kolmogorov(double[] sorted, java.util.function.DoubleUnaryOperator distribution) {
    double worst = 0;
    for (int i = 0; i < sorted.length; i++) {
      double f = distribution.applyAsDouble(sorted[i]);
      worst = Math.max(worst, Math.max(f - (double) i / sorted.length, (i + 1.0) / sorted.length - f));
    }
    assertThat(worst * Math.sqrt(sorted.length)).as("Kolmogorov-Smirnov, seed %d", SEED).isLessThan(RARE);
  }
}
