package dev.orthant.cli.terminal;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Texts on the command line to values; what cannot be read is said in words that need no knowledge of Java. */
public final class Converters {
  private static final Pattern COMMA = Pattern.compile(",");

  private Converters() {}

  /** A type that ops compute on. */
  public static DType floating(String name) {
    try {
      DType type = DType.named(name);
      if (type.isFloating()) {
        return type;
      }
    } catch (InvalidInputException e) {
      // The same answer as for a type that is no float.
    }
    throw new TypeConversionException("'" + name + "' is none of f16 bf16 f32 f64");
  }

  /** One or more integers with commas between them, the value of {@code flag}. */
  public static int[] integers(String flag, String text) {
    try {
      return COMMA.splitAsStream(text).mapToInt(s -> Integer.parseInt(s.strip())).toArray();
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          flag + ": '" + text + "' is not an integer, nor integers with commas between them", e);
    }
  }

  /** A number, infinity included. */
  public static double number(String text) {
    return switch (text) {
      case "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }
}
