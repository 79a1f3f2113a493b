package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;

import dev.orthant.op.reference.Quantile;
import java.util.List;

/**
 * Random numbers, the same bits on every device: element i is made from the bits that {@link Philox} has at place i of
 * the given sequence, by operations that every device rounds alike. For an F64 output k has n = 53 bits and all is
 * computed in F64, for the others n = 24 and F32. u = k·2⁻ⁿ; a normal number is Φ⁻¹ at (k + ½)·2⁻ⁿ ({@link Quantile}):
 * at most 5.42 deviations from the mean, in F64 8.30. The result is rounded once to the output's type. A uniform number
 * is low + u·(high − low), of the halves where the width overflows, and never high: the largest number of the type
 * below it instead. No inputs.
 *
 * @param distribution what they are like
 * @param a lower end (UNIFORM), mean (NORMAL, TRUNCATED_NORMAL), probability of a 1 (BERNOULLI)
 * @param b upper end, not reached unless it is the lower end too (UNIFORM), standard deviation (NORMAL,
 * TRUNCATED_NORMAL), unused (BERNOULLI)
 * @param output type (floating) and shape
 */
public record Random(Distribution distribution, double a, double b, Philox sequence, TensorSpec output) implements Op {
  /** The distributions. Each is a function of one {@link Philox} word. */
  public enum Distribution {
    UNIFORM,
    NORMAL,
    /** Normal, between two standard deviations on either side of the mean (those of the untruncated one). */
    TRUNCATED_NORMAL,
    /** 1 with probability a, else 0. */
    BERNOULLI
  }

  /** (Φ(2) − Φ(−2))·2⁻²⁵. */
  private static final float BETWEEN = 0x1.e8b43p-26f;
  /** (Φ(2) − Φ(−2))·2⁻⁵⁴. */
  private static final double BETWEEN_F64 = 0x1.e8b4307d3627ap-55;

  public Random {
    check(distribution, a, b, output);
  }

  /** Whether the numbers can be parameters of the distribution: before a sequence is asked for any. */
  public static void check(Distribution distribution, double a, double b, TensorSpec output) {
    if (!output.dtype().isFloating()) {
      throw new DTypeException("random: gives f16 bf16 f32 f64, not " + output);
    }
    double most = output.dtype().maxFinite();
    boolean finite = Math.abs(a) <= most && Math.abs(b) <= most;
    boolean right = switch (distribution) {
      case UNIFORM -> finite && a <= b;
      case NORMAL, TRUNCATED_NORMAL -> finite && b >= 0;
      case BERNOULLI -> a >= 0 && a <= 1;
    };
    if (!right) {
      throw new InvalidInputException("random: " + switch (distribution) {
        case UNIFORM -> "uniform numbers take low <= high, both finite in their type, got low " + a + " and high " + b;
        case NORMAL, TRUNCATED_NORMAL ->
            "normal numbers take a mean and a standard deviation of 0 or more, both finite in their type, got mean " + a
                + " and deviation " + b;
        case BERNOULLI -> "Bernoulli's numbers take a probability from 0 to 1, got " + a;
      } + " for " + output);
    }
  }

  @Override
  public String name() {
    return "random";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (!inputs.isEmpty()) {
      throw new ShapeException("random: takes no inputs, got " + inputs);
    }
    return List.of(output);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return output.shape().elements();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    int n = Math.toIntExact(output.shape().elements());
    double[] y = new double[n];
    if (output.dtype() == DType.F64) {
      fill(0, y, n);
    } else {
      float[] f = new float[n];
      fill(0, f, n);
      for (int i = 0; i < n; i++) {
        y[i] = f[i];
      }
    }
    return new double[][] {y};
  }

