package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Random.Distribution;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many numbers of fixed seeds against what independent ones would be: 2²² of each distribution, with
 * {@code -Dorthant.random.draws=27} 2²⁷. Each statistic may lie five of its deviations off; a fair generator does that
 * once in two million. Every device has these bits, which the parity run shows.
 */
final class RandomStatisticsTest {
  private static final long SEED = Long.getLong("orthant.seed", 20_261_201);
  private static final int LOG_DRAWS = Integer.getInteger("orthant.random.draws", 22);
  private static final long DRAWS = 1L << LOG_DRAWS;
  private static final int BLOCK = 1 << 16;
  private static final int CELLS = 1024;
  private static final double FAR = 5;
  /** The Kolmogorov-Smirnov statistic of n numbers exceeds this/√n once in two million seeds: 2e^(−2x²). */
  private static final double RARE = 2.76;
  private static final long NEIGHBOURING_STREAM = 1L << 32;

  private static Random random(Distribution d, double a, double b, DType type) {
    return new Random(d, a, b, new Philox(SEED, 0), TensorSpec.of(type, DRAWS));
  }

  private static void fill(Random op, long first, double[] to) {
    if (op.output().dtype() == DType.F64) {
      op.fill(first, to, BLOCK);
      return;
    }
    float[] made = new float[BLOCK];
    op.fill(first, made, BLOCK);
    for (int i = 0; i < BLOCK; i++) {
      to[i] = made[i];
    }
  }

  /** How many numbers fell below each edge but not below the one before; none may fall beyond the last. */
  private static long[] counts(Random op, double[] edges) {
    long[] counts = new long[edges.length];
    double[] x = new double[BLOCK];
    for (long first = 0; first < DRAWS; first += BLOCK) {
      fill(op, first, x);
      for (double v : x) {
        int at = Arrays.binarySearch(edges, v);
        counts[at < 0 ? -at - 1 : at + 1]++;
      }
    }
    return counts;
  }

