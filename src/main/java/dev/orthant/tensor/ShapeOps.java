package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.op.Cast;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link Tensor} that moves elements: every method but {@code reshape} makes a copy. Axes count from 0,
 * negative ones from the end.
 */
public sealed interface ShapeOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  private Tensor copy(String name, Copy op) {
    return Launcher.run(name, op, List.of(self())).getFirst();
  }

  private Copy.Axis[] identity() {
    Copy.Axis[] axes = new Copy.Axis[self().shape().rank()];
    for (int d = 0; d < axes.length; d++) {
      axes[d] = Copy.Axis.all(self().shape().dim(d), d);
    }
    return axes;
  }

  /**
   * The axes in another order: axis d of the result is axis {@code permutation[d]} of this; without one they are
   * reversed.
   */
  default Tensor transpose(int... permutation) {
    int rank = self().shape().rank();
    int[] order = permutation.length == 0 ? java.util.stream.IntStream.range(0, rank).map(d -> rank - 1 - d).toArray()
        : Arrays.stream(permutation).map(a -> a < 0 ? a + rank : a).toArray();
    if (order.length != rank || !Arrays.equals(Arrays.stream(order).sorted().toArray(),
        java.util.stream.IntStream.range(0, rank).toArray())) {
      throw new ShapeException(
          "transpose: " + Arrays.toString(permutation) + " is not a permutation of the axes of " + self().spec());
    }
    return copy("transpose",
        Copy.of(Arrays.stream(order).mapToObj(a -> Copy.Axis.all(self().shape().dim(a), a)).toArray(Copy.Axis[]::new)));
  }

  /** The elements {@code from} (inclusive) to {@code to} (exclusive) along an axis. */
  default Tensor slice(int axis, long from, long to) {
    return slice(axis, from, to, 1);
  }

  /**
   * Every {@code step}-th element from {@code from} (inclusive) towards {@code to} (exclusive) along an axis; a
   * negative step runs backwards, to {@code to} = −1 at the furthest.
   */
  default Tensor slice(int axis, long from, long to, long step) {
    int a = self().axis("slice", axis);
    long extent = self().shape().dim(a);
    long count = step == 0 ? -1 : Math.max(0, Math.ceilDiv(to - from, step));
    long last = from + (count - 1) * step;
    if (count < 0 || (count > 0 && (Math.min(from, last) < 0 || Math.max(from, last) >= extent)) || from < 0
        || from > extent || to > extent
        || to < -1) {
      throw new ShapeException(
          "slice: " + from + " to " + to + " by " + step + " is not inside axis " + axis + " of " + self().spec());
    }
    Copy.Axis[] axes = identity();
    axes[a] = part(count, a, from, step);
    return copy("slice", Copy.of(axes));
  }

  /**
   * {@code counts[d]} elements along each axis d, from {@code starts[d]} on, {@code steps[d]} apart (negative ones run
   * backwards), in one launch.
   *
   * @throws ShapeException when one of them is outside
   */
  default Tensor slice(long[] starts, long[] counts, long[] steps) {
    Copy.Axis[] axes = identity();
    boolean inside = starts.length == axes.length && counts.length == axes.length && steps.length == axes.length;
    for (int d = 0; inside && d < axes.length; d++) {
      inside = isInside(starts[d], counts[d], steps[d], self().shape().dim(d));
      axes[d] = part(counts[d], d, starts[d], steps[d]);
    }
    if (!inside) {
      throw new ShapeException("slice: starts " + Arrays.toString(starts) + ", counts " + Arrays.toString(counts)
          + ", steps " + Arrays.toString(steps) + " are not inside " + self().spec());
    }
    return copy("slice", Copy.of(axes));
  }

  /** Where there is one element or none, no step is made: then it may be any number. */
  private static Copy.Axis part(long count, int axis, long from, long step) {
    return new Copy.Axis(count, axis, count == 0 ? 0 : from, count <= 1 ? 1 : step, 1);
  }

  private static boolean isInside(long start, long count, long step, long extent) {
    if (count <= 0) {
      return count == 0;
    }
    if (start < 0 || start >= extent) {
      return false;
    }
    // Steps that fit, counted without leaving the axis: a product of hostile numbers would overflow.
    long steps = count - 1;
    return steps == 0 || step == 0 || steps <= (step > 0 ? (extent - 1 - start) / step : -(start / step));
  }

  /**
   * Parts of the given extents, which add up to this one's, one behind the other along an axis: what
   * {@link Tensor#concat} undoes. A tape puts their gradient together in one launch, where slices would each add one as
   * large as this.
   */
  default List<Tensor> split(int axis, long... extents) {
    int a = self().axis("split", axis);
    long extent = self().shape().dim(a);
    if (Arrays.stream(extents).anyMatch(e -> e < 0 || e > extent)
        || Arrays.stream(extents).asDoubleStream().sum() > extent || Arrays.stream(extents).sum() != extent) {
      throw new ShapeException(
          "split: " + Arrays.toString(extents) + " are not parts of axis " + axis + " of " + self().spec());
    }
    try (Operands held = Operands.of(self())) {
      List<Tensor> parts = Tape.unrecorded(() -> slices(a, extents));
      Tape tape = Tape.current();
      Node whole = held.first();
      if (tape != null && tape.tracks(whole)) {
        try (Operands made = Operands.of("split", parts)) {
          List<TensorSpec> specs = parts.stream().map(Tensor::spec).toList();
          tape.record(List.of(whole), made.nodes(),
              (dys, wanted) -> Arrays.<@Nullable Tensor>asList(joined(whole.device(), a, specs, dys)));
        } catch (RuntimeException | Error e) {
          parts.forEach(Tensor::close);
          throw e;
        }
      }
      return parts;
    }
  }

  private List<Tensor> slices(int axis, long... extents) {
    List<Tensor> parts = new ArrayList<>();
    long start = 0;
    try {
      for (long extent : extents) {
        parts.add(slice(axis, start, start + extent));
        start += extent;
      }
      return parts;
    } catch (RuntimeException | Error e) {
      parts.forEach(Tensor::close);
      throw e;
    }
  }

  private static Tensor joined(Device device, int axis, List<TensorSpec> specs, List<@Nullable Tensor> parts) {
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      Tensor part = parts.get(i);
      TensorSpec spec = specs.get(i);
      all.add(part != null ? part : Tensor.full(device, spec.dtype(), Shape.of(), 0).broadcastTo(spec.shape()));
    }
    return Tensor.concat(axis, all);
  }

  /** The slice at {@code index} along an axis, which goes. */
  default Tensor select(int axis, long index) {
    int a = self().axis("select", axis);
    return Tensor.drop(slice(a, index, index + 1), List.of(a), false);
  }

  /** Back to front along the given axes; none means all. */
  default Tensor flip(int... over) {
    Copy.Axis[] axes = identity();
    for (int a : self().axes("flip", over)) {
      axes[a] = new Copy.Axis(self().shape().dim(a), a, self().shape().dim(a) - 1, -1, 1);
    }
    return copy("flip", Copy.of(axes));
  }

  /** {@code before} and {@code after} elements of {@code value} more along an axis; negative numbers cut off. */
  default Tensor pad(int axis, long before, long after, double value) {
    int a = self().axis("pad", axis);
    Copy.Axis[] axes = identity();
    long length;
    try {
      length = Math.addExact(Math.addExact(self().shape().dim(a), before), after);
    } catch (ArithmeticException _) {
      throw new ShapeException("pad: axis " + axis + " of " + self().spec() + " with " + before + " and " + after
          + " elements more is longer than a long can count");
    }
    if (length < 0) {
      throw new ShapeException(
          "pad: " + before + " and " + after + " cut more off than axis " + axis + " of " + self().spec() + " has");
    }
    axes[a] = new Copy.Axis(length, a, -before, 1, 1);
    return copy("pad", new Copy(Arrays.asList(axes), value));
  }

  /** This, {@code repeats[d]} times along axis d, one behind the other, as NumPy's tile. */
  default Tensor tile(long... repeats) {
    if (repeats.length != self().shape().rank() || Arrays.stream(repeats).anyMatch(r -> r < 0)) {
      throw new ShapeException(
          "tile: takes one count ≥ 0 for each axis of " + self().spec() + ", got " + Arrays.toString(repeats));
    }
    List<Copy.Axis> axes = new ArrayList<>();
    long[] dims = self().shape().dims();
    for (int d = 0; d < dims.length; d++) {
      axes.add(Copy.Axis.repeat(repeats[d]));
      axes.add(Copy.Axis.all(dims[d], d));
      try {
        dims[d] = Math.multiplyExact(dims[d], repeats[d]);
      } catch (ArithmeticException _) {
        throw new ShapeException("tile: axis " + d + " of " + self().spec() + " " + repeats[d]
            + " times is longer than a long can count");
      }
    }
    try (Tensor parts = copy("tile", new Copy(axes, 0))) {
      return parts.reshape(dims);
    }
  }

  /** Repeated to {@code shape}, as broadcasting does; pending, so that what follows need not store it. */
  default Tensor broadcastTo(Shape shape) {
    if (!self().shape().broadcastsTo(shape)) {
      throw new ShapeException(
          "broadcastTo: " + self().spec() + " does not broadcast to " + shape + " (on " + self().device().name() + ")");
    }
    if (self().shape().equals(shape)) {
      return self().reshape(shape.dims());
    }
    return self().elementwise(Formula.of("broadcastTo", Expr.input(0)).least(shape), List.of());
  }

  /** With an axis of extent 1 more. */
  default Tensor expandDims(int axis) {
    int rank = self().shape().rank();
    int a = axis < 0 ? axis + rank + 1 : axis;
    if (a < 0 || a > rank) {
      throw new ShapeException("expandDims: axis " + axis + " does not fit " + self().spec());
    }
    return self().reshape(self().shape().slice(0, a).append(1).append(self().shape().slice(a, rank).dims()).dims());
  }

  /** Without the given axes, which have extent 1; none given means all such. */
  default Tensor squeeze(int... axes) {
    List<Integer> out = axes.length == 0
        ? java.util.stream.IntStream.range(0, self().shape().rank()).filter(d -> self().shape().dim(d) == 1).boxed()
            .toList()
        : self().axes("squeeze", axes);
    if (out.stream().anyMatch(a -> self().shape().dim(a) != 1)) {
      throw new ShapeException("squeeze: axes " + out + " of " + self().spec() + " do not all have extent 1");
    }
    return self().reshape(java.util.stream.IntStream.range(0, self().shape().rank()).filter(d -> !out.contains(d))
        .mapToLong(d -> self().shape().dim(d)).toArray());
  }

  /** The same numbers in another type. */
  default Tensor cast(DType type) {
    if (self().spec().dtype() == type) {
      return self().reshape(self().shape().dims());
    }
    try (Operands held = Operands.of(self())) {
      Tensor result = Launcher.run(held.device(), "cast", new Cast(type), held.nodes()).getFirst();
      if (held.first().spec().dtype() == DType.I32 && type == DType.I64) {
        Training.keepRange(held.first(), result);
      }
      return result;
    }
  }

  /**
   * The smallest and the largest element of indices (I32 or I64); 0 and −1 of none. Known without a look at the device
   * when they came from the host.
   */
  default long[] range() {
    return Training.range(self());
  }

  /** Slices picked along an axis: see {@link Gather}. With axis 0 and a matrix, an embedding. */
  default Tensor gather(int axis, Tensor indices) {
    int a = self().axis("gather", axis);
    indices.requireRange("gather: indices", self().shape().dim(a));
    return Launcher.run("gather", new Gather(a, false), List.of(self(), indices)).getFirst();
  }

  /** Single elements picked along an axis: see {@link Gather}. */
  default Tensor gatherElements(int axis, Tensor indices) {
    int a = self().axis("gatherElements", axis);
    indices.requireRange("gatherElements: indices", self().shape().dim(a));
    return Launcher.run("gatherElements", new Gather(a, true), List.of(self(), indices)).getFirst();
  }

  /**
   * Zeros with {@code extent} slices along an axis, to which the slices of this are added where the indices say: see
   * {@link ScatterAdd}.
   */
  default Tensor scatterAdd(int axis, long extent, Tensor indices) {
    int a = axis < 0 ? axis + self().shape().rank() : axis;
    indices.requireRange("scatterAdd: indices", extent);
    return Launcher.run("scatterAdd", new ScatterAdd(a, false, extent), List.of(self(), indices)).getFirst();
  }

  /** Running sums along an axis; of integers in the tensor's own type, which wraps around. BOOL is to be cast first. */
  default Tensor cumSum(int axis) {
    return Launcher.run("cumSum", new CumSum(self().axis("cumSum", axis), false, false), List.of(self())).getFirst();
  }

  /**
   * Running products along an axis: y_i = Π x_j over j ≤ i, in the tensor's type; integers wrap around, BOOL is whether
   * all so far are not 0. Made by ⌈log₂ n⌉ products of the row with itself moved by 1, 2, 4, … places, each rounded to
   * the type: factors are taken together in that order, so where products overflow in one order and underflow in
   * another, this may differ from one factor after the other. The gradient divides by nothing: zeros do not disturb it.
   *
   * <p>Source: W. D. Hillis and G. L. Steele, Data Parallel Algorithms, 1986.
   */
  default Tensor cumProd(int axis) {
    int a = self().axis("cumProd", axis);
    long extent = self().shape().dim(a);
    Tensor y = self().alias();
    for (long step = 1; step < extent; step *= 2) {
      Tensor before = y;
      try (before; Tensor moved = before.pad(a, step, -step, 1)) {
        y = before.mul(moved);
      }
    }
    return y;
  }

  /** Sorted along an axis: see {@link Sort}. */
  default Sorted sort(int axis, boolean descending) {
    List<Tensor> results = Launcher.run("sort", new Sort(self().axis("sort", axis), descending), List.of(self()));
    return new Sorted(results.get(0), results.get(1));
  }

  /** The k largest along an axis, the largest first. */
  default Sorted topK(int axis, long k) {
    int a = self().axis("topK", axis);
    if (k < 0 || k > self().shape().dim(a)) {
      throw new ShapeException("topK: there are no " + k + " elements along axis " + axis + " of " + self().spec());
    }
    try (Sorted all = sort(a, true)) {
      Tensor values = all.values().slice(a, 0, k);
      try {
        return new Sorted(values, all.indices().slice(a, 0, k));
      } catch (RuntimeException | Error e) {
        values.close();
        throw e;
      }
    }
  }
}
