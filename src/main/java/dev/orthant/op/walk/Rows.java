package dev.orthant.op.walk;

import dev.orthant.core.Shape;
import java.util.List;

/**
 * A shape's elements divided into rows: those that agree in all but some axes. Rows and positions in them count
 * row-major.
 */
public final class Rows {
  private final long count;
  private final long length;
  private final long[][] outer;
  private final long[][] inner;

  /**
   * The rows of {@code shape} along {@code axes}.
   *
   * @param axes ascending
   */
  public Rows(Shape shape, List<Integer> axes) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      strides[d] = step;
      step *= shape.dim(d);
    }
    this.outer = columns(shape, strides, axes, false);
    this.inner = columns(shape, strides, axes, true);
    this.count = product(outer[0]);
    this.length = product(inner[0]);
  }

  private static long[][] columns(Shape shape, long[] strides, List<Integer> axes, boolean chosen) {
    int[] kept = java.util.stream.IntStream.range(0, shape.rank()).filter(d -> axes.contains(d) == chosen).toArray();
    long[][] result = new long[2][kept.length];
    for (int i = 0; i < kept.length; i++) {
      result[0][i] = shape.dim(kept[i]);
      result[1][i] = strides[kept[i]];
    }
    return result;
  }

  private static long product(long[] extents) {
    long n = 1;
    for (long e : extents) {
      n *= e;
    }
    return n;
  }

  /** How many rows there are. */
  public long count() {
    return count;
  }

  /** How many elements each has. */
  public long length() {
    return length;
  }

  /** The shape's element at {@code position} of {@code row}. */
  public long element(long row, long position) {
    return offset(outer, row) + offset(inner, position);
  }

  private static long offset(long[][] columns, long index) {
    long rest = index;
    long offset = 0;
    for (int d = columns[0].length - 1; d >= 0; d--) {
      offset += rest % columns[0][d] * columns[1][d];
      rest /= columns[0][d];
    }
    return offset;
  }
}
