package dev.orthant.djl;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.djl.ArrayCore.Lens;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.Types;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * The views that there are: each says how to read a part of a tensor, and how to make a tensor in which that part is
 * another. All can be differentiated.
 */
final class ViewMapping {
  private ViewMapping() {}

  /** The same elements in another shape, that of the tensors. */
  static Lens reshape(long... dims) {
    return new Lens(t -> t.reshape(dims), (base, part) -> part.reshape(base.shape().dims()));
  }

  /** The axes in another order. */
  static Lens transpose(int... order) {
    int[] back = Axes.inverse(order);
    // Of no axes at all there is one order only, and Tensor's transpose takes none to mean backwards.
    return order.length == 0 ? reshape() : new Lens(t -> t.transpose(order), (_, part) -> part.transpose(back));
  }

  /** A view of a view. */
  static Lens chain(Lens outer, Lens inner) {
    return new Lens(t -> inner.read().apply(outer.read().apply(t)),
        (base, part) -> outer.write().apply(base, inner.write().apply(outer.read().apply(base), part)));
  }

  /**
   * Repeated to a larger shape.
   *
   * @param method for the message of the write, which PyTorch refuses too: one element would take several values
   */
  static Lens broadcast(String method, Shape to) {
    return new Lens(t -> repeated(t, to), (base, _) -> {
      throw new InvalidInputException(method + ": the result, " + Types.of(to) + ", repeats the elements of "
          + base.spec() + " on " + base.device().name() + " and cannot be written in place; duplicate() it first");
    });
  }

  /** Repeated to {@code to}: pending, where the type is computed with exactly, else copied. */
  static Tensor repeated(Tensor t, Shape to) {
    if (t.dtype().isFloating() || t.shape().equals(to)) {
      return t.broadcastTo(to);
    }
    int more = to.rank() - t.shape().rank();
    long[] dims = new long[to.rank()];
    long[] times = new long[to.rank()];
    for (int d = 0; d < dims.length; d++) {
      dims[d] = d < more ? 1 : t.shape().dim(d - more);
      times[d] = dims[d] == to.dim(d) ? 1 : to.dim(d);
    }
    return t.reshape(dims).tile(times);
  }

  /** {@code counts[d]} elements along each axis, from {@code starts[d]} on, {@code steps[d]} apart. */
  static Lens slice(long[] starts, long[] counts, long[] steps) {
    return new Lens(t -> whole(t.shape(), starts, counts, steps) ? t : t.slice(starts, counts, steps),
        (base, part) -> written(base, part, 0, starts, counts, steps));
  }

  /** Along one axis. */
  static Lens slice(Shape of, int axis, long start, long count, long step) {
    long[] starts = new long[of.rank()];
    long[] counts = of.dims();
    long[] steps = new long[of.rank()];
    java.util.Arrays.fill(steps, 1);
    starts[axis] = start;
    counts[axis] = count;
    steps[axis] = step;
    return slice(starts, counts, steps);
  }

  private static boolean whole(Shape shape, long[] starts, long[] counts, long[] steps) {
    for (int d = 0; d < starts.length; d++) {
      if (!whole(shape, d, starts, counts, steps)) {
        return false;
      }
    }
    return true;
  }

  private static boolean whole(Shape shape, int axis, long[] starts, long[] counts, long[] steps) {
    return starts[axis] == 0 && counts[axis] == shape.dim(axis) && (steps[axis] == 1 || counts[axis] < 2);
  }

  /**
   * {@code base} with {@code part} where the slice is. Axis by axis: what the slice leaves out along it is put round
   * what the rest makes of what it takes.
   */
  private static Tensor written(Tensor base, Tensor part, int axis, long[] starts, long[] counts, long[] steps) {
    int d = axis;
    while (d < starts.length && whole(base.shape(), d, starts, counts, steps)) {
      d++;
    }
    if (d == starts.length) {
      return part;
    }
    long extent = base.shape().dim(d);
    int at = d;
    Tensor taken = slice(base.shape(), d, starts[d], counts[d], steps[d]).read().apply(base);
    Tensor inner = written(taken, part, d + 1, starts, counts, steps);
    if (steps[d] == 1 || counts[d] == 1) {
      List<Tensor> parts = new ArrayList<>();
      if (starts[d] > 0) {
        parts.add(base.slice(d, 0, starts[d]));
      }
      parts.add(inner);
      long end = starts[d] + counts[d];
      if (end < extent) {
        parts.add(base.slice(d, end, extent));
      }
      return Tensor.concat(d, parts);
    }
    return merged(base, inner, d, extent, i -> {
      long far = i - starts[at];
      return far % steps[at] == 0 && far / steps[at] >= 0 && far / steps[at] < counts[at] ? far / steps[at] : -1;
    });
  }

  /**
   * Slices along an axis, {@code source.applyAsLong(i)} of {@code others} in place i, that of {@code base} where it
   * says −1.
   */
  static Tensor merged(Tensor base, Tensor others, int axis, long extent, LongUnaryOperator source) {
    long[] from = new long[Math.toIntExact(extent)];
    for (int i = 0; i < from.length; i++) {
      long s = source.applyAsLong(i);
      from[i] = s < 0 ? i : extent + s;
    }
    return Tensor.concat(axis, List.of(base, others)).gather(axis, Indices.of(base.device(), Shape.of(extent), from));
  }
}
