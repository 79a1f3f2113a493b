package dev.orthant.claims;

import java.util.Locale;

/** Numbers in sentences and tables; the same in every locale. */
final class Words {
  private Words() {}

  /** Three digits: {@code 0.00098}, {@code 117}, {@code 8.9e-16}. */
  static String number(double v) {
    double size = Math.abs(v);
    if (v != 0 && Double.isFinite(v) && (size < 1e-3 || size >= 1e5)) {
      return String.format(Locale.ROOT, "%.2e", v);
    }
    int decimals = size < 1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : 1;
    return Double.isFinite(v) ? String.format(Locale.ROOT, "%." + decimals + "f", v) : Double.toString(v);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** {@code 1.25 ms}. */
  static String milliseconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f ms", 1e3 * seconds);
  }

  static String ratio(double r) {
    return String.format(Locale.ROOT, "%.2f", r);
  }
}
