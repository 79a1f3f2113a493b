package dev.orthant.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vector-Jacobian product: from the gradients with respect to an op's outputs to those by its inputs. */
@FunctionalInterface
interface Vjp {
  /**
   * The gradients with respect to the inputs, in their shapes and types.
   *
   * @param outputs the gradients with respect to the outputs, null for an output that nothing was computed from
   * @param wanted which inputs' gradients are asked for; null may be returned for the others, and for a gradient of
   * zero
   */
  List<@Nullable Tensor> apply(List<@Nullable Tensor> outputs, boolean[] wanted);
}
