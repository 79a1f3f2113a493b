package dev.orthant.expr;

/**
 * A number that shapes an activation: a slope, a limit. It is given a value when the activation is used: a plain
 * number, or a tensor that broadcasts to the output, which can then be learned.
 *
 * @param name as in ONNX or PyTorch, snake_case; also the command-line flag
 * @param initial the value when none is given, and the one training starts from
 * @param placement where it varies when learned
 */
public record Parameter(String name, double initial, Placement placement) {
  /** What a learned parameter has one value for. */
  public enum Placement {
    /** A number chosen by the user, not learned. */
    FIXED,
    /** One learned value for the whole tensor. */
    SHARED,
    /** One learned value per channel. */
    PER_CHANNEL,
    /** One learned value per element of a sample. */
    PER_ELEMENT
  }

  /** A number that the user chooses and training leaves alone. */
  public static Parameter fixed(String name, double initial) {
    return new Parameter(name, initial, Placement.FIXED);
  }

  /** Learned, one value for the whole tensor. */
  public static Parameter shared(String name, double initial) {
    return new Parameter(name, initial, Placement.SHARED);
  }

  /** Learned, one value for each channel. */
  public static Parameter perChannel(String name, double initial) {
    return new Parameter(name, initial, Placement.PER_CHANNEL);
  }

  /** Learned, one value for each element of a sample. */
  public static Parameter perElement(String name, double initial) {
    return new Parameter(name, initial, Placement.PER_ELEMENT);
  }
}
