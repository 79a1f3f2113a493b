package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.tensor.Normalize;
import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * RMS norm (Zhang and Sennrich 2019): y = x/√(mean x² + ε)·γ, the mean over the last axes, those of γ.
 *
 * @param gamma of the extents of x's last axes
 */
public record RmsNorm(Tensor gamma, double epsilon) implements Layer {
  /** γ = 1, ε = 10⁻⁵, over last axes of these extents. */
  public static RmsNorm of(Parameters p, long... extents) {
    return new RmsNorm(p.learned(Shape.of(extents), 1), 1e-5);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return LayerNorm
        .value(Normalize.over(LayerNorm.last(gamma)).epsilon(epsilon).rms().apply(x, gamma, null, null));
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(gamma, null);
  }
}
