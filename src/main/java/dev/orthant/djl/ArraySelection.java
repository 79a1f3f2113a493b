package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.Sequences;
import dev.orthant.djl.types.Types;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The part of {@link OrthantNDArray}: elements by index and by mask. */
sealed interface ArraySelection extends NDArray permits OrthantNDArray {
  Expr X = Expr.input(0);

  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  // ---- by index ----------------------------------------------------------------------------------------------------

  /** y[…, j, …] = x[…, index[…, j, …], …]; along other axes the index may be shorter than this. */
  @Override
  default NDArray gather(NDArray index, int axis) {
    int a = self().axis("gather", axis);
    return self().like(() -> gathered("gather", self(), Indices.of("gather", index, self().tensor().device()), a));
  }

  static Tensor gathered(String method, ArrayCore array, Tensor index, int axis) {
    Tensor x = atLeastOne(array.tensor(), array);
    Tensor at = index.shape().rank() == 0 ? index.reshape(1) : index;
    Shape shape = array.getShape().isScalar() ? Shape.of(1) : Types.of(array.getShape());
    requireWithin(method, at, shape, axis, index);
    Tensor checked = Indices.checked(method, at, shape.dim(axis), false);
    long[] counts = array.isComplex() ? at.shape().append(2).dims() : at.shape().dims();
    counts[axis] = shape.dim(axis);
    long[] ones = new long[counts.length];
    Arrays.fill(ones, 1);
    Tensor part = Arrays.equals(counts, x.shape().dims()) ? x : x.slice(new long[counts.length], counts, ones);
    Tensor wide = array.isComplex()
        ? ViewMapping.repeated(checked.expandDims(-1), at.shape().append(2)) : checked;
    Tensor result = part.gatherElements(axis, wide);
    return index.shape().rank() == 0 ? result.reshape(array.isComplex() ? new long[] {2} : new long[0]) : result;
  }

  private static Tensor atLeastOne(Tensor t, ArrayCore array) {
    return array.getShape().isScalar() ? t.expandDims(0) : t;
  }

  private static void requireWithin(String method, Tensor at, Shape shape, int axis, Tensor given) {
    boolean fits = at.shape().rank() == shape.rank();
    for (int d = 0; fits && d < shape.rank(); d++) {
      fits = d == axis || at.shape().dim(d) <= shape.dim(d);
    }
    if (!fits) {
      throw new ShapeException(method + ": indices " + given.spec() + " do not lie within an array of " + shape
          + " but along axis " + axis);
    }
  }

  /** index (d, …) holds d coordinates: y[…] = x[index[0, …], …, index[d − 1, …]]. */
  @Override
  default NDArray gatherNd(NDArray index) {
    if (index.getShape().isScalar() || index.getShape().get(0) > self().rank() || index.getShape().get(0) < 1) {
      throw new ShapeException("gatherNd: takes indices (d, …), d from 1 to the axes of an array of " + getShape()
          + ", got " + index.getShape());
    }
    int depth = (int) index.getShape().get(0);
    return self().like(() -> {
      Tensor x = self().tensor();
      Tensor all = Indices.of("gatherNd", index, x.device());
      long[] dims = x.shape().dims();
      List<Tensor> each = java.util.stream.IntStream.range(0, depth)
          .mapToObj(j -> Indices.checked("gatherNd", all.select(0, j), dims[j], false)).toList();
      Tensor flat =
          x.reshape(Shape.of(Axes.product(dims, 0, depth)).append(Arrays.copyOfRange(dims, depth, dims.length)).dims());
      return flat.gather(0, Indices.linear(each, Arrays.copyOf(dims, depth)));
    });
  }

