package dev.orthant.nn;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent network over sequences (n, t, features): layers of {@link RecurrentCell}s, each reading the outputs of
 * the one before; bidirectional ones (Schuster and Paliwal 1997) read them forwards and backwards and give both outputs
 * behind each other. The inputs of all steps are multiplied at once.
 *
 * @param layers each of one cell, or of two: forwards and backwards
 * @param dropout between layers, in training
 */
public record Recurrent(List<List<RecurrentCell>> layers, double dropout) implements Layer {
  public Recurrent {
    layers = layers.stream().map(List::copyOf).toList();
    if (layers.isEmpty() || layers.stream().anyMatch(l -> l.isEmpty() || l.size() > 2)) {
      throw new InvalidInputException("recurrent: takes at least 1 layer, each of 1 or 2 cells");
    }
    Dropout.requireRate("recurrent", dropout);
  }

  /**
   * What comes out.
   *
   * @param outputs of the last layer, (n, t, directions·h)
   * @param last of each layer and direction: (layers·directions, n, h), in the order layer 0 forwards, layer 0
   * backwards, layer 1 …
   */
  public record Output(Tensor outputs, RecurrentCell.State last) {}

  /** One layer in one direction. */
  public static Recurrent of(Parameters p, RecurrentCell.Kind kind, long features, long h) {
    return of(p, kind, features, h, 1, false, 0);
  }

  /** {@code layers} layers of {@code h} units, in one direction or both, with dropout between them in training. */
  public static Recurrent of(Parameters p, RecurrentCell.Kind kind, long features, long h, int layers,
      boolean bidirectional, double dropout) {
    int directions = bidirectional ? 2 : 1;
    return p.whole(q -> {
      List<List<RecurrentCell>> cells = new ArrayList<>();
      for (int l = 0; l < layers; l++) {
        long in = l == 0 ? features : directions * h;
        cells.add(Stream.generate(() -> RecurrentCell.of(q, kind, in, h)).limit(directions).toList());
      }
      return new Recurrent(cells, dropout);
    });
  }

  /** The outputs, from states of 0. */
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Output out = run(x, null, pass);
    out.last.hidden().close();
    if (out.last.cell() != null) {
      out.last.cell().close();
    }
    return out.outputs;
  }

  /**
   * The outputs and the last states.
   *
   * @param initial the states before the first step, in the order and shape of {@link Output#last}; null for 0
   */
  public Output run(Tensor x, RecurrentCell.@Nullable State initial, Pass pass) {
    int directions = layers.getFirst().size();
    if (initial != null && initial.hidden().shape().dim(0) != (long) layers.size() * directions) {
      throw new ShapeException("recurrent: takes initial states of " + layers.size() + " layers in " + directions
          + " directions, got " + initial.hidden());
    }
    try (Scope scope = Scope.open()) {
      List<Tensor> hidden = new ArrayList<>();
      List<Tensor> cells = new ArrayList<>();
      Tensor h = x;
      for (int l = 0; l < layers.size(); l++) {
        Tensor in = l == 0 ? h : new Dropout(dropout).forward(h, pass);
        List<Tensor> outputs = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
          RecurrentCell.Scan scan =
              layers.get(l).get(d).scan(in, state(initial, l * directions + d), d == 1);
          outputs.add(scan.outputs());
          hidden.add(scan.last().hidden());
          if (scan.last().cell() != null) {
            cells.add(scan.last().cell());
          }
        }
        h = directions == 1 ? outputs.getFirst() : Tensor.concat(2, outputs);
      }
      Tensor lastCell = cells.isEmpty() ? null : scope.keep(Tensor.stack(0, cells));
      return new Output(scope.keep(h), new RecurrentCell.State(scope.keep(Tensor.stack(0, hidden)), lastCell));
    }
  }

  private static RecurrentCell.@Nullable State state(RecurrentCell.@Nullable State all, int index) {
    if (all == null) {
      return null;
    }
    Tensor cell = all.cell();
    return new RecurrentCell.State(all.hidden().select(0, index), cell == null ? null : cell.select(0, index));
  }

  /** Named as PyTorch does: {@code weight_ih_l0}, {@code bias_hh_l1_reverse}. */
  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      for (int d = 0; d < layers.get(l).size(); d++) {
        String suffix = "_l" + l + (d == 1 ? "_reverse" : "");
        layers.get(l).get(d).variables()
            .forEach(v -> all.add(new Variable(v.name() + suffix, v.tensor(), v.learned())));
      }
    }
    return all;
  }
}
