package dev.orthant.djl.types;

import org.jspecify.annotations.Nullable;

/**
 * How far apart PyTorch would store an array's neighbours. Our tensors have no strides, but what PyTorch gives as a
 * view of a view depends on them: a reshape of a transpose is a copy there, one of a slice along the first axis a view.
 */
public final class Strides {
  private Strides() {}

  /** Of elements one behind the other. */
  public static long[] contiguous(long... dims) {
    long[] strides = new long[dims.length];
    long step = 1;
    for (int d = dims.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= Math.max(1, dims[d]);
    }
    return strides;
  }

  /**
   * The strides of the same elements in the shape {@code to}; null when they cannot be told by strides, so that a
   * reshape copies.
   */
  public static long @Nullable [] reshaped(long[] dims, long[] strides, long[] to) {
    long[] result = contiguous(to);
    if (Axes.product(dims, 0, dims.length) == 0) {
      return result;
    }
    int open = to.length - 1;
    int end = dims.length;
    while (end > 0) {
      // Axes from..end - 1 lie one behind the other: they may be cut anywhere.
      long step = strides[end - 1];
      long run = dims[end - 1];
      int from = end - 1;
      while (from > 0 && (dims[from - 1] == 1 || strides[from - 1] == step * run)) {
        run *= dims[--from];
      }
      long taken = 1;
      while (open >= 0 && (taken < run || to[open] == 1)) {
        result[open] = step * taken;
        taken *= to[open--];
      }
      if (taken != run) {
        return null;
      }
      end = from;
    }
    return result;
  }
}
