package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * Rows of a table picked by number: from ids (…) of I32 or I64 to (…, features). An id out of range throws.
 *
 * @param weight (ids, features)
 */
public record Embedding(Tensor weight) implements Layer {
  /** Rows drawn from N(0, 1). */
  public static Embedding of(Parameters p, long ids, long features) {
    Shape shape = Shape.of(ids, features);
    return new Embedding(p.learned(shape, Fans.linear(shape), Initializer.normal(0, 1)));
  }

  @Override
  public Tensor forward(Tensor ids, Pass pass) {
    return weight.gather(0, ids);
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(weight, null);
  }
}
