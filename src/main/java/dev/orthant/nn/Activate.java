package dev.orthant.nn;

import dev.orthant.expr.Activation;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * y = f(x), shown to the pass's observer.
 *
 * @param name for the observer
 * @param arguments the parameters of f, fixed; none for their initial values
 */
public record Activate(String name, Activation f, List<Double> arguments) implements Layer {
  public Activate {
    arguments = List.copyOf(arguments);
  }

  /** Called by the activation's own name. */
  public static Activate of(Activation f, double... arguments) {
    return new Activate(f.name(), f, Arrays.stream(arguments).boxed().toList());
  }

  /** Under another name, for the observer. */
  public Activate named(String other) {
    return new Activate(other, f, arguments);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.activate(f, arguments.stream().mapToDouble(Double::doubleValue).toArray());
    pass.observer().accept(name, y);
    return y;
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
