package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * The largest of each {@code pieces} neighbours along an axis (Goodfellow et al. 2013): behind a layer with that many
 * times the outputs.
 */
public record Maxout(int axis, int pieces) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.maxout(axis, pieces);
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
