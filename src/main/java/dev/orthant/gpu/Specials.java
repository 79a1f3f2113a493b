package dev.orthant.gpu;

import dev.orthant.core.InvalidInputException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The faster ways there are, and whether they are wanted. */
final class Specials {
  /** The system property that turns all of them off. */
  static final String PROPERTY = "orthant.matrix";

  private static final List<Special> ALL = List.of(new HopperMatMul());

  private Specials() {}

  /** Those that a device with these units can use, the newest instructions first; none when {@code -Dorthant.matrix=off}. */
  static List<Special> of(MatrixUnits units) {
    return isOff() ? List.of() : ALL.stream().filter(s -> units.has(s.needs()))
        .sorted(Comparator.comparing(Special::needs).reversed()).toList();
  }

  private static boolean isOff() {
    String value = System.getProperty(PROPERTY, "on").toLowerCase(Locale.ROOT);
    return switch (value) {
      case "on" -> false;
      case "off" -> true;
      default -> throw new InvalidInputException("-D" + PROPERTY + " is on or off, not '" + value + "'");
    };
  }
}
