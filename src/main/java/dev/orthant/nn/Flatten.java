package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.List;

/** From (n, …) to (n, the rest). Costs nothing. */
public record Flatten() implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    long n = x.shape().dim(0);
    return x.reshape(n, x.shape().slice(1, x.shape().rank()).elements());
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
