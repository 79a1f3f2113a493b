package dev.orthant.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Where values are on a scale from {@code low} to {@code high}: 0 to 1. On a logarithmic one both are positive.
 *
 * @param low the value at 0
 * @param high the value at 1, above {@code low}
 * @param step from one mark to the next; 0 on a logarithmic one, whose marks are at powers of ten
 */
record Axis(double low, double high, double step) {
  /** From one mark to the next there are 1, 2 or 5 times a power of ten. */
  private static final int[] STEPS = {1, 2, 5, 10};
  private static final int MAX_DECADES = 8;
  private static final double LARGEST = 1e300;
  private static final double SMALLEST = 1e-300;

  /** Marks of an axis: some values on it. */
  record Tick(double value, String label) {}

  /** The axis for values from {@code least} to {@code most}, widened to where the next marks are. */
  static Axis of(double least, double most, boolean logarithmic) {
    return logarithmic ? decades(least, most) : linear(least, most);
  }

  private static Axis linear(double least, double most) {
    if (!(least <= most)) {
      return new Axis(0, 1, 0.2);
    }
    double low = least;
    double high = most;
    // One value, or values that no marks could tell apart: in the middle of an axis of its size.
    if (most - least <= Math.max(Math.max(Math.abs(least), Math.abs(most)) * 1e-9, SMALLEST)) {
      double around = Math.abs(least) <= SMALLEST ? 0.5 : Math.abs(least) / 2;
      low -= around;
      high += around;
    }
    double step = step(high - low);
    return new Axis(Math.floor(low / step) * step, Math.ceil(high / step) * step, step);
  }

  private static Axis decades(double least, double most) {
    if (!(least <= most)) {
      return new Axis(1, 10, 0);
    }
    int from = (int) Math.floor(Math.log10(least));
    int to = (int) Math.ceil(Math.log10(most));
    return new Axis(power(from), power(to == from ? to + 1 : to), 0);
  }

  boolean logarithmic() {
    return step == 0;
  }

  double at(double value) {
    return logarithmic()
        ? (Math.log10(value) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
        : (value - low) / (high - low);
  }

  /** Whether {@code value} has a place on such an axis: the outermost numbers, where sums overflow, have none. */
  static boolean shows(double value, boolean logarithmic) {
    return Math.abs(value) <= LARGEST && (!logarithmic || value >= SMALLEST);
  }

  List<Tick> ticks() {
    return logarithmic() ? logarithmicTicks() : linearTicks();
  }

  private List<Tick> linearTicks() {
    var ticks = new ArrayList<Tick>();
    for (long i = Math.round(low / step); i <= Math.round(high / step); i++) {
      // Through decimals: 3·0.1 is to be 0.3.
      BigDecimal value = BigDecimal.valueOf(step).multiply(BigDecimal.valueOf(i));
      ticks.add(new Tick(value.doubleValue(), plain(value)));
    }
    return ticks;
  }

  /** Powers of ten, not all of them over a long range; over a short one 2 and 5 times these too. */
  private List<Tick> logarithmicTicks() {
    int from = (int) Math.round(Math.log10(low));
    int to = (int) Math.round(Math.log10(high));
    int stride = (to - from + MAX_DECADES - 1) / MAX_DECADES;
    var ticks = new ArrayList<Tick>();
    for (int e = from; e <= to; e += stride) {
      for (int factor : to - from <= 2 ? new int[] {1, 2, 5} : new int[] {1}) {
        double value = factor * power(e);
        if (value <= high) {
          ticks.add(new Tick(value, label(value)));
        }
      }
    }
    return ticks;
  }

  /** The step that gives about five marks. */
  private static double step(double range) {
    int exponent = (int) Math.floor(Math.log10(range / 5));
    double unit = power(exponent);
    for (int s : STEPS) {
      if (s * unit * 6 >= range) {
        return new BigDecimal(s).scaleByPowerOfTen(exponent).doubleValue();
      }
    }
    return 10 * unit;
  }

  private static double power(int exponent) {
    return Double.parseDouble("1e" + exponent);
  }

  /** A value in few characters: 0.25, 1500, 2e-7. */
  static String label(double value) {
    return Double.isFinite(value)
        ? plain(new BigDecimal(value, new MathContext(4, RoundingMode.HALF_EVEN)))
        : Double.toString(value);
  }

  private static String plain(BigDecimal value) {
    BigDecimal shortest = value.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    return shortest.signum() != 0 && (exponent < -4 || exponent > 5)
        ? shortest.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent
        : shortest.toPlainString();
  }
}
