package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activation;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * y = f(x; parameters) with learned parameters, one for each channel or one for all (PReLU: He et al. 2015). Shown to
 * the pass's observer.
 *
 * @param name for the observer
 * @param values for each parameter of f a tensor (channels), or (1)
 * @param layout where the channels of x are: in NCHW axis 1, in NHWC the last; of a matrix both are the last
 */
public record LearnedActivation(String name, Activation f, List<Tensor> values, Layout layout) implements Layer {
  public LearnedActivation {
    values = List.copyOf(values);
    if (values.size() != f.parameters().size()) {
      throw new ShapeException(
          f.name() + ": takes " + f.parameters().size() + " learned parameters, got " + values.size());
    }
  }

  /** Every parameter at its initial value; with {@code channels} = 1 shared by all. */
  public static LearnedActivation of(Parameters p, Activation f, long channels, Layout layout) {
    Shape c = Shape.of(channels);
    return p.whole(q -> new LearnedActivation(f.name(), f,
        f.parameters().stream().map(each -> q.learned(c, each.initial())).toList(), layout));
  }

  /** Under another name, for the observer. */
  public LearnedActivation named(String other) {
    return new LearnedActivation(other, f, values, layout);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.activate(f, values.stream().map(v -> Channels.along(v, x, layout)).toList());
    pass.observer().accept(name, y);
    return y;
  }

  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      all.add(new Variable(f.parameters().get(i).name(), values.get(i), true));
    }
    return all;
  }
}
