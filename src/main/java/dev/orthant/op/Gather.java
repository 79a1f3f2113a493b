package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.List;

/**
 * Elements picked by index along an axis. Inputs: data (any type), indices (I32 or I64, from 0 to the axis' extent −
 * 1).
 *
 * <p>Whole slices ({@code elementwise} false; ONNX Gather, an embedding): y[i…, j…, k…] = x[i…, indices[j…], k…]; shape
 * data[:axis] + indices + data[axis+1:].
 *
 * <p>Single elements ({@code elementwise} true; ONNX GatherElements, NumPy take_along_axis): y[…, j, …] = x[…,
 * indices[…, j, …], …]; the shape is that of the indices, which agrees with data's but along the axis.
 *
 * <p>An index that is out of range reads nothing: it gives 0. Whoever takes indices from users checks them.
 */
public record Gather(int axis, boolean elementwise) implements Op {
  @Override
  public String name() {
    return "gather";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 2) {
      throw new ShapeException("gather: takes 2 inputs (data, indices), got " + inputs.size() + ": " + inputs);
    }
    TensorSpec data = inputs.get(0);
    TensorSpec indices = inputs.get(1);
    checkIndices(name(), indices);
    if (axis < 0 || axis >= data.shape().rank()) {
      throw new ShapeException("gather: axis " + axis + " is not an axis of " + data);
    }
    if (elementwise) {
      checkElementwise(name(), axis, data.shape(), indices, data);
      return List.of(new TensorSpec(data.dtype(), indices.shape()));
    }
    Shape shape = data.shape().slice(0, axis).append(indices.shape().dims())
        .append(data.shape().slice(axis + 1, data.shape().rank()).dims());
    return List.of(new TensorSpec(data.dtype(), shape));
  }

  static void checkIndices(String op, TensorSpec indices) {
    if (indices.dtype() != DType.I32 && indices.dtype() != DType.I64) {
      throw new DTypeException(op + ": indices must be i32 or i64, got " + indices);
    }
  }

  static void checkElementwise(String op, int axis, Shape data, TensorSpec indices, Object given) {
    boolean fits = data.rank() == indices.shape().rank();
    for (int d = 0; fits && d < data.rank(); d++) {
      fits = d == axis || data.dim(d) == indices.shape().dim(d);
    }
    if (!fits) {
      throw new ShapeException(op + ": indices " + indices + " must agree with " + given + " but along axis " + axis);
    }
  }

  /**
   * The element of data that an element of the output is when its index is {@code picked}.
   *
   * @param data the shape of the data
   * @param indices the shape of the indices
   */
  public long source(Shape data, Shape indices, long output, long picked) {
    long inner = data.slice(axis + 1, data.rank()).elements();
    long own = elementwise ? indices.dim(axis) : indices.elements();
    return (output / inner / own * data.dim(axis) + picked) * inner + output % inner;
  }

  /** The element of indices that an element of the output is picked by. */
  public long pick(Shape data, Shape indices, long output) {
    return elementwise ? output : output / data.slice(axis + 1, data.rank()).elements() % indices.elements();
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return 0;
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Shape data = inputs.get(0).shape();
    Shape indices = inputs.get(1).shape();
    double[] y = new double[Math.toIntExact(infer(inputs).getFirst().shape().elements())];
    for (int i = 0; i < y.length; i++) {
      long picked = (long) values[1][Math.toIntExact(pick(data, indices, i))];
      y[i] = picked < 0 || picked >= data.dim(axis) ? 0
          : values[0][Math.toIntExact(source(data, indices, i, picked))];
    }
    return new double[][] {y};
  }
}
