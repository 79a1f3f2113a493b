package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * A tensor that a layer owns.
 *
 * @param name unique in its layer, such as {@code weight}; in a network prefixed by the layer's: {@code 0.weight}
 * @param learned whether optimizers change it; it then requires a gradient
 */
public record Variable(String name, Tensor tensor, boolean learned) {
  /** The same variables as those of a part called {@code prefix}. */
  static List<Variable> within(String prefix, List<Variable> variables) {
    return variables.stream().map(v -> new Variable(prefix + "." + v.name, v.tensor, v.learned)).toList();
  }
}
