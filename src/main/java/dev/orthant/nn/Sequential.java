package dev.orthant.nn;

import dev.orthant.core.InvalidInputException;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layers one behind the other. What is between them is closed as soon as the next has read it; a tape keeps what it
 * needs.
 *
 * @param names of the layers, the prefixes of their variables' names
 */
public record Sequential(List<String> names, List<Layer> layers) implements Layer {
  public Sequential {
    names = List.copyOf(names);
    layers = List.copyOf(layers);
    if (names.size() != layers.size() || names.stream().distinct().count() != names.size()) {
      throw new InvalidInputException(
          "sequential: takes one name for each of " + layers.size() + " layers, all different, got " + names);
    }
  }

  /** Called 0, 1, … */
  public static Sequential of(Layer... layers) {
    return new Sequential(IntStream.range(0, layers.length).mapToObj(Integer::toString).toList(), List.of(layers));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a layer may hand on the very tensor that it was given
  public Tensor forward(Tensor x, Pass pass) {
    Tensor h = x;
    for (Layer layer : layers) {
      Tensor y = layer.forward(h, pass);
      if (y != h && h != x) {
        h.close();
      }
      h = y;
    }
    return h;
  }

  @Override
  public List<Variable> variables() {
    return IntStream.range(0, layers.size()).boxed()
        .flatMap(i -> Variable.within(names.get(i), layers.get(i).variables()).stream()).toList();
  }
}
