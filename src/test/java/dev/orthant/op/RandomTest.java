package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Random.Distribution;
import dev.orthant.op.reference.Quantile;
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
        assertThat(bits[i] * 0x1p-24).as("offset %d, %d", offset, i).isEqualTo(sequence.uniform(2 + i, DType.F32))
            .isEqualTo(new Philox(SEED, offset + 2).uniform(i, DType.F32));
      }
      assertThat(bits[21]).as("no more than asked for").isZero();
      long[] fine = new long[23];
      sequence.bits(2, fine, 21);
      for (int i = 0; i < 21; i++) {
        assertThat(fine[i] >>> 29).as("offset %d, %d: the same number, cut", offset, i).isEqualTo(bits[i]);
        assertThat(fine[i] * 0x1p-53).isEqualTo(new Philox(SEED, offset + 2).uniform(i, DType.F64));
      }
      assertThat(fine[21]).as("no more than asked for").isZero();
    }
  }

  /** The lowest bits of numbers of F64 are random as well, of every distribution. */
  @Test
  void numbersOfF64Have53Bits() {
    double[] u = made(Distribution.UNIFORM, 0, 1, DType.F64, 1000);
    assertThat(Arrays.stream(u).map(v -> v * 0x1p53 % 2).sum()).as("odd ones, seed %d", SEED).isBetween(400.0, 600.0);
    for (Distribution d : new Distribution[] {Distribution.UNIFORM, Distribution.NORMAL,
        Distribution.TRUNCATED_NORMAL}) {
      double[] x = made(d, 0, 1, DType.F64, MANY);
      assertThat(Arrays.stream(x).distinct().count()).as("%s, seed %d", d, SEED).isEqualTo(MANY);
    }
  }

  @Test
  void aWidthThatOverflowsIsNoMatter() {
    double f32 = Float.MAX_VALUE;
    double f64 = Double.MAX_VALUE;
    wide(DType.F32, -2e38, 2e38);
    wide(DType.F32, -f32, f32);
    wide(DType.BF16, -2e38, 3e38);
    wide(DType.F16, -65504, 65504);
    wide(DType.F64, -f64, f64);
    wide(DType.F64, -1e308, f64);
  }

  private static void wide(DType type, double low, double high) {
    double[] x = made(Distribution.UNIFORM, low, high, type, 100_000);
    for (double v : x) {
      double stored = type.round(v);
      if (!(stored >= type.round(low) && stored < high)) {
        assertThat(stored).as("%s in [%s, %s), seed %d", type, low, high, SEED).isNaN();
      }
    }
    double[] u = Arrays.stream(x).map(v -> (v / 4 - low / 4) / (high / 4 - low / 4)).sorted().toArray();
    kolmogorov(u, v -> v);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void parametersAreChecked(DType type) {
    double nan = Double.NaN;
    double infinity = Double.POSITIVE_INFINITY;
    double beyond = 2 * type.maxFinite();
    double[][] uniform = {{1, 0}, {nan, 1}, {0, nan}, {-infinity, 0}, {0, infinity}, {0, beyond}, {-beyond, 0}};
    double[][] normal = {{nan, 1}, {0, nan}, {0, -1}, {infinity, 1}, {0, infinity}, {beyond, 1}, {0, beyond}};
    double[][] coin = {{1.5, 0}, {-0.1, 0}, {nan, 0}, {infinity, 0}};
    for (Distribution d : Distribution.values()) {
      for (double[] p : d == Distribution.UNIFORM ? uniform : d == Distribution.BERNOULLI ? coin : normal) {
        assertThatThrownBy(() -> made(d, p[0], p[1], type, 3)).as("%s %s", d, Arrays.toString(p))
            .isInstanceOf(InvalidInputException.class).hasMessageContaining(String.valueOf(p[0]));
      }
    }
    assertThat(made(Distribution.UNIFORM, 2, 2, type, 3)).containsOnly(2);
    assertThat(made(Distribution.NORMAL, 2, 0, type, 3)).containsOnly(2);
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
    kolmogorov(x, NormalDistribution::below);
  }

  @Test
  void truncatedNumbersStayWithinTwoDeviations() {
    double[] x = made(Distribution.TRUNCATED_NORMAL, 0, 1, DType.F32, MANY);
    // Of the normal distribution cut at ±2: variance 1 − 4φ(2)/(Φ(2) − Φ(−2)), and the fourth moment over its square.
    double cut = 4 * Math.exp(-2) / Math.sqrt(2 * Math.PI) / (1 - 2 * NormalDistribution.below(-2));
    double variance = 1 - cut;
    moments(x, 0, variance, 0, (3 * variance - 4 * cut) / (variance * variance));
    Arrays.sort(x);
    assertThat(x[0]).isBetween(-2.0, -1.99);
    assertThat(x[MANY - 1]).isBetween(1.99, 2.0);
    kolmogorov(x,
        v -> (NormalDistribution.below(v) - NormalDistribution.below(-2)) / (1 - 2 * NormalDistribution.below(-2)));
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
      double error = (NormalDistribution.below(-Math.abs(z)) - tail) * Math.sqrt(2 * Math.PI) * Math.exp(z * z / 2);
      if (!(Math.abs(error) <= 1e-6) || Math.signum(z) != Math.signum(n)) {
        assertThat(error).as("k = %d, z = %s", k, z).isZero();
      }
    }
  }

  /** To the last digits, from the middle to both ends, in decimals. */
  @Test
  void quantilesOfF64AreAccurate() {
    double worst = 0;
    for (int i = 1; i <= 54; i++) {
      for (double f : new double[] {1, 1.1, 1.37, 1.5, 1.77, 1.999}) {
        double tail = Math.scalb(f, -i);
        if (tail < 0.5 && tail >= 0x1p-54) {
          // q is exact for tails that are multiples of 2⁻⁵⁴.
          double q = 0.5 - Math.rint(tail * 0x1p54) * 0x1p-54;
          worst = Math.max(worst, Math.abs(NormalDistribution.error(Quantile.normal(q, 0.5 - q), q)));
          worst = Math.max(worst, Math.abs(NormalDistribution.error(Quantile.normal(-q, 0.5 - q), -q)));
        }
        double q = Math.scalb(f, -i - 1);
        worst = q < 0.5 ? Math.max(worst, Math.abs(NormalDistribution.error(Quantile.normal(q, 0.5 - q), q))) : worst;
      }
    }
    if (!(worst <= 1e-15)) {
      assertThat(worst).isZero();
    }
  }

  /**
   * Mean, variance, skewness and kurtosis within six deviations of those estimates, which for these distributions are
   * below 1, 2, 3, 5 over √n.
   */
  private static void moments(double[] x, double mean, double variance, double skew, double kurtosis) {
    double m = Arrays.stream(x).average().orElseThrow();
    double[] central = new double[5];
    for (double v : x) {
      double power = (v - m) / x.length;
      for (int p = 2; p < 5; p++) {
        power *= v - m;
        central[p] += power;
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
