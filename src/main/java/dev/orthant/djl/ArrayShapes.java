package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.Strides;
import dev.orthant.djl.types.Types;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDArray}: the same elements in another shape or order. What PyTorch gives as a view is one
 * here: reshape, transpose, squeeze, expandDims, flatten, split, diagonal.
 */
abstract class ArrayShapes extends ArraySorting {
  ArrayShapes(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  /** Of a view whose elements PyTorch would not store one behind the other. */
  private long @Nullable [] strides;

  final long[] strides() {
    return strides == null ? Strides.contiguous(getShape().getShape()) : strides.clone();
  }

  /** A view, and how PyTorch would store it. */
  final OrthantNDArray view(NDManager into, Lens lens, long... strides) {
    OrthantNDArray result = view(into, lens);
    ((ArrayShapes) result).strides = strides;
    return result;
  }

  /** A view in another shape, or a copy where PyTorch makes one. */
  private OrthantNDArray reshaped(long... dims) {
    long[] next = strides == null ? Strides.contiguous(dims) : Strides.reshaped(getShape().getShape(), strides, dims);
    Lens lens = ViewMapping.reshape(stored(dims));
    return next == null ? like(() -> lens.read().apply(tensor())) : view(getManager(), lens, next);
  }

  /** A new array, complex if this is. */
  final OrthantNDArray like(Supplier<Tensor> work) {
    return isComplex() ? computeComplex(work) : compute(work);
  }

  /** The extents of the tensor that holds an array of these: complex numbers take two elements. */
  final long[] stored(long... dims) {
    return Types.stored(new Shape(dims), getDataType()).dims();
  }

  /** An order of the axes of the tensor. */
  private int[] storedOrder(int... order) {
    return isComplex() ? IntStream.range(0, order.length + 1).map(d -> d < order.length ? order[d] : d).toArray()
        : order;
  }

  final int axis(String method, long axis) {
    return Axes.of(method, getShape(), axis);
  }

  final int rank() {
    return getShape().dimension();
  }

  // ---- another shape -----------------------------------------------------------------------------------------------

  /** One extent may be −1: what is left over. */
  @Override
  public NDArray reshape(Shape shape) {
    return reshaped(completed("reshape", shape));
  }

  private long[] completed(String method, Shape shape) {
    long[] dims = shape.getShape().clone();
    long size = getShape().size();
    int open = -1;
    long known = 1;
    for (int d = 0; d < dims.length; d++) {
      if (dims[d] == -1 && open < 0) {
        open = d;
      } else if (dims[d] < 0) {
        throw new ShapeException(
            method + ": " + shape + " has a negative extent; one may be -1, to be what is left over");
      } else {
        known *= dims[d];
      }
    }
    if (open >= 0 && known > 0) {
      dims[open] = size / known;
      known *= dims[open];
    }
    if (known != size || (open >= 0 && dims[open] < 0)) {
      throw new ShapeException(
          method + ": an array of " + getShape() + ", " + size + " elements, does not take the shape " + shape);
    }
    return dims;
  }

  @Override
  public NDArray flatten() {
    return flatten(0, -1);
  }

  /** The axes {@code startDim} to {@code endDim}, both included, as one; a scalar becomes an array of one element. */
  @Override
  public NDArray flatten(int startDim, int endDim) {
    Shape shape = getShape();
    int from = axis("flatten", startDim);
    int to = axis("flatten", endDim);
    if (from > to) {
      throw new ShapeException(
          "flatten: axis " + startDim + " is behind axis " + endDim + ", for an array of " + shape);
    }
    if (shape.isScalar()) {
      return reshaped(1);
    }
    long[] dims = shape.getShape();
    LongStream flat = LongStream.of(Axes.product(dims, from, to + 1));
    return reshaped(LongStream.concat(Arrays.stream(dims, 0, from),
        LongStream.concat(flat, Arrays.stream(dims, to + 1, dims.length))).toArray());
  }

  @Override
  public NDArray expandDims(int axis) {
    Shape shape = getShape();
    int at = Axes.within("expandDims", shape, axis, shape.dimension() + 1);
    List<Long> dims = new ArrayList<>(Arrays.stream(shape.getShape()).boxed().toList());
    dims.add(at, 1L);
    return reshaped(dims.stream().mapToLong(Long::longValue).toArray());
  }

  /** As PyTorch's: an axis of another extent than 1 stays. */
  @Override
  public NDArray squeeze(int axis) {
    int a = axis("squeeze", axis);
    return rank() == 0 || getShape().get(a) != 1 ? without() : without(a);
  }

  @Override
  public NDArray squeeze(int[] axes) {
    Shape shape = getShape();
    int[] out = Axes.of("squeeze", shape, axes);
    if (shape.isScalar()) {
      return without();
    }
    for (int a : out) {
      if (shape.get(a) != 1) {
        throw new ShapeException("squeeze: axes " + Arrays.toString(axes) + " of an array of " + shape
            + " do not all have extent 1");
      }
    }
    return without(out);
  }

  private NDArray without(int... axes) {
    long[] dims = getShape().getShape();
    return reshaped(IntStream.range(0, dims.length).filter(d -> Arrays.stream(axes).noneMatch(a -> a == d))
        .mapToLong(d -> dims[d]).toArray());
  }

  // ---- another order -----------------------------------------------------------------------------------------------

  @Override
  public NDArray transpose() {
    int rank = rank();
    return permuted(IntStream.range(0, rank).map(d -> rank - 1 - d).toArray());
  }

  @Override
  public NDArray transpose(int... axes) {
    int rank = rank();
    if (axes.length != rank) {
      throw new ShapeException(
          "transpose: takes each of the " + rank + " axes of an array of " + getShape() + " once, got "
              + Arrays.toString(axes));
    }
    return permuted(Axes.of("transpose", getShape(), axes));
  }

  @Override
  public NDArray swapAxes(int axis1, int axis2) {
    int a = axis("swapAxes", axis1);
    int b = axis("swapAxes", axis2);
    return permuted(IntStream.range(0, rank()).map(d -> d == a ? b : d == b ? a : d).toArray());
  }

  private OrthantNDArray permuted(int... order) {
    long[] own = strides();
    return view(getManager(), ViewMapping.transpose(storedOrder(order)),
        Arrays.stream(order).mapToLong(d -> own[d]).toArray());
  }

  @Override
  public NDArray flip(int... axes) {
    int[] over = Axes.of("flip", getShape(), axes);
    return like(() -> over.length == 0 || rank() == 0 ? tensor() : tensor().flip(over));
  }

  /** Turned by {@code times} quarters, from the first axis towards the second. */
  @Override
  public NDArray rotate90(int times, int[] axes) {
    if (axes.length != 2) {
      throw new InvalidInputException("rotate90: takes 2 axes, got " + Arrays.toString(axes));
    }
    if (rank() < 2) {
      throw new ShapeException("rotate90: takes an array of 2 axes or more, got " + getShape());
    }
    int[] over = Axes.of("rotate90", getShape(), axes);
    int[] swap =
        storedOrder(IntStream.range(0, rank()).map(d -> d == over[0] ? over[1] : d == over[1] ? over[0] : d).toArray());
    return like(() -> switch (Math.floorMod(times, 4)) {
      case 1 -> tensor().flip(over[1]).transpose(swap);
      case 2 -> tensor().flip(over);
      case 3 -> tensor().flip(over[0]).transpose(swap);
      default -> tensor();
    });
  }

  // ---- parts -------------------------------------------------------------------------------------------------------

  /** Parts of ⌊extent / sections⌋ along an axis, as PyTorch's engine: what is left over makes more. */
  @Override
  public NDList split(long sections, int axis) {
    int a = axis("split", axis);
    if (rank() == 0 || sections < 1 || sections > getShape().get(a)) {
      throw new InvalidInputException(
          "split: an array of " + getShape() + " cannot be split into " + sections + " parts along axis " + axis);
    }
    long extent = getShape().get(a);
    long size = extent / sections;
    return parts(a,
        LongStream.range(0, Math.ceilDiv(extent, size)).map(i -> Math.min(size, extent - i * size)).toArray());
  }

  /** Parts that end before each of the indices, and what is left. */
  @Override
  public NDList split(long[] indices, int axis) {
    if (indices.length == 0) {
      return new NDList(this);
    }
    int a = axis("split", axis);
    if (rank() == 0) {
      throw new ShapeException("split: takes an array of 1 axis or more, got a scalar");
    }
    long extent = getShape().get(a);
    long[] sizes = new long[indices.length + 1];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (i < indices.length ? indices[i] : extent) - (i == 0 ? 0 : indices[i - 1]);
      if (sizes[i] < 0) {
        throw new InvalidInputException("split: indices " + Arrays.toString(indices)
            + " must go up, from 0 to the extent of axis " + axis + " of an array of " + getShape());
      }
    }
    return parts(a, sizes);
  }

