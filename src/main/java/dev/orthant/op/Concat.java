package dev.orthant.op;

import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.List;

/**
 * One or more tensors of one type (any) put one behind the other along {@code axis} (from 0); their other extents
 * agree.
 */
public record Concat(int axis) implements Op {
  @Override
  public String name() {
    return "concat";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.isEmpty()) {
      throw new ShapeException("concat: takes at least 1 input");
    }
    TensorSpec first = inputs.getFirst();
    int rank = first.shape().rank();
    if (axis < 0 || axis >= rank) {
      throw new ShapeException("concat: axis " + axis + " is not an axis of " + first);
    }
    long[] dims = first.shape().dims();
    dims[axis] = 0;
    for (TensorSpec in : inputs) {
      if (in.dtype() != first.dtype()) {
        throw new DTypeException("concat: takes inputs of one type, got " + inputs);
      }
      for (int d = 0; d < rank; d++) {
        if (in.shape().rank() != rank || (d != axis && in.shape().dim(d) != dims[d])) {
          throw new ShapeException("concat: inputs must agree but along axis " + axis + ", got " + inputs);
        }
      }
      try {
        dims[axis] = Math.addExact(dims[axis], in.shape().dim(axis));
      } catch (ArithmeticException _) {
        throw new ShapeException("concat: more elements along axis " + axis + " than a long can count: " + inputs);
      }
    }
    return List.of(new TensorSpec(first.dtype(), Shape.of(dims)));
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return 0;
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Shape out = infer(inputs).getFirst().shape();
    long inner = out.slice(axis + 1, out.rank()).elements();
    double[] y = new double[Math.toIntExact(out.elements())];
    long before = 0;
    for (int j = 0; j < values.length; j++) {
      long own = inputs.get(j).shape().dim(axis) * inner;
      for (int i = 0; i < values[j].length; i++) {
        y[Math.toIntExact(i / own * out.dim(axis) * inner + before + i % own)] = values[j][i];
      }
      before += own;
    }
    return new double[][] {y};
  }
}
