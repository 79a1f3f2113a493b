package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Normalize;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Group norm (Wu and He 2018): y = (x − mean)/√(variance + ε)·γ + β, mean and variance over a group of neighbouring
 * channels and all places, for each sample. One group is layer norm over a whole sample, a group for each channel
 * instance norm (Ulyanov et al. 2016). Of (n, c), signals or images.
 *
 * @param gamma (c)
 * @param beta (c)
 */
public record GroupNorm(Tensor gamma, Tensor beta, int groups, Layout layout, double epsilon) implements Layer {
  public GroupNorm {
    check(gamma.shape().elements(), groups);
  }

  private static void check(long channels, int groups) {
    if (groups < 1 || channels % groups != 0) {
      throw new ShapeException("groupNorm: " + groups + " groups do not divide " + channels + " channels");
    }
  }

  /** γ = 1, β = 0, ε = 10⁻⁵. */
  public static GroupNorm of(Parameters p, long channels, int groups, Layout layout) {
    check(channels, groups);
    Shape c = Shape.of(channels);
    return p.whole(q -> new GroupNorm(q.learned(c, 1), q.learned(c, 0), groups, layout, 1e-5));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int axis = Channels.axis(x, layout);
    Shape shape = x.shape();
    long perGroup = gamma.shape().elements() / groups;
    if (shape.dim(axis) != groups * perGroup) {
      throw new ShapeException("groupNorm: has " + groups * perGroup + " channels, got " + x + " in " + layout);
    }
    long[] parts =
        shape.slice(0, axis).append(groups, perGroup).append(shape.slice(axis + 1, shape.rank()).dims()).dims();
    Integer[] over = IntStream.range(1, parts.length).filter(d -> d != axis).boxed().toArray(Integer[]::new);
    long[] along = new long[parts.length - axis];
    Arrays.fill(along, 1);
    along[0] = groups;
    along[1] = perGroup;
    Tensor y = LayerNorm.value(Normalize.over(over).epsilon(epsilon)
        .apply(x.reshape(parts), gamma.reshape(along), beta.reshape(along), null));
    try (y) {
      return y.reshape(shape.dims());
    }
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(gamma, beta);
  }
}
