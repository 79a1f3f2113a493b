package dev.orthant.parity;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers the comparison of many outputs of one type with what was expected. */
public final class Tally {
  private final DType type;
  private double worst;
  private long nanMismatches;
  private long zeros;
  private long nonZeroTruths;
  private long count;
  private double[] ulps = new double[64];
  private @Nullable String worstPlace;

  /** An empty one. */
  public Tally(DType type) {
    this.type = type;
  }

  /** Compares one output of the tally's type. */
  public void add(Bounds.Expected expected, double got, String place) {
    add(expected, got, type, place);
  }

  /** Compares one output of the given type. */
  public void add(Bounds.Expected expected, double got, DType of, String place) {
    double fraction = expected.fraction(got);
    if (worstPlace == null || !(fraction <= worst)) {
      worst = fraction;
      worstPlace = place + ": got " + got + ", truth " + expected.truth() + ", lawful [" + expected.lawful().lo() + ", "
          + expected.lawful().hi() + "]" + (expected.lawful().nan() ? " or NaN" : "");
    }
    if (Double.isNaN(got) != Double.isNaN(expected.truth())) {
      nanMismatches++;
    }
    zeros += got == 0 ? 1 : 0;
    nonZeroTruths += of.round(expected.truth()) == 0 ? 0 : 1;
    addUlps(expected.truth(), got, of);
    count++;
  }

  private void addUlps(double truth, double got, DType of) {
    double rounded = of.round(truth);
    if (count == ulps.length) {
      ulps = Arrays.copyOf(ulps, ulps.length * 2);
    }
    boolean same = Double.compare(rounded, got) == 0 || rounded == got || got == truth
        || (Double.isNaN(rounded) && Double.isNaN(got));
    ulps[(int) count] = same ? 0 : Math.abs(got - truth) / ulp(rounded, of);
  }

  /** The distance between neighbours of {@code v}. */
  private static double ulp(double v, DType of) {
    if (!of.isFloating()) {
      return 1;
    }
    if (!(Math.abs(v) <= of.maxFinite())) {
      return of.minSubnormal();
    }
    double unit = Math.scalb(2 * of.unitRoundoff(), Math.getExponent(v));
    return Math.max(unit, of.minSubnormal());
  }

  /** The comparison so far. */
  public Precision result() {
    double[] sorted = Arrays.copyOf(ulps, (int) count);
    Arrays.sort(sorted);
    double max = sorted.length == 0 ? 0 : sorted[sorted.length - 1];
    double p99 = sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1L, sorted.length * 99L / 100)];
    // ReLU hides errors behind zeros: with next to nothing else to compare, agreement means little.
    boolean mistrusted = count >= 20 && (zeros > count * 0.95 || nonZeroTruths < count * 0.05);
    return new Precision(count, worst, max, p99, nanMismatches, zeros, mistrusted,
        worstPlace == null ? "" : worstPlace);
  }
}
