package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.List;

/** relu(x) and relu(−x), one behind the other along an axis (Shang et al. 2016): twice the channels. */
public record CRelu(int axis) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.crelu(axis);
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
