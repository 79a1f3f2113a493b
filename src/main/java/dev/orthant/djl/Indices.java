package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Index arrays as callers give them: of any type but truth values, fractions cut off, on any device. */
final class Indices {
  private static final Expr X = Expr.input(0);

  private Indices() {}

  /** I64 numbers from the host, exactly. */
  static Tensor of(Device device, Shape shape, long... values) {
    return Tensor.of(device, new TensorSpec(DType.I64, shape), MemorySegment.ofArray(values));
  }

  /** The indices of an array, on {@code device}, as I32 or I64. */
  static Tensor of(String method, NDArray index, Device device) {
    OrthantNDArray own = ManagerCore.own(index);
    Tensor t = own.tensor();
    if (own.isComplex() || t.dtype() == DType.BOOL) {
      throw new DTypeException(method + ": indices must be whole numbers, got " + index.getShape() + ' '
          + index.getDataType() + (own.isComplex() ? "" : "; a BOOLEAN mask is for booleanMask and get"));
    }
    Tensor here = t.device().equals(device) ? t : t.to(device);
    return here.dtype() == DType.I32 || here.dtype() == DType.I64 ? here : here.cast(DType.I64);
  }

  /**
   * Indices from 0 to {@code extent} − 1.
   *
   * @param wrap negative ones count from the end
   * @throws InvalidInputException when one is outside
   */
  static Tensor checked(String method, Tensor index, long extent, boolean wrap) {
    long[] range = index.range();
    if (range[1] < range[0]) {
      return index;
    }
    if (range[1] >= extent || range[0] < (wrap ? -extent : 0)) {
      throw new InvalidInputException(method + ": index " + (range[1] >= extent ? range[1] : range[0])
          + " is not from " + (wrap ? -extent : 0) + " to " + (extent - 1) + ", in indices " + index.spec() + " on "
          + index.device().name());
    }
    return range[0] >= 0 ? index
        : index.apply("wrap", index.dtype(), Expr.where(X.lt(Expr.constant(0)), X.plus(Expr.scalar(0)), X), List.of(),
            (double) extent);
  }

  /**
   * One array of indices into axes of the given extents taken as one: Σ index_j · Π later extents. The indices
   * broadcast.
   */
  static Tensor linear(List<Tensor> indices, long[] extents) {
    Tensor sum = indices.getFirst();
    for (int j = 1; j < extents.length; j++) {
      Tensor next = indices.get(j);
      sum =
          sum.apply("linear index", DType.I64, X.times(Expr.scalar(0)).plus(Expr.input(1)), List.of(next),
              (double) extents[j]);
    }
    return sum;
  }

  /** To the host. */
  static long[] read(Tensor index) {
    double[] values = index.toDoubleArray();
    long[] whole = new long[values.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (long) values[i];
    }
    return whole;
  }
}
