package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.index.dim.NDIndexBooleans;
import ai.djl.ndarray.index.dim.NDIndexPick;
import ai.djl.ndarray.index.full.NDIndexFullPick;
import ai.djl.ndarray.index.full.NDIndexFullSlice;
import ai.djl.ndarray.index.full.NDIndexFullTake;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Types;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;

/**
 * Indexing, as PyTorch's: whole numbers, slices, {@code ...} and {@code null} give views; index arrays (several
 * broadcast against each other, mixed with any of the former) and masks, which count as the index arrays of their true
 * elements, give copies. All of them can be assigned to.
 */
final class OrthantIndexer extends NDArrayIndexer {
  private final OrthantNDManager manager;

  OrthantIndexer(OrthantNDManager manager) {
    this.manager = manager;
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  @Override
  public NDArray get(NDArray array, NDIndex index) {
    OrthantNDArray own = ManagerCore.own(array);
    if (index.getIndices().isEmpty() && own.getShape().isScalar()) {
      return manager.like(own, own::tensor);
    }
    if (index.stream().anyMatch(e -> e instanceof NDIndexPick)) {
      return get(own, pick(own, index));
    }
    RowSelection s = RowSelection.of(own, index);
    return s.isView() ? own.view(manager, s.lens(), s.strides()) : manager.like(own, () -> s.read(own.tensor()));
  }

  private static NDIndexFullPick pick(OrthantNDArray array, NDIndex index) {
    return NDIndexFullPick.fromIndex(index, array.getShape()).orElseThrow(() -> new InvalidInputException(
        "get: a pick goes with whole axes only, on an array of " + array.getShape()));
  }

  /**
   * One element of each row: element (i…, j…) of the result is x[i…, index[i…, j…], j…]; axes that the index has not
   * have extent 1.
   */
  @Override
  public NDArray get(NDArray array, NDIndexFullPick pick) {
    OrthantNDArray own = ManagerCore.own(array);
    return manager.like(own, () -> ArraySelection.gathered("pick", own, picked(own, pick), pick.getAxis()));
  }

  private static Tensor picked(OrthantNDArray array, NDIndexFullPick pick) {
    Tensor index = Indices.of("pick", pick.getIndices(), array.tensor().device());
    long[] dims = Arrays.copyOf(index.shape().dims(), array.getShape().dimension());
    if (index.shape().rank() > dims.length) {
      throw new ShapeException(
          "pick: indices " + index.spec() + " have more axes than the array of " + array.getShape());
    }
    Arrays.fill(dims, index.shape().rank(), dims.length, 1);
    return index.reshape(dims);
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullTake take) {
    return get(array, new NDIndex().addAllDim(take.getAxis()).addIndices("{}", take.getIndices()));
  }

  @Override
  public NDArray get(NDArray array, NDIndexFullSlice slice) {
    OrthantNDArray own = ManagerCore.own(array);
    return own.view(manager,
        ViewMapping.chain(lens(own, slice), ViewMapping.reshape(own.stored(slice.getSqueezedShape().getShape()))));
  }

  private static ArrayCore.Lens lens(OrthantNDArray array, NDIndexFullSlice slice) {
    long[] ones = array.isComplex() ? new long[] {1} : new long[0];
    long[] zeros = array.isComplex() ? new long[] {0} : new long[0];
    return ViewMapping.slice(Shape.of(slice.getMin()).append(zeros).dims(), array.stored(slice.getShape().getShape()),
        Shape.of(slice.getStep()).append(ones).dims());
  }

  // ---- writing -----------------------------------------------------------------------------------------------------

  @Override
  public void set(NDArray array, NDIndex index, Object value) {
    OrthantNDArray own = ManagerCore.own(array);
    if (index.stream().anyMatch(e -> e instanceof NDIndexPick)) {
      NDIndexFullPick pick = pick(own, index);
      own.replace(() -> {
        Tensor at = picked(own, pick);
        return ArraySelection.scattered("set", own, at,
            ViewMapping.repeated(value(own, value), stored(own, at.shape())),
            pick.getAxis());
      });
      return;
    }
    RowSelection s = RowSelection.of(own, index);
    own.replace(() -> s.write(own.tensor(), value(own, value)));
  }

  private static Shape stored(OrthantNDArray array, Shape shape) {
    return Shape.of(array.stored(shape.dims()));
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, NDArray value) {
    put(ManagerCore.own(array), slice, value);
  }

  @Override
  public void set(NDArray array, NDIndexFullSlice slice, Number value) {
    put(ManagerCore.own(array), slice, value);
  }

  private static void put(OrthantNDArray array, NDIndexFullSlice slice, Object value) {
    Shape to = Shape.of(array.stored(slice.getShape().getShape()));
    array.replace(
        () -> lens(array, slice).write().apply(array.tensor(), RowSelection.fitted("set", value(array, value), to)));
  }

  @Override
  public void set(NDArray array, NDIndexBooleans mask, NDArray value) {
    set(array, new NDIndex().addBooleanIndex(mask.getIndex()), value);
  }

  /** A number or an array in {@code array}'s type. */
  private static Tensor value(OrthantNDArray array, Object value) {
    Tensor into = array.tensor();
    Tensor given = switch (value) {
      // A double could not tell a large one from its neighbours.
      case Long l -> Indices.of(into.device(), Shape.of(), l).cast(into.dtype());
      case Number n -> Tensor.of(into.device(), into.dtype(), Shape.of(), Types.wrapped(into.dtype(), n.doubleValue()));
      case NDArray a -> onDevice(ManagerCore.own(a).tensor(), into).cast(into.dtype());
      default ->
          throw new InvalidInputException("set: takes a Number or an NDArray, got " + value.getClass().getName());
    };
    boolean complex = value instanceof NDArray a && ManagerCore.own(a).isComplex();
    if (complex && !array.isComplex()) {
      throw new DTypeException("set: an array of " + array.getShape() + ' ' + array.getDataType()
          + " cannot hold complex numbers; take their real()");
    }
    return array.isComplex() && !complex ? Tensor.stack(-1, java.util.List.of(given, given.mul(0))) : given;
  }

  private static Tensor onDevice(Tensor t, Tensor as) {
    return t.device().equals(as.device()) ? t : t.to(as.device());
  }
}
