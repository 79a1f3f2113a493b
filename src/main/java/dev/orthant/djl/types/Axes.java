package dev.orthant.djl.types;

import ai.djl.ndarray.types.Shape;
import dev.orthant.core.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Axes as callers give them: negative ones count from the end. */
public final class Axes {
  private Axes() {}

  /**
   * An axis from 0 on.
   *
   * @throws ShapeException when the shape has no such axis; a scalar has axes 0 and −1, as in PyTorch
   */
  public static int of(String method, Shape shape, long axis) {
    return within(method, shape, axis, Math.max(1, shape.dimension()));
  }

  /** As {@link #of}, of the {@code rank} axes of a result. */
  public static int within(String method, Shape shape, long axis, int rank) {
    long a = axis < 0 ? axis + rank : axis;
    if (a < 0 || a >= rank) {
      throw new ShapeException(
          method + ": axis " + axis + " is not from " + -rank + " to " + (rank - 1) + ", for an array of " + shape);
    }
    return (int) a;
  }

  /**
   * Several.
   *
   * @throws ShapeException also when one is given twice
   */
  public static int[] of(String method, Shape shape, int... axes) {
    int[] found = Arrays.stream(axes).map(a -> of(method, shape, a)).toArray();
    if (Arrays.stream(found).distinct().count() != found.length) {
      throw new ShapeException(
          method + ": axes " + Arrays.toString(axes) + " name one axis twice, for an array of " + shape);
    }
    return found;
  }

  /**
   * The axes 0 … rank − 1 with {@code moved} at the front, or, when {@code last}, at the end; the others stay in their
   * order.
   */
  public static int[] order(int rank, boolean last, int... moved) {
    List<Integer> rest =
        new ArrayList<>(
            IntStream.range(0, rank).filter(d -> Arrays.stream(moved).noneMatch(m -> m == d)).boxed().toList());
    rest.addAll(last ? rest.size() : 0, Arrays.stream(moved).boxed().toList());
    return rest.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The permutation that undoes one. */
  public static int[] inverse(int... order) {
    int[] back = new int[order.length];
    for (int d = 0; d < order.length; d++) {
      back[order[d]] = d;
    }
    return back;
  }

  /** The product of the extents {@code from} (inclusive) to {@code to} (exclusive). */
  public static long product(long[] dims, int from, int to) {
    long n = 1;
    for (int d = from; d < to; d++) {
      n *= dims[d];
    }
    return n;
  }
}
