package dev.orthant.core;

import java.util.Locale;

/** Numbers as people read them; the same in every locale. */
public final class Quantities {
  private Quantities() {}

  /** {@code 16.8 GB}, powers of ten. */
  public static String bytes(long n) {
    return n < 0 ? "?" : scaled((double) n, "B");
  }

  /** {@code 1.25 ms}. */
  public static String seconds(double s) {
    if (!(s < 1)) {
      return String.format(Locale.ROOT, "%.3g s", s);
    }
    return s < 1e-3 ? String.format(Locale.ROOT, "%.1f us", s * 1e6) : String.format(Locale.ROOT, "%.2f ms", s * 1e3);
  }

  private static String scaled(double v, String unit) {
    String[] prefixes = {"", "k", "M", "G", "T", "P", "E"};
    int i = 0;
    while (v >= 1000 && i < prefixes.length - 1) {
      v /= 1000;
      i++;
    }
    return String.format(Locale.ROOT, i == 0 ? "%.0f %s%s" : "%.1f %s%s", v, prefixes[i], unit);
  }
}