  private static void distributed(Random op, DoubleUnaryOperator quantile) {
    double[] edges = new double[CELLS];
    for (int c = 1; c < CELLS; c++) {
      edges[c - 1] = quantile.applyAsDouble((double) c / CELLS);
    }
    edges[CELLS - 1] = Double.POSITIVE_INFINITY;
    long[] counts = counts(op, edges);
    double expected = (double) DRAWS / CELLS;
    double chi = 0;
    double worst = 0;
    long below = 0;
    for (int c = 0; c < CELLS; c++) {
      chi += (counts[c] - expected) * (counts[c] - expected) / expected;
      below += counts[c];
      worst = Math.max(worst, Math.abs((double) below / DRAWS - (c + 1.0) / CELLS));
    }
    double kolmogorov = worst * Math.sqrt((double) DRAWS);
    double off = (chi - (CELLS - 1)) / Math.sqrt(2.0 * (CELLS - 1));
    System.out.printf("%s %s, 2^%d draws, seed %d: Kolmogorov-Smirnov %.2f of %.2f, chi-square %.2f deviations off%n",
        op.distribution(), op.output().dtype(), LOG_DRAWS, SEED, kolmogorov, RARE, off);
    assertThat(kolmogorov).as("Kolmogorov-Smirnov, %s", op).isLessThan(RARE);
    assertThat(Math.abs(off)).as("chi-square, %s", op).isLessThan(FAR);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void uniform(DType type) {
    distributed(random(Distribution.UNIFORM, -1, 3, type), p -> 4 * p - 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void normal(DType type) {
    distributed(random(Distribution.NORMAL, 0, 1, type), p -> NormalDistribution.quantile(p));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void truncatedNormal(DType type) {
    double below = NormalDistribution.below(-2);
    distributed(random(Distribution.TRUNCATED_NORMAL, 0, 1, type),
        p -> NormalDistribution.quantile(below + p * (1 - 2 * below)));
  }

  @ParameterizedTest
  @CsvSource({"F32, 0.3", "F64, 0.3", "F32, 0.0009765625", "F64, 0.999"})
  void bernoulli(DType type, double probability) {
    long[] counts = counts(random(Distribution.BERNOULLI, probability, 0, type),
        new double[] {0.5, Double.POSITIVE_INFINITY});
    // In F32 u < p holds for the multiples of 2⁻²⁴ below the float.
    double p = type == DType.F64 ? probability : Math.ceil((float) probability * 0x1p24) * 0x1p-24;
    double off = (counts[1] - DRAWS * p) / Math.sqrt(DRAWS * p * (1 - p));
    System.out.printf("BERNOULLI(%s) %s, 2^%d draws, seed %d: %.2f deviations off%n", probability, type, LOG_DRAWS,
        SEED, off);
    assertThat(Math.abs(off)).as("ones of %s %s, seed %d", probability, type, SEED).isLessThan(FAR);
  }

  /** Each of the 53 bits is as often 1 as 0, and as often like its neighbour as not. */
  @ParameterizedTest
  @ValueSource(longs = {0, 0xFFFF_FFFF_FFFF_FFFFL})
  void bits(long seed) {
    Philox sequence = new Philox(seed, 0);
    long[] ones = new long[53];
    long[] changes = new long[53];
    long[] k = new long[BLOCK];
    for (long first = 0; first < DRAWS; first += BLOCK) {
      sequence.bits(first, k, BLOCK);
      for (long v : k) {
        long differs = v ^ v >>> 1;
        for (int b = 0; b < 53; b++) {
          ones[b] += v >>> b & 1;
          changes[b] += differs >>> b & 1;
        }
      }
    }
    double chi = 0;
    for (int b = 0; b < 52; b++) {
      chi += square(ones[b]) + square(changes[b]);
    }
    chi += square(ones[52]);
    double off = (chi - 105) / Math.sqrt(2 * 105);
    System.out.printf("bits, 2^%d numbers, seed %d: chi-square %.2f deviations off%n", LOG_DRAWS, seed, off);
    assertThat(Math.abs(off)).as("seed %d", seed).isLessThan(FAR);
  }

  private static double square(long ones) {
    double off = (2.0 * ones - DRAWS) / Math.sqrt((double) DRAWS);
    return off * off;
  }

  /**
   * Numbers beside those some places on, of the next seed, of a stream that begins far on: uncorrelated. Those of F32
   * are these, cut.
   */
  @Test
  void correlations() {
    Philox sequence = new Philox(SEED, 0);
    for (int lag : new int[] {1, 2, 3, 4, 5, 8, 1000}) {
      uncorrelated("lag " + lag, sequence, new Philox(SEED, lag));
    }
    for (int bit : new int[] {0, 1, 31, 32, 63}) {
      uncorrelated("seed with bit " + bit + " changed", sequence, new Philox(SEED ^ 1L << bit, 0));
    }
    uncorrelated("seed 0 and 1", new Philox(0, 0), new Philox(1, 0));
    for (long from : new long[] {NEIGHBOURING_STREAM, NEIGHBOURING_STREAM << 2, 1L << 40}) {
      uncorrelated("offset " + from, sequence, new Philox(SEED, from));
    }
  }

  private static void uncorrelated(String what, Philox one, Philox other) {
    double sum = 0;
    double[] x = new double[BLOCK];
    double[] y = new double[BLOCK];
    for (long first = 0; first < DRAWS; first += BLOCK) {
      fill(new Random(Distribution.UNIFORM, -1, 1, one, TensorSpec.of(DType.F64, DRAWS)), first, x);
      fill(new Random(Distribution.UNIFORM, -1, 1, other, TensorSpec.of(DType.F64, DRAWS)), first, y);
      for (int i = 0; i < BLOCK; i++) {
        sum += x[i] * y[i];
      }
    }
    // x·y has the mean 0 and the variance 1/9.
    double off = 3 * sum / Math.sqrt((double) DRAWS);
    System.out.printf("correlation %s, 2^%d draws: %.2f deviations off%n", what, LOG_DRAWS, off);
    assertThat(Math.abs(off)).as("%s, seeds %d and %d", what, one.seed(), other.seed()).isLessThan(FAR);
  }
}
