package dev.orthant.djl.nn;

import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pooling along the last one, two or three axes of (n, c, …): each output is the largest, the average or the p-norm of
 * a window. Three axes are pooled two and then one: the largest of the largest, the average of averages, the norm of
 * norms.
 *
 * @param kind what a window becomes
 * @param size of the window, a number per axis
 * @param stride from window to window
 * @param padding on either side
 * @param ceil whether a window may hang over the end, if it starts inside the input or the padding before it
 * @param countPadding whether an average divides by the padding under its window as well
 * @param p of the p-norm
 */
public record Pooling(Pool2d.Kind kind, List<Integer> size, List<Integer> stride, List<Integer> padding, boolean ceil,
    boolean countPadding, double p) {
  public static Pooling of(String name, Pool2d.Kind kind, Tensor x, Shape kernel, Shape stride, Shape padding,
      boolean ceil,
      boolean countPadding, double p) {
    int axes = kernel.dimension();
    if (axes < 1 || axes > 3 || x.shape().rank() < axes + 1 || x.shape().rank() > axes + 2) {
      throw new ShapeException(name + ": takes a window of 1 to 3 axes and an input (n, c, …) with as many more, got "
          + kernel + " for " + x.spec() + " on " + x.device().name());
    }
    if (!x.dtype().isFloating()) {
      throw new DTypeException(name + ": takes floating numbers, got " + x.spec() + " on " + x.device().name()
          + "; convert it with toType");
    }
    List<Integer> size = Sliding.extents(name, "window", axes, kernel, 1, 1);
    List<Integer> steps = stride.dimension() == 0 ? size : Sliding.extents(name, "stride", axes, stride, 1, 1);
    List<Integer> pads = Sliding.extents(name, "padding", axes, padding, 0, 0);
    for (int i = 0; i < axes; i++) {
      if (pads.get(i) > size.get(i) / 2) {
        throw new ShapeException(
            name + ": the padding must be at most half the window, got " + padding + " for " + kernel);
      }
    }
    return new Pooling(kind, size, steps, pads, ceil, countPadding, p);
  }

  /** One axis of the input; padding on either side. */
  private record Axis(int size, int stride, int padding) {
    static final Axis NONE = new Axis(1, 1, 0);
  }

  /** The pooled input, in the same layout. */
  public Tensor apply(Tensor input) {
    int n = size.size();
    if (input.shape().rank() == n + 1) {
      return apply(input.expandDims(0)).squeeze(0);
    }
    List<Axis> axes =
        IntStream.range(0, n).mapToObj(i -> new Axis(size.get(i), stride.get(i), padding.get(i))).toList();
    return pool(input, axes, kind == Pool2d.Kind.AVERAGE && countPadding);
  }

  private Tensor pool(Tensor x, List<Axis> axes, boolean counts) {
    long[] d = x.shape().dims();
    return switch (axes.size()) {
      case 1 -> images(x.expandDims(2), Axis.NONE, axes.getFirst(), counts).squeeze(2);
      case 2 -> images(x, axes.get(0), axes.get(1), counts);
      default -> {
        Tensor flat = images(x.reshape(d[0], d[1] * d[2], d[3], d[4]), axes.get(1), axes.get(2), counts);
        long h = flat.shape().dim(2);
        long w = flat.shape().dim(3);
        Tensor deep = images(flat.reshape(d[0], d[1], d[2], h * w), axes.getFirst(), Axis.NONE, counts);
        yield deep.reshape(d[0], d[1], deep.shape().dim(2), h, w);
      }
    };
  }

  private Tensor images(Tensor x, Axis h, Axis w, boolean counts) {
    Window window =
        Window.UNIT.stride(h.stride, w.stride).padding(h.padding, w.padding, h.padding, w.padding);
    return x.pool2d(new Pool2d(kind, h.size, w.size, window, Layout.NCHW, counts, p, ceil));
  }
}