  private NDList parts(int axis, long... sizes) {
    NDList result = new NDList();
    List<Tensor> made = ManagerCore.ownedAll(() -> tensor().split(axis, sizes));
    long start = 0;
    for (int i = 0; i < sizes.length; i++) {
      OrthantNDArray part = view(ViewMapping.slice(tensor().shape(), axis, start, sizes[i], 1), made.get(i));
      ((ArrayShapes) part).strides = strides();
      result.add(part);
      start += sizes[i];
    }
    return result;
  }

  @Override
  public NDArray diagonal() {
    return diagonal(0);
  }

  @Override
  public NDArray diagonal(int offset) {
    return diagonal(offset, 0, 1);
  }

  /** The elements (i, i + offset) of the two axes, along a last one. */
  @Override
  public NDArray diagonal(int offset, int axis1, int axis2) {
    if (rank() < 2) {
      throw new ShapeException("diagonal: takes an array of 2 axes or more, got " + getShape());
    }
    int[] pair = Axes.of("diagonal", getShape(), axis1, axis2);
    long rows = getShape().get(pair[0]);
    long columns = getShape().get(pair[1]);
    long count = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
    long start = count == 0 ? 0 : offset >= 0 ? offset : -(long) offset * columns;
    int[] order = Axes.order(rank(), true, pair);
    long[] dims = getShape().getShape();
    long[] flat = LongStream.concat(Arrays.stream(order, 0, rank() - 2).mapToLong(d -> dims[d]),
        LongStream.of(rows * columns)).toArray();
    long[] own = strides();
    return view(getManager(),
        ViewMapping.chain(ViewMapping.transpose(storedOrder(order)),
            ViewMapping.chain(ViewMapping.reshape(stored(flat)),
                ViewMapping.slice(dev.orthant.core.Shape.of(stored(flat)), flat.length - 1, start, count,
                    columns + 1))),
        LongStream.concat(Arrays.stream(order, 0, rank() - 2).mapToLong(d -> own[d]),
            LongStream.of(own[pair[0]] + own[pair[1]])).toArray());
  }

