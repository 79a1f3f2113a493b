package dev.orthant.op;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Names;
import dev.orthant.core.Setting;
import java.util.Arrays;
import java.util.Locale;

/**
 * How precisely products of F32 operands are computed; other types ignore it. A mode is a permission: a device without
 * matrix units computes true F32 in each, and {@code parity/Bounds} says for each how wrong a result may be at most.
 */
public enum MathMode {
  /** F32 products and sums. */
  IEEE("f32"),
  /** Operands rounded to TF32 (11 significant bits, the exponents of F32) before they are multiplied; F32 sums. */
  TF32("tf32"),
  /**
   * Each operand split into two TF32 numbers, a = hi + lo, and three products summed: hi·hi + hi·lo + lo·hi. Nearly as
   * precise as F32, on matrix units.
   */
  TF32X3("3xtf32");

  private final String label;

  MathMode(String label) {
    this.label = label;
  }

  /** The name users give: {@code 3xtf32}. */
  public String label() {
    return label;
  }

  /**
   * The mode of that name.
   *
   * @throws InvalidInputException when there is none, naming the known ones
   */
  public static MathMode named(String name) {
    return Arrays.stream(values()).filter(m -> m.label.equals(name.toLowerCase(Locale.ROOT))).findFirst()
        .orElseThrow(() -> new InvalidInputException(
            Names.unknown("math mode", name, Arrays.stream(values()).map(MathMode::label).toList())));
  }

  /**
   * The mode of products that ask for no other: {@code -Dorthant.math}, else IEEE.
   *
   * @throws InvalidInputException when the property names none
   */
  public static MathMode standard() {
    return Setting.MATH.value().map(MathMode::named).orElse(IEEE);
  }

  /** This mode, or {@link #standard()} in the place of IEEE. */
  public MathMode orStandard() {
    return this == IEEE ? standard() : this;
  }
}
