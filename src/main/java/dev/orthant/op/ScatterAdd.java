package dev.orthant.op;

import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.CompensatedSum;
import java.util.List;

/**
 * The transpose of {@link Gather}: zeros, with each update added where gather would have read it; what is added to one
 * element is added in the order of the indices, so results repeat bit by bit. Inputs: updates (floating; the shape of a
 * gather's output), indices (I32 or I64). Output: {@code extent} along {@code axis}. Accumulated in the computing type.
 * An index that is out of range adds nowhere.
 *
 * @param elementwise as in {@link Gather}
 */
public record ScatterAdd(int axis, boolean elementwise, long extent) implements Op {
  @Override
  public String name() {
    return "scatter_add";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 2) {
      throw new ShapeException("scatter_add: takes 2 inputs (updates, indices), got " + inputs.size() + ": " + inputs);
    }
    TensorSpec updates = inputs.get(0);
    TensorSpec indices = inputs.get(1);
    Gather.checkIndices(name(), indices);
    if (!updates.dtype().isFloating()) {
      throw new DTypeException("scatter_add: takes updates of f16 bf16 f32 f64, got " + updates);
    }
    if (extent < 0 || axis < 0 || axis >= updates.shape().rank()) {
      throw new ShapeException(
          "scatter_add: axis " + axis + " of extent " + extent + " does not fit updates " + updates);
    }
    return List.of(new TensorSpec(updates.dtype(), data(updates.shape(), indices)));
  }

  /** The shape of the output. */
  private Shape data(Shape updates, TensorSpec indices) {
    if (elementwise) {
      if (!updates.equals(indices.shape())) {
        throw new ShapeException("scatter_add: indices " + indices + " must have the shape of the updates " + updates);
      }
      long[] dims = updates.dims();
      dims[axis] = extent;
      return Shape.of(dims);
    }
    int rank = indices.shape().rank();
    if (axis + rank > updates.rank() || !updates.slice(axis, axis + rank).equals(indices.shape())) {
      throw new ShapeException(
          "scatter_add: updates " + updates + " must have the indices' extents " + indices + " from axis " + axis
              + " on");
    }
    return updates.slice(0, axis).append(extent).append(updates.slice(axis + rank, updates.rank()).dims());
  }

  /** The gather that this is the transpose of. */
  public Gather gather() {
    return new Gather(axis, elementwise);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return inputs.getFirst().shape().elements();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Shape indices = inputs.get(1).shape();
    Shape data = infer(inputs).getFirst().shape();
    double[] y = new double[Math.toIntExact(data.elements())];
    double[] errors = new double[y.length];
    for (int i = 0; i < values[0].length; i++) {
      long picked = (long) values[1][Math.toIntExact(gather().pick(data, indices, i))];
      if (picked >= 0 && picked < extent) {
        int at = Math.toIntExact(gather().source(data, indices, i, picked));
        double sum = y[at] + values[0][i];
        errors[at] += CompensatedSum.error(y[at], values[0][i], sum);
        y[at] = sum;
      }
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = CompensatedSum.settled(y[i], errors[i]);
    }
    return new double[][] {y};
  }
}
