package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Pooling. */
final class PoolingCases {
  private PoolingCases() {}

  private record Window(Shape input, Shape kernel, Shape stride, Shape padding, boolean ceil) {
    static Window of(long[] input, long[] kernel, long[] stride, long[] padding, boolean ceil) {
      return new Window(new Shape(input), new Shape(kernel), new Shape(stride), new Shape(padding), ceil);
    }

    @Override
    public String toString() {
      return input + " by " + kernel + " stride " + stride + " padding " + padding + (ceil ? " ceil" : "");
    }
  }

  private static long[] n(long... values) {
    return values;
  }

  private static final List<Window> WINDOWS = windows();

  private static List<Window> windows() {
    List<Window> all = new ArrayList<>();
    for (boolean ceil : new boolean[] {false, true}) {
      all.add(Window.of(n(1, 2, 7), n(2), n(2), n(0), ceil));
      all.add(Window.of(n(2, 1, 8), n(3), n(2), n(1), ceil));
      all.add(Window.of(n(1, 1, 6), n(3), n(4), n(1), ceil));
      all.add(Window.of(n(1, 1, 5, 5), n(2, 2), n(2, 2), n(0, 0), ceil));
      all.add(Window.of(n(1, 2, 5, 4), n(3, 2), n(2, 1), n(1, 0), ceil));
      all.add(Window.of(n(2, 1, 4, 6), n(3, 3), n(2, 2), n(1, 1), ceil));
      all.add(Window.of(n(1, 1, 6, 6), n(3, 3), n(4, 4), n(1, 1), ceil));
      all.add(Window.of(n(1, 1, 7, 5), n(2, 3), n(3, 3), n(1, 1), ceil));
      all.add(Window.of(n(2, 4, 4), n(2, 2), n(2, 2), n(0, 0), ceil));
      all.add(Window.of(n(1, 1, 4, 4), n(2), n(2), n(0), ceil));
      all.add(Window.of(n(1, 1, 3, 4, 4), n(2, 2, 2), n(1, 2, 2), n(0, 0, 0), ceil));
      all.add(Window.of(n(1, 2, 3, 3, 3), n(3, 3, 3), n(2, 2, 2), n(1, 1, 1), ceil));
      all.add(Window.of(n(1, 4, 4, 3), n(3, 2, 3), n(2, 2, 3), n(1, 1, 1), ceil));
    }
    all.add(Window.of(n(1, 1, 5, 5), n(3, 3), n(1, 1), n(2, 2), false));
    all.add(Window.of(n(1, 1, 2, 2), n(3, 3), n(1, 1), n(0, 0), false));
    return all;
  }

  static Stream<Case> all() {
    Stream<Case> windows = WINDOWS.stream().flatMap(w -> Stream.of(
        gradient("maxPool " + w, w.input, x -> x.maxPool(w.kernel, w.stride, w.padding, w.ceil)),
        uncounted(w),
        gradient("avgPool counted " + w, w.input, x -> x.avgPool(w.kernel, w.stride, w.padding, w.ceil, true)),
        gradient("lpPool 2 " + w, w.input, x -> x.lpPool(2, w.kernel, w.stride, new Shape(0), w.ceil)),
        positive("lpPool 3 " + w, w.input, x -> x.lpPool(3, w.kernel, w.stride, new Shape(0), w.ceil)),
        gradient("lpPool 1 " + w, w.input, x -> x.lpPool(1, w.kernel, w.stride, new Shape(0), w.ceil))));
    Stream<Case> global = Stream.of(new Shape(2, 3, 5), new Shape(2, 2, 3, 4), new Shape(1, 2, 2, 3, 2),
        new Shape(2, 3), new Shape(1, 1, 1, 1, 1, 2)).flatMap(
            s -> Stream.of(gradient("globalMaxPool " + s, s, NDArrayEx::globalMaxPool),
                gradient("globalAvgPool " + s, s, NDArrayEx::globalAvgPool),
                gradient("globalLpPool 2 " + s, s, x -> x.globalLpPool(2)),
                positive("globalLpPool 3 " + s, s, x -> x.globalLpPool(3))));
    return Stream.of(windows, global, special()).flatMap(s -> s);
  }

  private static Case uncounted(Window w) {
    Case c = gradient("avgPool " + w, w.input, x -> x.avgPool(w.kernel, w.stride, w.padding, w.ceil, false));
    boolean padded = Arrays.stream(w.padding.getShape()).anyMatch(p -> p > 0);
    boolean refused = w.input.dimension() != w.kernel.dimension() + 2 || w.padding.get(0) > w.kernel.get(0) / 2;
    return padded && !refused ? c.differs("PyTorch's engine counts padding even when it is told not to") : c;
  }

