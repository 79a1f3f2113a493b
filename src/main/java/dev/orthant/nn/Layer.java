package dev.orthant.nn;

import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * A part of a network: a function of tensors with tensors of its own. Those it owns; closing it closes them. What
 * {@link #forward} makes belongs to the caller's {@link dev.orthant.tensor.Scope}: open one around a training step.
 */
public interface Layer extends AutoCloseable {
  /** The layer's output for {@code x}. */
  Tensor forward(Tensor x, Pass pass);

  /**
   * Everything that a checkpoint must hold, in a fixed order: learned parameters, and state such as running statistics.
   */
  List<Variable> variables();

  /** The learned ones among {@link #variables}. */
  default List<Tensor> parameters() {
    return variables().stream().filter(Variable::learned).map(Variable::tensor).toList();
  }

  @Override
  default void close() {
    variables().forEach(v -> v.tensor().close());
  }
}
