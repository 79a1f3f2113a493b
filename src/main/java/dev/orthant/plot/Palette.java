package dev.orthant.plot;

import java.util.List;

/**
 * Looks that differ in colour and in dashes. The colours are those of Okabe and Ito (Color Universal Design, 2008),
 * which people with any kind of colour blindness tell apart; their yellow is left out, it is lost on white.
 */
final class Palette {
  private static final List<String> COLORS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000");
  private static final List<String> DASHES = List.of("", "8 4", "2 3", "10 3 2 3", "5 2", "14 4", "1 5");

  private Palette() {}

  static String color(int series) {
    return COLORS.get(series % COLORS.size());
  }

  /** The second time around the colours, another pattern goes with each. */
  static String dashes(int series) {
    return DASHES.get((series + series / COLORS.size()) % DASHES.size());
  }
}