  /** Pairs of extents more before and behind, the last axis first; negative ones cut off. */
  @Override
  public NDArray pad(Shape padding, double value) {
    long[] by = padding.getShape();
    int rank = rank();
    if (by.length % 2 != 0 || by.length / 2 > rank) {
      throw new ShapeException(
          "pad: takes a pair for each of at most " + rank + " axes, the last one's first, got " + padding
              + " for an array of " + getShape());
    }
    return like(() -> {
      Tensor t = tensor();
      for (int i = 0; i < by.length / 2; i++) {
        if (by[2 * i] != 0 || by[2 * i + 1] != 0) {
          t = t.pad(rank - 1 - i, by[2 * i], by[2 * i + 1], value);
        }
      }
      return t;
    });
  }

  // ---- neighbours --------------------------------------------------------------------------------------------------

  /** The n-th differences of neighbours along an axis; of truth values, whether they differ. */
  @Override
  public NDArray diff(int n, int dim) {
    if (n < 0 || rank() == 0) {
      throw new InvalidInputException(
          "diff: takes an order of 0 or more and an array of 1 axis or more, got " + n + " and " + getShape());
    }
    int a = axis("diff", dim);
    return like(() -> {
      Tensor t = tensor();
      DType type = t.dtype();
      for (int i = 0; i < n; i++) {
        long count = Math.max(0, t.shape().dim(a) - 1);
        long from = Math.min(1, t.shape().dim(a));
        Tensor later = t.slice(a, from, from + count);
        Tensor earlier = t.slice(a, 0, count);
        t = type == DType.BOOL ? later.ne(earlier)
            : later.apply("diff", type, dev.orthant.expr.Expr.input(0).minus(dev.orthant.expr.Expr.input(1)),
                List.of(earlier));
      }
      return t;
    });
  }
}