  /**
   * Elements {@code first} … {@code first + count − 1} of an output that is not F64, before they are rounded to its
   * type.
   */
  public void fill(long first, float[] to, int count) {
    int[] bits = new int[count];
    sequence.bits(first, bits, count);
    double[] s = scalars();
    float s0 = (float) s[0];
    float s1 = (float) s[1];
    float s2 = (float) s[2];
    float s3 = (float) s[3];
    for (int i = 0; i < count; i++) {
      float u = bits[i] * 0x1p-24f;
      to[i] = switch (distribution) {
        case UNIFORM -> below((s0 + u * s1) * s3, s2);
        case BERNOULLI -> u < s0 ? 1 : 0;
        case NORMAL -> s0 + s1 * normal(bits[i]);
        case TRUNCATED_NORMAL -> s0 + s1 * truncated(bits[i]);
      };
    }
  }

  private static float below(float v, float most) {
    return v < most ? v : most;
  }

  /** The same of an F64 output. */
  public void fill(long first, double[] to, int count) {
    long[] bits = new long[count];
    sequence.bits(first, bits, count);
    double[] s = scalars();
    for (int i = 0; i < count; i++) {
      double u = bits[i] * 0x1p-53;
      to[i] = switch (distribution) {
        case UNIFORM -> below((s[0] + u * s[1]) * s[3], s[2]);
        case BERNOULLI -> u < s[0] ? 1 : 0;
        case NORMAL -> s[0] + s[1] * normal(bits[i]);
        case TRUNCATED_NORMAL -> s[0] + s[1] * truncated(bits[i]);
      };
    }
  }

  private static double below(double v, double most) {
    return v < most ? v : most;
  }

  /** Element {@code i}, before it is rounded to the output's type. */
  public double value(long i) {
    if (output.dtype() == DType.F64) {
      double[] one = new double[1];
      fill(i, one, 1);
      return one[0];
    }
    float[] one = new float[1];
    fill(i, one, 1);
    return one[0];
  }

  /** Φ⁻¹ at (k + ½)·2⁻²⁴. */
  private static float normal(int k) {
    int n = 2 * k + 1 - (1 << 24); // the distance from the middle, exact in F32
    return Quantile.normal(n * 0x1p-25f, ((1 << 24) - Math.abs(n)) * 0x1p-25f);
  }

  /** The same where the quantiles are those of a normal distribution cut at ±2. */
  private static float truncated(int k) {
    float q = (2 * k + 1 - (1 << 24)) * BETWEEN;
    return Quantile.normal(q, 0.5f - Math.abs(q));
  }

  /** Φ⁻¹ at (k + ½)·2⁻⁵³. */
  private static double normal(long k) {
    long n = 2 * k + 1 - (1L << 53); // the distance from the middle, exact in F64
    return Quantile.normal(n * 0x1p-54, ((1L << 53) - Math.abs(n)) * 0x1p-54);
  }

  private static double truncated(long k) {
    double q = (2 * k + 1 - (1L << 53)) * BETWEEN_F64;
    return Quantile.normal(q, 0.5 - Math.abs(q));
  }

  /**
   * UNIFORM: the lower end, the width, the output type's largest number below the upper end, and 1; where the width
   * overflows, half the lower end, half the width, and 2 to multiply by. Else a and b.
   */
  @Override
  public double[] scalars() {
    if (distribution != Distribution.UNIFORM) {
      return new double[] {a, b, 0, 1};
    }
    double part = Double.isFinite(output.dtype().compute().round(b - a)) ? 1 : 0.5;
    return new double[] {part * a, part * b - part * a, a < b ? below(b) : Double.POSITIVE_INFINITY, 1 / part};
  }

  private double below(double end) {
    DType type = output.dtype();
    if (type == DType.F64) {
      return Math.nextDown(end);
    }
    double near = type.round(end);
    if (near == 0) {
      return -type.minNormal(); // what is smaller a device may take for 0
    }
    if (near < end) {
      return near;
    }
    double step = Math.max(type.minSubnormal(), Math.scalb(2 * type.unitRoundoff(), Math.getExponent(near)));
    // Half a step is exact below a power of two; elsewhere it is a tie, which may fall back up.
    double half = type.round(near - step / 2);
    return half < near ? half : near - step;
  }

  @Override
  public List<Philox> noise() {
    return List.of(sequence);
  }

  @Override
  public Random withoutValues() {
    return new Random(distribution, 0, 0, new Philox(0, 0), output);
  }
}