  /** Elements by their place among all: the result has the index's shape. Negative indices count from the end. */
  @Override
  default NDArray take(NDManager manager, NDArray index) {
    return ((OrthantNDManager) manager).like(self(), () -> {
      Tensor at = Indices.of("take", index, self().tensor().device());
      Tensor checked = Indices.checked("take", at, getShape().size(), true);
      return at.shape().rank() > 0 ? flat().gather(0, checked)
          : flat().gather(0, checked.reshape(1)).reshape(self().stored());
    });
  }

  /** All elements along one axis. */
  private Tensor flat() {
    return self().tensor().reshape(self().stored(getShape().size()));
  }

  /**
   * A copy with {@code value}'s elements where the index says, by place among all elements; of several for one place
   * the last stays.
   */
  @Override
  default NDArray put(NDArray index, NDArray value) {
    requireSame("put", value);
    if (index.getShape().size() != value.getShape().size()) {
      throw new ShapeException(
          "put: takes as many values as indices, got " + value.getShape() + " and " + index.getShape());
    }
    return self().like(() -> {
      long n = getShape().size();
      Tensor at = Indices.checked("put", Indices.of("put", index, self().tensor().device()), n, true);
      long[] last = last(Indices.read(at), n);
      Tensor values = ManagerCore.own(value).tensor().reshape(self().stored(value.getShape().size()));
      return ViewMapping.merged(flat(), values, 0, n, i -> last[(int) i]).reshape(self().tensor().shape().dims());
    });
  }

  private static long[] last(long[] places, long n) {
    long[] last = new long[Math.toIntExact(n)];
    Arrays.fill(last, -1);
    for (int k = 0; k < places.length; k++) {
      last[Math.toIntExact(places[k])] = k;
    }
    return last;
  }

  private void requireSame(String method, NDArray value) {
    if (value.getDataType() != getDataType()) {
      throw new DTypeException(method + ": takes values of the array's type " + getDataType() + ", got "
          + value.getDataType());
    }
  }

  /** A copy with y[…, index[…, j, …], …] = value[…, j, …]; of several for one place the last stays. */
  @Override
  default NDArray scatter(NDArray index, NDArray value, int axis) {
    requireSame("scatter", value);
    int a = self().axis("scatter", axis);
    return self().like(() -> scattered("scatter", self(), Indices.of("scatter", index, self().tensor().device()),
        ManagerCore.own(value).tensor(), a));
  }

  /** {@code values} is stored as {@code array}'s elements are, at least as large as the index along each axis. */
  static Tensor scattered(String method, ArrayCore array, Tensor index, Tensor values, int axis) {
    Tensor at = index.shape().rank() == 0 ? index.reshape(1) : index;
    Shape shape = array.getShape().isScalar() ? Shape.of(1) : Types.of(array.getShape());
    int rank = at.shape().rank();
    Shape source = array.isComplex() ? values.shape().slice(0, values.shape().rank() - 1) : values.shape();
    Shape from = source.rank() == 0 ? Shape.of(1) : source;
    if (at.shape().elements() == 0) {
      return array.tensor();
    }
    requireWithin(method, at, shape, axis, index);
    boolean enough = from.rank() == rank;
    for (int d = 0; enough && d < rank; d++) {
      enough = from.dim(d) >= at.shape().dim(d);
    }
    if (!enough) {
      throw new ShapeException(
          method + ": takes a value for each of the indices " + index.spec() + ", got " + values.spec());
    }
    long[] picked = Indices.read(Indices.checked(method, at, shape.dim(axis), false));
    long[] last = new long[Math.toIntExact(shape.elements())];
    Arrays.fill(last, -1);
    long[] place = new long[rank];
    for (int k = 0; k < picked.length; k++) {
      coordinates(at.shape(), k, place);
      long s = offset(from, place);
      place[axis] = picked[k];
      last[Math.toIntExact(offset(shape, place))] = s;
    }
    Tensor x = array.tensor();
    Tensor flat = x.reshape(array.stored(shape.elements()));
    return ViewMapping
        .merged(flat, values.reshape(array.stored(from.elements())), 0, shape.elements(), i -> last[(int) i])
        .reshape(x.shape().dims());
  }

