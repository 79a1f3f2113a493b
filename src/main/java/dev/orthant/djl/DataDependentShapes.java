package dev.orthant.djl;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Sorted;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Results whose shape depends on what the elements are: these are read by the host. */
final class DataDependentShapes {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

  private DataDependentShapes() {}

  /** The elements of a tensor on the host. */
  private record Elements(DType type, MemorySegment memory) {
    static Elements of(Tensor t) {
      MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, t.spec().bytes())).asSlice(0, t.spec().bytes());
      t.read(memory);
      return new Elements(t.dtype(), memory);
    }

    /** NaN is larger than all else, −0 is 0. */
    int compare(long i, long j) {
      return type == DType.I64 ? Long.compare(whole(i), whole(j))
          : Double.compare(type.get(memory, i) + 0.0, type.get(memory, j) + 0.0);
    }

    /** No NaN is the same as another. */
    boolean same(long i, long j) {
      return type == DType.I64 ? whole(i) == whole(j) : type.get(memory, i) == type.get(memory, j);
    }

    private long whole(long i) {
      return memory.getAtIndex(LONG, i);
    }
  }

  /**
   * The distinct elements in ascending order, for each element which of those it is, and how often each occurs. Each
   * NaN is distinct.
   *
   * @param inverse whether the second is wanted, else it is empty
   * @param counts the same of the third
   */
  static List<Tensor> elements(Tensor t, boolean inverse, boolean counts) {
    Sorted sorted = t.reshape(t.shape().elements()).sort(0, false);
    Elements values = Elements.of(sorted.values());
    Elements from = Elements.of(sorted.indices());
    int n = Math.toIntExact(t.shape().elements());
    Groups groups = Groups.of(n, (i, j) -> values.same(i, j), i -> (int) from.whole(i));
    Tensor empty = Indices.of(t.device(), Shape.of(0), new long[0]);
    return List.of(sorted.values().gather(0, Indices.of(t.device(), Shape.of(groups.count), groups.starts())),
        inverse ? Indices.of(t.device(), t.shape(), groups.inverse) : empty,
        counts ? Indices.of(t.device(), Shape.of(groups.count), groups.counts()) : empty);
  }

  /** As {@link #elements}, of the slices along an axis, ordered by their first elements that differ. */
  static List<Tensor> slices(Tensor t, int axis) {
    Shape shape = t.shape();
    int n = Math.toIntExact(shape.dim(axis));
    if (n > 0 && shape.elements() == 0) {
      throw new ShapeException(
          "unique: the slices of " + t.spec() + " along axis " + axis + " have no elements (on " + t.device().name()
              + ")");
    }
    int[] axisFirst = IntStream.concat(IntStream.of(axis), IntStream.range(0, shape.rank()).filter(d -> d != axis))
        .toArray();
    Elements all = Elements.of(t.transpose(axisFirst));
    long length = n == 0 ? 0 : shape.elements() / n;
    Comparator<Integer> order = (i, j) -> {
      int c = 0;
      for (long k = 0; k < length && c == 0; k++) {
        c = all.compare(i * length + k, j * length + k);
      }
      return c;
    };
    int[] from = IntStream.range(0, n).boxed().sorted(order).mapToInt(Integer::intValue).toArray();
    Groups groups = Groups.of(n, (i, j) -> LongStream.range(0, length)
        .allMatch(k -> all.same(from[i] * length + k, from[j] * length + k)), i -> from[i]);
    long[] firsts = Arrays.stream(groups.starts()).map(i -> from[(int) i]).toArray();
    return List.of(t.gather(axis, Indices.of(t.device(), Shape.of(groups.count), firsts)),
        Indices.of(t.device(), Shape.of(n), groups.inverse),
        Indices.of(t.device(), Shape.of(groups.count), groups.counts()));
  }

  /** Where the elements are that are not 0: their coordinates in rows. A scalar is taken as an array of one. */
  static Tensor nonzero(Tensor t) {
    Elements mask = Elements.of(t.dtype() == DType.BOOL ? t : t.cast(DType.BOOL));
    long[] dims = t.shape().rank() == 0 ? new long[] {1} : t.shape().dims();
    long[] found = LongStream.range(0, t.shape().elements()).filter(i -> mask.memory.get(ValueLayout.JAVA_BYTE, i) != 0)
        .toArray();
    long[] coordinates = new long[Math.multiplyExact(found.length, dims.length)];
    for (int i = 0; i < found.length; i++) {
      long left = found[i];
      for (int d = dims.length - 1; d >= 0; d--) {
        coordinates[i * dims.length + d] = left % dims[d];
        left /= dims[d];
      }
    }
    return Indices.of(t.device(), Shape.of(found.length, dims.length), coordinates);
  }

  /** Equal neighbours in an order. */
  private static final class Groups {
    final long[] group;
    final long[] inverse;
    long count;

    private Groups(int n) {
      group = new long[n];
      inverse = new long[n];
    }

    interface Same {
      boolean test(int i, int j);
    }

    /**
     * @param same whether places i and j of the order hold the same
     * @param from where what is at a place was before
     */
    static Groups of(int n, Same same, java.util.function.IntUnaryOperator from) {
      Groups groups = new Groups(n);
      for (int i = 0; i < n; i++) {
        if (i == 0 || !same.test(i, i - 1)) {
          groups.count++;
        }
        groups.group[i] = groups.count - 1;
        groups.inverse[from.applyAsInt(i)] = groups.count - 1;
      }
      return groups;
    }

    /** The first place of each group. */
    long[] starts() {
      return IntStream.range(0, group.length).filter(i -> i == 0 || group[i] != group[i - 1]).asLongStream().toArray();
    }

    long[] counts() {
      long[] counts = new long[Math.toIntExact(count)];
      for (long g : group) {
        counts[(int) g]++;
      }
      return counts;
    }
  }
}
