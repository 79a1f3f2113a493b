package dev.orthant.nn;

import dev.orthant.core.InvalidInputException;
import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * In training each element is 0 with probability {@code rate}, else divided by 1 − rate (Srivastava et al. 2014); in
 * inference nothing happens.
 *
 * @param rate from 0 to 1; 1 gives zeros
 */
public record Dropout(double rate) implements Layer {
  public Dropout {
    requireRate("dropout", rate);
  }

  /** That a part of {@code layer} may be dropped at this rate. */
  static void requireRate(String layer, double rate) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new InvalidInputException(layer + ": the rate of dropout must be from 0 to 1, got " + rate);
    }
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return pass.training() && rate > 0 ? x.dropout(rate, pass.random().take(x.shape().elements())) : x;
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
