package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexAll;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.dim.NDIndexElement;
import ai.djl.ndarray.index.dim.NDIndexFixed;
import ai.djl.ndarray.index.dim.NDIndexNull;
import ai.djl.ndarray.index.dim.NDIndexSlice;
import ai.djl.ndarray.index.dim.NDIndexTake;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.ArrayCore.Lens;
import dev.orthant.djl.types.Axes;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link NDIndex} takes of an array: first a view (numbers, slices, null), then, of some of the view's axes,
 * what index arrays and masks pick.
 *
 * <p>The axes that index arrays pick from become those of the indices, broadcast: in the place of the first, or, when
 * others lie between them, at the front.
 */
final class RowSelection {
  /**
   * Indices into {@code axes} axes of the view, from {@code axis} on, taken as one.
   *
   * @param extent of these axes together
   * @param index makes the indices, checked
   */
  private record Pick(int axis, int axes, long extent, Supplier<Tensor> index) {}

  private final OrthantNDArray array;
  private final NDIndex index;
  private final long[] starts;
  private final long[] counts;
  private final long[] steps;
  /** The view's extents. */
  private final List<Long> dims = new ArrayList<>();
  /** The array's axes that the view's are; −1 for those of null. */
  private final List<Integer> sources = new ArrayList<>();
  private final List<Pick> picks = new ArrayList<>();
  /** The array's axis that comes next. */
  private int next;

  private RowSelection(OrthantNDArray array, NDIndex index) {
    this.array = array;
    this.index = index;
    this.counts = array.tensor().shape().dims();
    this.starts = new long[counts.length];
    this.steps = new long[counts.length];
    Arrays.fill(steps, 1);
  }

  /**
   * Reads an index. Index arrays and masks are read, and checked, by {@link #read} and {@link #write}, before they do
   * anything.
   *
   * @throws ShapeException when it has too many axes, or a mask does not fit
   * @throws InvalidInputException when a number is out of range
   */
  static RowSelection of(OrthantNDArray array, NDIndex index) {
    RowSelection s = new RowSelection(array, index);
    s.parse();
    return s;
  }

  // ---- reading the index -------------------------------------------------------------------------------------------

  private void parse() {
    int rank = array.getShape().dimension();
    List<NDIndexElement> elements = index.getIndices();
    int open = rank - elements.stream().mapToInt(RowSelection::axes).sum();
    if (open < 0) {
      throw new ShapeException("index: " + (rank - open) + " axes for an array of " + array.getShape());
    }
    for (int i = 0; i < elements.size(); i++) {
      if (i == index.getEllipsisIndex()) {
        whole(open);
      }
      parse(elements.get(i));
    }
    whole(rank - next);
  }

  /** How many of the array's axes an element is for. */
  private static int axes(NDIndexElement element) {
    return switch (element) {
      case NDIndexNull _ -> 0;
      case NDIndexBooleans b -> b.getIndex().getShape().dimension();
      default -> 1;
    };
  }

  private void whole(int axes) {
    for (int i = 0; i < axes; i++) {
      kept(counts[next], next);
      next++;
    }
  }

  private void kept(long extent, int source) {
    dims.add(extent);
    sources.add(source);
  }

  private void parse(NDIndexElement element) {
    switch (element) {
      case NDIndexNull _ -> kept(1, -1);
      case NDIndexAll _ -> whole(1);
      case NDIndexFixed f -> fix(f.getIndex());
      case NDIndexSlice s -> slice(s);
      case NDIndexBooleans b -> mask(b.getIndex());
      case NDIndexTake t -> take(t.getIndex());
      default -> throw new InvalidInputException("index: " + element.getClass().getSimpleName() + " is not known");
    }
  }

  private void fix(long at) {
    long extent = counts[next];
    if (at < -extent || at >= extent) {
      throw new InvalidInputException(
          "index: " + at + " is not from " + -extent + " to " + (extent - 1) + ", axis " + next
              + " of an array of " + array.getShape());
    }
    starts[next] = at < 0 ? at + extent : at;
    counts[next++] = 1;
  }

  /** Ends beyond the array are cut off. PyTorch refuses negative steps; here they run backwards, as in NumPy. */
  private void slice(NDIndexSlice s) {
    long extent = counts[next];
    long step = Objects.requireNonNullElse(s.getStep(), 1L);
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? extent : extent - 1;
    long from = end(s.getMin(), step > 0 ? lowest : highest, extent, lowest, highest);
    long to = end(s.getMax(), step > 0 ? highest : lowest, extent, lowest, highest);
    long count = Math.max(0, Math.ceilDiv(to - from, step));
    starts[next] = count == 0 ? 0 : from;
    counts[next] = count;
    steps[next] = step;
    kept(count, next++);
  }

  private static long end(@Nullable Long given, long without, long extent, long lowest, long highest) {
    return given == null ? without : Math.clamp(given < 0 ? given + extent : given, lowest, highest);
  }

  private void take(NDArray of) {
    if (of.getShape().isScalar()) {
      fix((long) ManagerCore.own(of).tensor().toDoubleArray()[0]);
      return;
    }
    long extent = counts[next];
    picks.add(new Pick(dims.size(), 1, extent,
        () -> Indices.checked("index", Indices.of("index", of, array.tensor().device()), extent, true)));
    whole(1);
  }