  private static Case gradient(String name, Shape input, Function<NDArrayEx, NDArray> f) {
    return Case.list("pooling/" + name, m -> {
      NDArray x = Inputs.normal(m, 5, input.getShape());
      return Grads.of(m, () -> f.apply(x.getNDArrayInternal()), x);
    });
  }

  /** Of positive numbers: the odd root of a negative sum is NaN. */
  private static Case positive(String name, Shape input, Function<NDArrayEx, NDArray> f) {
    return Case.list("pooling/" + name, m -> {
      NDArray x = Inputs.uniform(m, 6, 0.1, 2, input.getShape());
      return Grads.of(m, () -> f.apply(x.getNDArrayInternal()), x);
    });
  }

  private static Stream<Case> special() {
    Shape two = new Shape(2, 2);
    Shape none = new Shape(0, 0);
    Stream<Case> values = Stream.of(
        Case.list("pooling/maxPool of ties, gradient", m -> {
          NDArray x = m.ones(new Shape(1, 1, 4, 4));
          return Grads.of(m, () -> x.getNDArrayInternal().maxPool(two, two, none, false), x);
        }),
        Case.list("pooling/maxPool of ties in volumes, gradient", m -> {
          NDArray x = Inputs.whole(m, 3, DataType.FLOAT32, 0, 2, 1, 1, 3, 4, 4);
          return Grads.of(m, () -> x.getNDArrayInternal().maxPool(new Shape(3, 2, 2), new Shape(1, 2, 2),
              new Shape(0, 0, 0), false), x);
        }),
        Case.list("pooling/globalMaxPool of ties, gradient", m -> {
          NDArray x = Inputs.whole(m, 3, DataType.FLOAT32, 0, 3, 2, 2, 3, 4);
          return Grads.of(m, () -> x.getNDArrayInternal().globalMaxPool(), x);
        }),
        Case.of("pooling/maxPool of NaN and infinities", m -> strange(m).maxPool(two, new Shape(1, 1), none, false)),
        Case.of("pooling/avgPool of NaN and infinities",
            m -> strange(m).avgPool(two, new Shape(1, 1), none, false, true)),
        Case.of("pooling/globalMaxPool of NaN and infinities", m -> strange(m).globalMaxPool()),
        Case.of("pooling/globalAvgPool of NaN and infinities", m -> strange(m).globalAvgPool()),
        Case.of("pooling/lpPool 3 of negative numbers",
            m -> Inputs.normal(m, 9, 1, 1, 4, 4).getNDArrayInternal().lpPool(3, two, two, none, false)),
        Case.of("pooling/lpPool with padding",
            m -> Inputs.normal(m, 9, 1, 1, 4, 4).getNDArrayInternal().lpPool(2, two, two, new Shape(1, 1), false)),
        Case.of("pooling/maxPool with too large a window",
            m -> Inputs.normal(m, 9, 1, 1, 2, 2).getNDArrayInternal().maxPool(new Shape(3, 3), two, none, false)));
    Stream<Case> types = Stream.of(DataType.FLOAT16, DataType.FLOAT64, DataType.INT32, DataType.INT64, DataType.UINT8)
        .flatMap(t -> Stream.of(
            Case.of("pooling/maxPool of " + t,
                m -> Inputs.typed(m, 7, t, 1, 2, 4, 5).getNDArrayInternal().maxPool(two, two, none, false)),
            Case.of("pooling/avgPool of " + t,
                m -> Inputs.typed(m, 7, t, 1, 2, 4, 5).getNDArrayInternal().avgPool(two, two, none, false, true)),
            Case.of("pooling/globalAvgPool of " + t,
                m -> Inputs.typed(m, 7, t, 1, 2, 4, 5).getNDArrayInternal().globalAvgPool()),
            Case.of("pooling/globalMaxPool of " + t,
                m -> Inputs.typed(m, 7, t, 1, 2, 4, 5).getNDArrayInternal().globalMaxPool()),
            Case.of("pooling/lpPool of " + t,
                m -> Inputs.typed(m, 7, t, 1, 2, 4, 5).getNDArrayInternal().lpPool(2, two, two, none, false))));
    return Stream.concat(values, types);
  }

  private static NDArrayEx strange(NDManager m) {
    return m.create(new float[] {1, 2, 3, 4, Float.NaN, 5, 6, 7, -1, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY,
        8, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, 9, 10}, new Shape(1, 1, 4, 4)).getNDArrayInternal();
  }
}
