package dev.orthant.core;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The extents of a tensor, row-major (the last dimension is contiguous). Immutable; rank 0 is a scalar, an extent of 0
 * makes the tensor empty. The number of elements always fits a {@code long}: that is checked when the shape is made.
 */
public final class Shape {
  private static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long elements;

  private Shape(long[] dims) {
    this.dims = dims;
    this.elements = product(dims);
  }

  /**
   * The shape of the given extents.
   *
   * @throws ShapeException when an extent is negative or the number of elements overflows
   */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  private static long product(long[] dims) {
    boolean empty = false;
    for (long d : dims) {
      if (d < 0) {
        throw new ShapeException("negative extent in shape " + text(dims));
      }
      empty |= d == 0;
    }
    if (empty) {
      return 0;
    }
    long n = 1;
    for (long d : dims) {
      long high = Math.multiplyHigh(n, d);
      n *= d;
      // Eight bytes per element must be addressable as well.
      if (high != 0 || n < 0 || n > Long.MAX_VALUE / 8) {
        throw new ShapeException("shape " + text(dims) + " has more elements than a long can address");
      }
    }
    return n;
  }

  /** The number of axes; 0 of a scalar. */
  public int rank() {
    return dims.length;
  }

  /** The extent of {@code axis}; a negative axis counts from the end. */
  public long dim(int axis) {
    int i = axis < 0 ? axis + dims.length : axis;
    if (i < 0 || i >= dims.length) {
      throw new ShapeException("axis " + axis + " is out of range for shape " + this);
    }
    return dims[i];
  }

  /** A copy of the extents. */
  public long[] dims() {
    return dims.clone();
  }

  /** The product of the extents; 1 for a scalar. */
  public long elements() {
    return elements;
  }

  /** Whether there is no element: an extent is 0. */
  public boolean isEmpty() {
    return elements == 0;
  }

  /** The extents from {@code from} (inclusive) to {@code to} (exclusive). */
  public Shape slice(int from, int to) {
    return of(Arrays.copyOfRange(dims, from, to));
  }

  /** This shape followed by {@code more}. */
  public Shape append(long... more) {
    long[] all = Arrays.copyOf(dims, dims.length + more.length);
    System.arraycopy(more, 0, all, dims.length, more.length);
    return of(all);
  }

  /** The NumPy broadcast of this shape with {@code other}, or a {@link ShapeException} naming both. */
  public Shape broadcast(Shape other) {
    int rank = Math.max(rank(), other.rank());
    long[] out = new long[rank];
    for (int i = 0; i < rank; i++) {
      long a = fromEnd(rank - i);
      long b = other.fromEnd(rank - i);
      if (a != b && a != 1 && b != 1) {
        throw new ShapeException("shapes " + this + " and " + other + " do not broadcast");
      }
      out[i] = a == 1 ? b : a;
    }
    return of(out);
  }

  /** Whether this shape, read as NumPy does, can be repeated into {@code target} without changing it. */
  public boolean broadcastsTo(Shape target) {
    if (rank() > target.rank()) {
      return false;
    }
    for (int i = 1; i <= rank(); i++) {
      if (fromEnd(i) != target.fromEnd(i) && fromEnd(i) != 1) {
        return false;
      }
    }
    return true;
  }

  private long fromEnd(int i) {
    return i > dims.length ? 1 : dims[dims.length - i];
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  private static String text(long[] dims) {
    return dims.length == 1
        ? "(" + dims[0] + ",)"
        : LongStream.of(dims).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
  }

  /** As NumPy prints it: {@code (2, 3)}, {@code (4,)}, {@code ()}. */
  @Override
  public String toString() {
    return text(dims);
  }
}