  /** A mask picks where it is not 0. Without axes it picks all or nothing, of a new axis. */
  private void mask(NDArray of) {
    ai.djl.ndarray.types.Shape shape = of.getShape();
    int axes = shape.dimension();
    int from = dims.size();
    long extent = 1;
    for (int d = 0; d < axes; d++) {
      if (shape.get(d) != counts[next]) {
        throw new ShapeException("index: a mask of " + shape + " does not fit axes " + (next - d) + " to "
            + (next - d + axes - 1) + " of an array of " + array.getShape());
      }
      extent *= counts[next];
      whole(1);
    }
    if (axes == 0) {
      kept(1, -1);
    }
    picks.add(new Pick(from, Math.max(1, axes), extent, () -> positions(of, array.tensor())));
  }

  /** Where a mask is not 0, as one index, on {@code as}'s device. */
  static Tensor positions(NDArray mask, Tensor as) {
    double[] held = ManagerCore.own(mask).tensor().toDoubleArray();
    long[] at = IntStream.range(0, held.length).filter(i -> held[i] != 0).asLongStream().toArray();
    return Indices.of(as.device(), Shape.of(at.length), at);
  }

  // ---- taking ------------------------------------------------------------------------------------------------------

  /** Whether nothing is picked by index arrays. */
  boolean isView() {
    return picks.isEmpty();
  }

  /** The view, before anything is picked. */
  Lens lens() {
    return ViewMapping.chain(ViewMapping.slice(starts, counts, steps), ViewMapping.reshape(viewed()));
  }

  /** The view's strides. */
  long[] strides() {
    return steps(array.strides());
  }

  private long[] steps(long... own) {
    return sources.stream().mapToLong(d -> d < 0 ? 1 : own[d] * steps[d]).toArray();
  }

  private long[] viewed() {
    return array.stored(dims.stream().mapToLong(Long::longValue).toArray());
  }

  /** The view's picked axes as one, at {@link #place}. */
  private Lens flat() {
    Lens together =
        ViewMapping.reshape(LongStream.concat(LongStream.concat(Arrays.stream(before()), LongStream.of(extent())),
            Arrays.stream(after())).toArray());
    return ViewMapping.chain(lens(),
        adjacent() ? together : ViewMapping.chain(ViewMapping.transpose(front()), together));
  }

  private boolean adjacent() {
    for (int j = 1; j < picks.size(); j++) {
      if (picks.get(j - 1).axis + picks.get(j - 1).axes != picks.get(j).axis) {
        return false;
      }
    }
    return true;
  }

  private int[] picked() {
    return picks.stream().flatMapToInt(p -> IntStream.range(p.axis, p.axis + p.axes)).toArray();
  }

  private int[] front() {
    return Axes.order(viewed().length, false, picked());
  }

  private int place() {
    return adjacent() ? picks.getFirst().axis : 0;
  }

  private long extent() {
    return picks.stream().mapToLong(Pick::extent).reduce(1, (a, b) -> a * b);
  }

  private long[] before() {
    return Arrays.copyOf(viewed(), place());
  }

  private long[] after() {
    long[] all = viewed();
    int[] out = picked();
    return IntStream.range(place(), all.length).filter(d -> Arrays.stream(out).noneMatch(p -> p == d))
        .mapToLong(d -> all[d]).toArray();
  }

  private Tensor linear() {
    return Indices.linear(picks.stream().map(p -> p.index.get()).toList(),
        picks.stream().mapToLong(Pick::extent).toArray());
  }

  /** What is selected, of the tensor of an array like this one. */
  Tensor read(Tensor t) {
    return flat().read().apply(t).gather(place(), linear());
  }

  /**
   * {@code t} with {@code value}, which broadcasts, where this selects. Of several values for one element the last
   * stays.
   */
  Tensor write(Tensor t, Tensor value) {
    if (isView()) {
      return lens().write().apply(t, fitted("set", value, Shape.of(viewed())));
    }
    Tensor at = linear();
    int place = place();
    long many = at.shape().elements();
    Shape selected = Shape.of(before()).append(at.shape().dims()).append(after());
    Tensor values = fitted("set", value, selected)
        .reshape(Shape.of(before()).append(many).append(after()).dims());
    long[] last = new long[Math.toIntExact(extent())];
    Arrays.fill(last, -1);
    long[] where = Indices.read(at);
    for (int k = 0; k < where.length; k++) {
      last[Math.toIntExact(where[k])] = k;
    }
    Lens flat = flat();
    return flat.write().apply(t, ViewMapping.merged(flat.read().apply(t), values, place, extent(), i -> last[(int) i]));
  }

  /** {@code value} broadcast to {@code to}; axes of extent 1 at its front may be too many. */
  static Tensor fitted(String method, Tensor value, Shape to) {
    long[] dims = value.shape().dims();
    int drop = 0;
    while (dims.length - drop > to.rank() && dims[drop] == 1) {
      drop++;
    }
    Shape shape = value.shape().slice(drop, dims.length);
    if (!shape.broadcastsTo(to)) {
      throw new ShapeException(method + ": a value of " + value.spec() + " does not broadcast to " + to);
    }
    return ViewMapping.repeated(drop == 0 ? value : value.reshape(shape.dims()), to);
  }
}
