package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * y = x·weight + bias; an activation called on y joins the launch.
 *
 * @param weight (in, out); x is (…, in), y (…, out)
 * @param bias (out); null for none
 */
public record Linear(Tensor weight, @Nullable Tensor bias) implements Layer {
  /** Weights as {@link Initializer#he}, bias 0. */
  public static Linear of(Parameters p, long in, long out) {
    return of(p, in, out, Initializer.he());
  }

  /** Weights from {@code initializer}, bias 0. */
  public static Linear of(Parameters p, long in, long out, Initializer initializer) {
    return p.whole(q -> new Linear(weight(q, in, out, initializer), q.learned(Shape.of(out), 0)));
  }

  /** Without a bias. */
  public static Linear plain(Parameters p, long in, long out, Initializer initializer) {
    return new Linear(weight(p, in, out, initializer), null);
  }

  private static Tensor weight(Parameters p, long in, long out, Initializer initializer) {
    Shape shape = Shape.of(in, out);
    return p.learned(shape, Fans.linear(shape), initializer);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.matMul(weight);
    return bias == null ? y : y.add(bias);
  }

  @Override
  public List<Variable> variables() {
    return withBias(weight, bias);
  }

  static List<Variable> withBias(Tensor weight, @Nullable Tensor bias) {
    List<Variable> all = new ArrayList<>(List.of(new Variable("weight", weight, true)));
    if (bias != null) {
      all.add(new Variable("bias", bias, true));
    }
    return all;
  }
}
