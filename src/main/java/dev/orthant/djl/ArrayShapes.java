package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.Strides;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The part of {@link OrthantNDArray}: the same elements in another shape or order. What PyTorch gives as a view is one
 * here: reshape, transpose, squeeze, expandDims, flatten, split, diagonal.
 */
sealed interface ArrayShapes extends NDArray permits OrthantNDArray {
  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  /** A view in another shape, or a copy where PyTorch makes one. */
  private OrthantNDArray reshaped(long... dims) {
    long[] next = self().isRowMajor() ? Strides.contiguous(dims)
        : Strides.reshaped(getShape().getShape(), self().strides(), dims);
    ArrayCore.Lens lens = ViewMapping.reshape(self().stored(dims));
    return next == null ? self().like(() -> lens.read().apply(self().tensor())) : self().view(getManager(), lens, next);
  }

  /** An order of the axes of the tensor. */
  private int[] storedOrder(int... order) {
    return self().isComplex() ? IntStream.range(0, order.length + 1).map(d -> d < order.length ? order[d] : d).toArray()
        : order;
  }

  // ---- another shape -----------------------------------------------------------------------------------------------

  /** One extent may be −1: what is left over. */
  @Override
  default NDArray reshape(Shape shape) {
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
  default NDArray flatten() {
    return flatten(0, -1);
  }

  /** The axes {@code startDim} to {@code endDim}, both included, as one; a scalar becomes an array of one element. */
  @Override
  default NDArray flatten(int startDim, int endDim) {
    Shape shape = getShape();
    int from = self().axis("flatten", startDim);
    int to = self().axis("flatten", endDim);
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
  default NDArray expandDims(int axis) {
    Shape shape = getShape();
    int at = Axes.within("expandDims", shape, axis, shape.dimension() + 1);
    List<Long> dims = new ArrayList<>(Arrays.stream(shape.getShape()).boxed().toList());
    dims.add(at, 1L);
    return reshaped(dims.stream().mapToLong(Long::longValue).toArray());
  }

  /** As PyTorch's: an axis of another extent than 1 stays. */
  @Override
  default NDArray squeeze(int axis) {
    int a = self().axis("squeeze", axis);
    return self().rank() == 0 || getShape().get(a) != 1 ? without() : without(a);
  }

  @Override
  default NDArray squeeze(int[] axes) {
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
  default NDArray transpose() {
    int rank = self().rank();
    return permuted(IntStream.range(0, rank).map(d -> rank - 1 - d).toArray());
  }

  @Override
  default NDArray transpose(int... axes) {
    int rank = self().rank();
    if (axes.length != rank) {
      throw new ShapeException(
          "transpose: takes each of the " + rank + " axes of an array of " + getShape() + " once, got "
              + Arrays.toString(axes));
    }
    return permuted(Axes.of("transpose", getShape(), axes));
  }

  @Override
  default NDArray swapAxes(int axis1, int axis2) {
    int a = self().axis("swapAxes", axis1);
    int b = self().axis("swapAxes", axis2);
    return permuted(IntStream.range(0, self().rank()).map(d -> d == a ? b : d == b ? a : d).toArray());
  }

  private OrthantNDArray permuted(int... order) {
    long[] own = self().strides();
    return self().view(getManager(), ViewMapping.transpose(storedOrder(order)),
        Arrays.stream(order).mapToLong(d -> own[d]).toArray());
  }

  @Override
  default NDArray flip(int... axes) {
    int[] over = Axes.of("flip", getShape(), axes);
    return self().like(() -> over.length == 0 || self().rank() == 0 ? self().tensor() : self().tensor().flip(over));
  }

  /** Turned by {@code times} quarters, from the first axis towards the second. */
  @Override
  default NDArray rotate90(int times, int[] axes) {
    if (axes.length != 2) {
      throw new InvalidInputException("rotate90: takes 2 axes, got " + Arrays.toString(axes));
    }
    if (self().rank() < 2) {
      throw new ShapeException("rotate90: takes an array of 2 axes or more, got " + getShape());
    }
    int[] over = Axes.of("rotate90", getShape(), axes);
    int[] swap =
        storedOrder(
            IntStream.range(0, self().rank()).map(d -> d == over[0] ? over[1] : d == over[1] ? over[0] : d).toArray());
    return self().like(() -> switch (Math.floorMod(times, 4)) {
      case 1 -> self().tensor().flip(over[1]).transpose(swap);
      case 2 -> self().tensor().flip(over);
      case 3 -> self().tensor().flip(over[0]).transpose(swap);
      default -> self().tensor();
    });
  }

  // ---- parts -------------------------------------------------------------------------------------------------------

  /** Parts of ⌊extent / sections⌋ along an axis, as PyTorch's engine: what is left over makes more. */
  @Override
  default NDList split(long sections, int axis) {
    int a = self().axis("split", axis);
    if (self().rank() == 0 || sections < 1 || sections > getShape().get(a)) {
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
  default NDList split(long[] indices, int axis) {
    if (indices.length == 0) {
      return new NDList(this);
    }
    int a = self().axis("split", axis);
    if (self().rank() == 0) {
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
    List<Tensor> made = ManagerCore.ownedAll(() -> self().tensor().split(axis, sizes));
    long start = 0;
    for (int i = 0; i < sizes.length; i++) {
      OrthantNDArray part =
          self().view(ViewMapping.slice(self().tensor().shape(), axis, start, sizes[i], 1), made.get(i));
      part.strides(self().strides());
      result.add(part);
      start += sizes[i];
    }
    return result;
  }

  @Override
  default NDArray diagonal() {
    return diagonal(0);
  }

  @Override
  default NDArray diagonal(int offset) {
    return diagonal(offset, 0, 1);
  }

  /** The elements (i, i + offset) of the two axes, along a last one. */
  @Override
  default NDArray diagonal(int offset, int axis1, int axis2) {
    if (self().rank() < 2) {
      throw new ShapeException("diagonal: takes an array of 2 axes or more, got " + getShape());
    }
    int[] pair = Axes.of("diagonal", getShape(), axis1, axis2);
    long rows = getShape().get(pair[0]);
    long columns = getShape().get(pair[1]);
    long count = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
    long start = count == 0 ? 0 : offset >= 0 ? offset : -(long) offset * columns;
    int[] order = Axes.order(self().rank(), true, pair);
    long[] dims = getShape().getShape();
    long[] flat = LongStream.concat(Arrays.stream(order, 0, self().rank() - 2).mapToLong(d -> dims[d]),
        LongStream.of(rows * columns)).toArray();
    long[] own = self().strides();
    return self().view(getManager(),
        ViewMapping.chain(ViewMapping.transpose(storedOrder(order)),
            ViewMapping.chain(ViewMapping.reshape(self().stored(flat)),
                ViewMapping.slice(dev.orthant.core.Shape.of(self().stored(flat)), flat.length - 1, start, count,
                    columns + 1))),
        LongStream.concat(Arrays.stream(order, 0, self().rank() - 2).mapToLong(d -> own[d]),
            LongStream.of(own[pair[0]] + own[pair[1]])).toArray());
  }

  /** Pairs of extents more before and behind, the last axis first; negative ones cut off. */
  @Override
  default NDArray pad(Shape padding, double value) {
    long[] by = padding.getShape();
    int rank = self().rank();
    if (by.length % 2 != 0 || by.length / 2 > rank) {
      throw new ShapeException(
          "pad: takes a pair for each of at most " + rank + " axes, the last one's first, got " + padding
              + " for an array of " + getShape());
    }
    return self().like(() -> {
      Tensor t = self().tensor();
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
  default NDArray diff(int n, int dim) {
    if (n < 0 || self().rank() == 0) {
      throw new InvalidInputException(
          "diff: takes an order of 0 or more and an array of 1 axis or more, got " + n + " and " + getShape());
    }
    int a = self().axis("diff", dim);
    return self().like(() -> {
      Tensor t = self().tensor();
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
