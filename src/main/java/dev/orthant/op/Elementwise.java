package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.walk.Broadcast;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formulas over broadcast operands in float64: the reference of pointwise ops and of epilogues. */
public final class Elementwise {
  private Elementwise() {}

  /**
   * The formula at each element of {@code output}.
   *
   * @param acc when given, input 0; the inputs from {@code first} on then follow as 1, 2, …
   * @param compute the type that a device computes in, which says how many bits a random number has
   */
  public static double[] evaluate(Expr formula, Shape output, double @Nullable [] acc, List<TensorSpec> inputs,
      double[][] values,
      int first, double[] scalars, List<Philox> noise, DType compute) {
    Broadcast walk =
        Broadcast.of(output, inputs.subList(first, inputs.size()).stream().map(TensorSpec::shape).toList());
    int operands = inputs.size() - first;
    int shift = acc == null ? 0 : 1;
    double[] result = new double[Math.toIntExact(output.elements())];
    double[] at = new double[operands + shift + noise.size()];
    for (int i = 0; i < result.length; i++) {
      if (acc != null) {
        at[0] = acc[i];
      }
      for (int o = 0; o < operands; o++) {
        at[o + shift] = values[first + o][Math.toIntExact(walk.offset(o, i))];
      }
      for (int j = 0; j < noise.size(); j++) {
        at[operands + shift + j] = noise.get(j).uniform(i, compute);
      }
      result[i] = formula.evaluate(at, scalars);
    }
    return result;
  }
}
