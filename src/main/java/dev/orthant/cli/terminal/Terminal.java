package dev.orthant.cli.terminal;

import dev.orthant.core.Setting;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What fits on the screen of who reads. */
public final class Terminal {
  /** Where text is easy to read, however wide the window is. */
  private static final int TEXT = 100;
  private static final int DIGITS = 3;

  private Terminal() {}

  /** The columns of standard output; as many as one likes where it is no terminal. */
  public static int columns() {
    return Setting.WIDTH.value().map(Integer::parseInt).orElse(Integer.MAX_VALUE);
  }

  /** The columns for text: those of the terminal, at most 100. */
  public static int textColumns() {
    return Math.min(TEXT, columns());
  }

  /** {@code text} in lines of at most {@code width}, broken behind blanks, commas and slashes if it can be. */
  static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int end = width;
      while (end > 1 && " ,/-".indexOf(rest.charAt(end - 1)) < 0 && rest.charAt(end) != ' ') {
        end--;
      }
      int cut = end > 1 ? end : width;
      lines.add(rest.substring(0, cut).stripTrailing());
      rest = rest.substring(cut).stripLeading();
    }
    lines.add(rest);
    return lines;
  }

  /**
   * An error as a fraction of its bound, in three digits. What is below 1 never looks like 1, and what is above never
   * does either.
   */
  public static String ofBound(double fraction) {
    if (!Double.isFinite(fraction) || fraction == 0 || fraction == 1) {
      return String.format(Locale.ROOT, "%.3g", fraction);
    }
    BigDecimal exact = new BigDecimal(fraction);
    BigDecimal near = exact.round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
    boolean hides = near.compareTo(BigDecimal.ONE) == 0;
    RoundingMode mode = !hides ? RoundingMode.HALF_EVEN : fraction < 1 ? RoundingMode.DOWN : RoundingMode.UP;
    return String.format(Locale.ROOT, "%.3g", exact.round(new MathContext(DIGITS, mode)));
  }
}
