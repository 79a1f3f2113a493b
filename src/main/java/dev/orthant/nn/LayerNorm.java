package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.tensor.Normalize;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layer norm (Ba et al. 2016): y = (x − mean)/√(variance + ε)·γ + β, mean and variance over the last axes, those of γ.
 *
 * @param gamma of the extents of x's last axes
 * @param beta likewise
 */
public record LayerNorm(Tensor gamma, Tensor beta, double epsilon) implements Layer {
  /** γ = 1, β = 0, ε = 10⁻⁵, over last axes of these extents. */
  public static LayerNorm of(Parameters p, long... extents) {
    Shape shape = Shape.of(extents);
    return p.whole(q -> new LayerNorm(q.learned(shape, 1), q.learned(shape, 0), 1e-5));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return value(Normalize.over(last(gamma)).epsilon(epsilon).apply(x, gamma, beta, null));
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(gamma, beta);
  }

  /** As many last axes as γ has. */
  static Integer[] last(Tensor gamma) {
    return IntStream.rangeClosed(1, gamma.shape().rank()).mapToObj(i -> -i).toArray(Integer[]::new);
  }

  /** The result without its statistics. */
  static Tensor value(Normalize.Result r) {
    r.mean().close();
    r.variance().close();
    return r.y();
  }
}
