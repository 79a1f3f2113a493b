package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The part of {@link OrthantNDArray}: the same elements several times. What broadcasts is a view. */
sealed interface ArrayRepeats extends NDArray permits OrthantNDArray {
  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  /** Extents of −1 stay as they are. */
  @Override
  default NDArray broadcast(Shape shape) {
    long[] own = getShape().getShape();
    long[] to = shape.getShape().clone();
    int more = to.length - own.length;
    boolean fits = more >= 0;
    for (int d = 0; fits && d < to.length; d++) {
      if (to[d] == -1 && d >= more) {
        to[d] = own[d - more];
      }
      fits = to[d] >= 0 && (d < more || own[d - more] == 1 || own[d - more] == to[d]);
    }
    if (!fits) {
      throw new ShapeException("broadcast: an array of " + getShape() + " does not broadcast to " + shape);
    }
    long[] steps = self().strides();
    return self().view(getManager(), ViewMapping.broadcast("broadcast", dev.orthant.core.Shape.of(self().stored(to))),
        IntStream.range(0, to.length)
            .mapToLong(d -> d < more || own[d - more] != to[d] ? 0 : steps[d - more]).toArray());
  }

  @Override
  default NDArray tile(long repeats) {
    long[] all = new long[Math.max(1, self().rank())];
    Arrays.fill(all, repeats);
    return getShape().size() == 0 ? duplicate() : tile(all);
  }

  @Override
  default NDArray tile(int axis, long repeats) {
    int a = self().axis("tile", axis);
    long[] all = new long[Math.max(1, self().rank())];
    Arrays.fill(all, 1);
    all[a] = repeats;
    return tile(all);
  }

  /** The array {@code repeats[d]} times along axis d; more counts than axes make axes at the front. */
  @Override
  default NDArray tile(long[] repeats) {
    int more = repeats.length - self().rank();
    if (more < 0 || Arrays.stream(repeats).anyMatch(r -> r < 0)) {
      throw new ShapeException("tile: takes a count of 0 or more for each axis of an array of " + getShape() + ", got "
          + Arrays.toString(repeats));
    }
    long[] dims =
        LongStream.concat(LongStream.range(0, more).map(_ -> 1), Arrays.stream(getShape().getShape())).toArray();
    long[] times = self().isComplex() ? LongStream.concat(Arrays.stream(repeats), LongStream.of(1)).toArray() : repeats;
    return self()
        .like(() -> times.length == 0 ? self().tensor() : self().tensor().reshape(self().stored(dims)).tile(times));
  }

  /** Tiled to a shape whose extents are multiples of this one's; axes that it has not stay. */
  @Override
  default NDArray tile(Shape desiredShape) {
    return tile(repeats("tile", desiredShape));
  }

  @Override
  default NDArray repeat(long repeats) {
    long[] all = new long[Math.max(1, self().rank())];
    Arrays.fill(all, repeats);
    return getShape().size() == 0 ? duplicate() : repeat(all);
  }

  @Override
  default NDArray repeat(int axis, long repeats) {
    int a = self().axis("repeat", axis);
    long[] all = new long[Math.max(1, self().rank())];
    Arrays.fill(all, 1);
    all[a] = repeats;
    return repeat(all);
  }

  /** Each element {@code repeats[d]} times along axis d; axes behind those given stay. */
  @Override
  default NDArray repeat(long[] repeats) {
    long[] dims = self().rank() == 0 && repeats.length == 1 ? new long[] {1} : getShape().getShape();
    if (repeats.length > dims.length || Arrays.stream(repeats).anyMatch(r -> r < 0)) {
      throw new ShapeException(
          "repeat: takes a count of 0 or more for each axis of an array of " + getShape() + ", got "
              + Arrays.toString(repeats));
    }
    List<Long> apart = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    for (int d = 0; d < dims.length; d++) {
      apart.addAll(List.of(dims[d], 1L));
      times.addAll(List.of(1L, d < repeats.length ? repeats[d] : 1));
    }
    long[] result = IntStream.range(0, dims.length).mapToLong(d -> dims[d] * times.get(2 * d + 1)).toArray();
    if (self().isComplex()) {
      times.add(1L);
    }
    long[] wide = self().stored(apart.stream().mapToLong(Long::longValue).toArray());
    return self().like(() -> self().tensor().reshape(wide).tile(times.stream().mapToLong(Long::longValue).toArray())
        .reshape(self().stored(result)));
  }

  /** Repeated to a shape whose extents are multiples of this one's; axes that it has not stay. */
  @Override
  default NDArray repeat(Shape desiredShape) {
    return repeat(repeats("repeat", desiredShape));
  }

  private long[] repeats(String method, Shape desired) {
    long[] own = getShape().getShape();
    int more = own.length - desired.dimension();
    long[] repeats = new long[own.length];
    for (int d = 0; d < own.length; d++) {
      long to = d < more ? own[d] : desired.get(d - Math.max(0, more));
      if (more < 0 || own[d] == 0 || to % own[d] != 0) {
        throw new ShapeException(
            method + ": " + desired + " is not a multiple of the shape " + getShape() + " of this array");
      }
      repeats[d] = to / own[d];
    }
    return repeats;
  }
}
