package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.CompensatedSum;
import dev.orthant.op.reference.Longs;
import dev.orthant.op.walk.Rows;
import java.util.List;

/**
 * Running sums along {@code axis} (from 0): y_i = Σ x_j over j ≤ i (j &lt; i when {@code exclusive}), or over j ≥ i (j
 * &gt; i) when {@code reverse}. As ONNX CumSum. Accumulated in the computing type; of integers in 64 bits, whose low
 * ones are stored.
 */
public record CumSum(int axis, boolean exclusive, boolean reverse) implements Op {
  @Override
  public String name() {
    return "cumsum";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 1 || axis < 0 || axis >= inputs.getFirst().shape().rank()) {
      throw new ShapeException("cumsum: takes 1 input that has axis " + axis + ", got " + inputs);
    }
    if (inputs.getFirst().dtype() == DType.BOOL) {
      throw new DTypeException(
          "cumsum: takes f16 bf16 f32 f64 i8 u8 i32 i64, got " + inputs + "; cast it to i64 to count");
    }
    return inputs;
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return inputs.getFirst().shape().elements();
  }

  @Override
  public boolean isInIntegers(List<TensorSpec> inputs) {
    return !inputs.getFirst().dtype().isFloating();
  }

  @Override
  public long[][] referenceOfIntegers(List<TensorSpec> inputs, long[][] values) {
    DType type = inputs.getFirst().dtype();
    Rows rows = new Rows(inputs.getFirst().shape(), List.of(axis));
    long[] y = new long[values[0].length];
    for (long row = 0; row < rows.count(); row++) {
      long sum = 0;
      for (long p = 0; p < rows.length(); p++) {
        int at = Math.toIntExact(rows.element(row, reverse ? rows.length() - 1 - p : p));
        y[at] = Longs.stored(type, exclusive ? sum : sum + values[0][at]);
        sum += values[0][at];
      }
    }
    return new long[][] {y};
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    if (isInIntegers(inputs)) {
      return Longs.toDoubles(referenceOfIntegers(inputs, Longs.of(values)));
    }
    Rows rows = new Rows(inputs.getFirst().shape(), List.of(axis));
    double[] y = new double[values[0].length];
    for (long row = 0; row < rows.count(); row++) {
      CompensatedSum sum = new CompensatedSum();
      for (long p = 0; p < rows.length(); p++) {
        int at = Math.toIntExact(rows.element(row, reverse ? rows.length() - 1 - p : p));
        double before = sum.value();
        sum.add(values[0][at]);
        y[at] = exclusive ? before : sum.value();
      }
    }
    return new double[][] {y};
  }
}
