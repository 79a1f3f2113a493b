package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.Longs;
import java.util.List;

/**
 * The same numbers in another type, from any to any: to floats rounded to nearest even; from floats to integers as
 * {@link DType#round}, towards zero, what the type cannot hold becoming its nearest and NaN 0; between integers by
 * their low bits; to BOOL, 1 for what is not 0.
 */
public record Cast(DType to) implements Op {
  @Override
  public String name() {
    return "cast";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 1) {
      throw new ShapeException("cast: takes 1 input, got " + inputs.size() + ": " + inputs);
    }
    return List.of(new TensorSpec(to, inputs.getFirst().shape()));
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return 0;
  }

  /**
   * Integers out of range are brought into it; all else is as it is: whoever stores it rounds. I64 beyond 2⁵³ is not
   * exact here.
   */
  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    boolean floating = inputs.getFirst().dtype().isFloating();
    boolean ranged = !to.isFloating() && to != DType.BOOL;
    double[] y = values[0].clone();
    for (int i = 0; i < y.length && ranged; i++) {
      y[i] = floating ? to.round(y[i]) : lowBits(to, (long) y[i]);
    }
    return new double[][] {y};
  }

  /** {@code v} in an integer type, by its low bits. */
  public static double lowBits(DType to, long v) {
    return (double) Longs.stored(to, v);
  }
}
