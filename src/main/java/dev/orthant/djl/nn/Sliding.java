package dev.orthant.djl.nn;

import ai.djl.ndarray.types.Shape;
import dev.orthant.core.ShapeException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * How a filter or a window moves along one to three axes. Each list has a number per axis.
 *
 * @param stride steps
 * @param padding on either side
 * @param dilation from element to element of the filter
 */
public record Sliding(List<Integer> stride, List<Integer> padding, List<Integer> dilation) {
  public static Sliding of(String name, int axes, Shape stride, Shape padding, Shape dilation) {
    return new Sliding(extents(name, "stride", axes, stride, 1, 1), extents(name, "padding", axes, padding, 0, 0),
        extents(name, "dilation", axes, dilation, 1, 1));
  }

  /**
   * A number per axis; one alone is for all, and none at all means {@code absent}.
   *
   * @throws ShapeException when there are too few or too many, or one is less than {@code least}
   */
  public static List<Integer> extents(String name, String what, int axes, Shape given, int absent, int least) {
    long[] values = given.getShape();
    if (values.length > 1 && values.length != axes) {
      throw new ShapeException(name + ": takes a " + what + " for " + axes + " axes, got " + given);
    }
    if (Arrays.stream(values).anyMatch(v -> v < least || v > Integer.MAX_VALUE)) {
      throw new ShapeException(name + ": " + what + " must be at least " + least + ", got " + given);
    }
    return values.length == axes ? Arrays.stream(values).mapToObj(v -> (int) v).toList()
        : Collections.nCopies(axes, values.length == 0 ? absent : (int) values[0]);
  }
}
