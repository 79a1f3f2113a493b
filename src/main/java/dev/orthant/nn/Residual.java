package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * y = block(x) + shortcut(x) (He et al. 2016); the sum joins the block's last launch where it can.
 *
 * @param shortcut the identity is an empty {@link Sequential}
 */
public record Residual(Layer block, Layer shortcut) implements Layer {
  /** y = block(x) + x. */
  public static Residual of(Layer block) {
    return new Residual(block, Sequential.of());
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor skip = shortcut.forward(x, pass);
    return block.forward(x, pass).add(skip);
  }

  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>(Variable.within("block", block.variables()));
    all.addAll(Variable.within("shortcut", shortcut.variables()));
    return all;
  }
}
