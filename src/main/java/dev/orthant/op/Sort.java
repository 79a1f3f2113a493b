package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.walk.Rows;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Sorts along {@code axis} (from 0), stably. Outputs: the values, and (I64) where each came from along the axis. NaN
 * counts as larger than everything, −0 equals 0, as in PyTorch. The k largest are the first k of the descending order.
 */
public record Sort(int axis, boolean descending) implements Op {
  @Override
  public String name() {
    return "sort";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 1 || axis < 0 || axis >= inputs.getFirst().shape().rank()) {
      throw new ShapeException("sort: takes 1 input that has axis " + axis + ", got " + inputs);
    }
    TensorSpec x = inputs.getFirst();
    return List.of(x, new TensorSpec(DType.I64, x.shape()));
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return inputs.getFirst().shape().elements();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Rows rows = new Rows(inputs.getFirst().shape(), List.of(axis));
    double[][] y = new double[2][values[0].length];
    for (long r = 0; r < rows.count(); r++) {
      long row = r;
      // Double.compare puts NaN last, but −0 before 0: adding 0 makes them equal.
      long[] order = LongStream.range(0, rows.length()).boxed().sorted((a, b) -> {
        int c =
            Double.compare(values[0][(int) rows.element(row, a)] + 0.0, values[0][(int) rows.element(row, b)] + 0.0);
        return descending ? -c : c;
      }).mapToLong(Long::longValue).toArray();
      for (int p = 0; p < order.length; p++) {
        int at = (int) rows.element(row, p);
        y[0][at] = values[0][(int) rows.element(row, order[p])];
        y[1][at] = order[p];
      }
    }
    return y;
  }
}
