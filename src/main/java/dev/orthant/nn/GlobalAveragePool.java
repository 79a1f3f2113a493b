package dev.orthant.nn;

import dev.orthant.op.Layout;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** From images to (n, c): the average over height and width (Lin et al. 2014). */
public record GlobalAveragePool(Layout layout) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.mean(layout.heightAxis(), layout.heightAxis() + 1);
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
