package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.List;

/**
 * The same numbers in another type, from any to any: to floats rounded to nearest even; from floats to integers towards zero, what the
 * type cannot hold becoming its nearest and NaN 0, as Java casts do; between integers by their low bits; to BOOL, 1 for what is not 0.
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

  /** The elements as they are: whoever stores them rounds. I64 beyond 2⁵³ is not exact here. */
  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    return new double[][] {values[0].clone()};
  }
}