  private static void coordinates(Shape shape, long element, long[] into) {
    long rest = element;
    for (int d = into.length - 1; d >= 0; d--) {
      into[d] = rest % shape.dim(d);
      rest /= shape.dim(d);
    }
  }

  private static long offset(Shape shape, long[] place) {
    long offset = 0;
    for (int d = 0; d < place.length; d++) {
      offset = offset * shape.dim(d) + place[d];
    }
    return offset;
  }

  // ---- by mask -----------------------------------------------------------------------------------------------------

  /**
   * What a mask for the axes from {@code axis} on lets through: these axes become one. A mask of the whole shape gives
   * a vector.
   */
  @Override
  default NDArray booleanMask(NDArray index, int axis) {
    long[] dims = getShape().getShape();
    long[] mask = index.getShape().getShape();
    int a = Arrays.equals(dims, mask) ? 0 : self().axis("booleanMask", axis);
    int end = a + mask.length;
    if (end > dims.length || !Arrays.equals(dims, a, end, mask, 0, mask.length)) {
      throw new ShapeException("booleanMask: a mask of " + index.getShape() + " does not fit an array of " + getShape()
          + " from axis " + axis + " on");
    }
    return self().like(() -> {
      long[] all = self().stored(dims);
      Tensor one = self().tensor().reshape(Shape.of(Arrays.copyOf(all, a)).append(Axes.product(all, a, end))
          .append(Arrays.copyOfRange(all, end, all.length)).dims());
      return one.gather(a, RowSelection.positions(index, self().tensor()));
    });
  }

  @Override
  default NDArray sequenceMask(NDArray sequenceLength) {
    return sequenceMask(sequenceLength, 0);
  }

  /** Of an array (batch, time, …): y[b, t, …] = x[b, t, …] where t &lt; sequenceLength[b], else the value. */
  @Override
  default NDArray sequenceMask(NDArray sequenceLength, float value) {
    if (self().rank() < 2 || !sequenceLength.getShape().equals(getShape().slice(0, 1)) || self().isComplex()) {
      throw new ShapeException(
          "sequenceMask: takes an array (batch, time, …) and lengths (batch), got " + getShape() + ' '
              + getDataType() + " and " + sequenceLength.getShape());
    }
    return self().compute(() -> {
      Tensor x = self().tensor();
      long[] row = new long[x.shape().rank()];
      Arrays.fill(row, 1);
      row[0] = x.shape().dim(0);
      Tensor lengths = Indices.of("sequenceMask", sequenceLength, x.device()).reshape(row);
      row[0] = 1;
      row[1] = x.shape().dim(1);
      Tensor time = Sequences.count(x.device(), DType.I64, row[1]).reshape(row);
      return x.apply("sequenceMask", x.dtype(), Expr.where(Expr.input(2).lt(Expr.input(1)), X, Expr.scalar(0)),
          List.of(lengths, time), value);
    });
  }

  /**
   * y[…, j] = onValue where j is the element, else offValue; for an element that is not from 0 to depth − 1 all are
   * offValue, as in MXNet.
   */
  @Override
  default NDArray oneHot(int depth, float onValue, float offValue, DataType dataType) {
    if (depth < 0) {
      throw new InvalidInputException("oneHot: the depth must be 0 or more, got " + depth);
    }
    return self().compute(() -> {
      Tensor classes = self().tensor().dtype() == DType.BOOL ? self().tensor().cast(DType.I32)
          : Indices.of("oneHot", this, self().tensor().device());
      Tensor index = classes.expandDims(-1);
      return index.apply("oneHot", Types.of(dataType),
          Expr.where(X.eq(Expr.input(1)), Expr.scalar(0), Expr.scalar(1)),
          List.of(Sequences.count(index.device(), index.dtype(), depth)), onValue, offValue);
    });
  }
}
