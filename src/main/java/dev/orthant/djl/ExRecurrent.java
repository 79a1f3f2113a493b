package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Recurrent;
import dev.orthant.nn.RecurrentCell;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDArrayEx}: recurrent networks, by {@link Recurrent}. Inputs are (n, t, features) or, not
 * {@code batchFirst}, (t, n, features), and so are the outputs; states are (layers·directions, n, h).
 *
 * <p>The parameters are, for each layer and each direction, weights (gates·h, features) and (gates·h, h) and two biases
 * (gates·h), as PyTorch takes them; or for each layer the weights of both directions and then their biases, as DJL's
 * blocks give them.
 */
sealed interface ExRecurrent extends NDArrayEx permits OrthantNDArrayEx {
  /** What the three methods share. */
  record Network(RecurrentCell.Kind kind, NDList parameters, boolean biased, int layers, double dropRate,
      boolean training, boolean bidirectional, boolean batchFirst) {
    String name() {
      return switch (kind) {
        case RELU, TANH -> "rnn";
        case LSTM -> "lstm";
        case GRU -> "gru";
      };
    }

    int directions() {
      return bidirectional ? 2 : 1;
    }

    int perCell() {
      return biased ? 4 : 2;
    }

    void check(OrthantNDArray x, NDList states) {
      Shape in = x.getShape();
      if (layers < 1 || parameters.size() != layers * directions() * perCell() || !(dropRate >= 0 && dropRate <= 1)) {
        throw new InvalidInputException(name() + ": takes " + perCell() + " parameters for each of " + layers
            + " layers in " + directions() + " directions and a dropout from 0 to 1, got " + parameters.size()
            + " and " + dropRate);
      }
      if (in.dimension() != 3 || in.get(batchFirst ? 1 : 0) < 1) {
        throw new ShapeException(name() + ": takes an input " + (batchFirst ? "(n, t, features)" : "(t, n, features)")
            + " with t of at least 1, got " + in + " on " + x.getDevice());
      }
      int wanted = kind == RecurrentCell.Kind.LSTM ? 2 : 1;
      long h = parameters.get(1).getShape().dimension() == 2 ? parameters.get(1).getShape().get(1) : -1;
      Shape state = new Shape((long) layers * directions(), in.get(batchFirst ? 0 : 1), h);
      if (states.size() != wanted || states.stream().anyMatch(s -> !s.getShape().equals(state))) {
        throw new ShapeException(name() + ": takes " + wanted + " initial states " + state + ", got "
            + states.stream().map(NDArray::getShape).toList() + " on " + x.getDevice());
      }
      for (int l = 0; l < layers; l++) {
        for (int d = 0; d < directions(); d++) {
          checkCell(l, d, l == 0 ? in.get(2) : directions() * h, h);
        }
      }
    }

    private void checkCell(int layer, int direction, long features, long h) {
      long wide = kind.gates() * h;
      List<Shape> expected = List.of(new Shape(wide, features), new Shape(wide, h), new Shape(wide), new Shape(wide));
      for (int i = 0; i < perCell(); i++) {
        Shape given = parameters.get(place(layer, direction, i)).getShape();
        if (!given.equals(expected.get(i))) {
          throw new ShapeException(name() + ": parameter " + i + " of layer " + layer + ", direction " + direction
              + ", must be " + expected.get(i) + ", got " + given);
        }
      }
    }

    /** Where parameter {@code i} of a cell is. */
    private int place(int layer, int direction, int i) {
      int first = layer * directions() * perCell();
      boolean weightsFirst = bidirectional && biased && parameters.get(first + 2).getShape().dimension() == 2;
      return weightsFirst ? first + i / 2 * 4 + direction * 2 + i % 2 : first + direction * perCell() + i;
    }

    Recurrent recurrent(OrthantNDArray x) {
      List<List<RecurrentCell>> all = new ArrayList<>();
      for (int l = 0; l < layers; l++) {
        List<RecurrentCell> cells = new ArrayList<>();
        for (int d = 0; d < directions(); d++) {
          cells.add(new RecurrentCell(kind, at(x, l, d, 0), at(x, l, d, 1), biased ? at(x, l, d, 2) : null,
              biased ? at(x, l, d, 3) : null, true));
        }
        all.add(cells);
      }
      return new Recurrent(all, dropRate);
    }

    private Tensor at(OrthantNDArray x, int layer, int direction, int i) {
      return x.weight(name(), parameters.get(place(layer, direction, i)));
    }
  }

  private static NDList run(NDArray input, NDList states, Network network) {
    OrthantNDArray x = ManagerCore.own(input);
    network.check(x, states);
    Pass pass = network.training ? Pass.training(OrthantEngine.instance().random()) : Pass.inference();
    return x.computeAll(() -> {
      Tensor in = network.batchFirst ? x.tensor() : x.tensor().transpose(1, 0, 2);
      @Nullable Tensor cell = states.size() == 2 ? x.operand(states.get(1)) : null;
      Recurrent.Output out =
          network.recurrent(x).run(in, new RecurrentCell.State(x.operand(states.get(0)), cell), pass);
      List<Tensor> results = new ArrayList<>();
      results.add(network.batchFirst ? out.outputs() : out.outputs().transpose(1, 0, 2));
      results.add(out.last().hidden());
      if (cell != null) {
        results.add(Objects.requireNonNull(out.last().cell(), "an LSTM's state has a cell"));
      }
      return results;
    });
  }

  /** The outputs of all steps and the last states: h' = f(p + q), see {@link RecurrentCell}. */
  @Override
  default NDList rnn(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers,
      RNN.Activation activation, double dropRate, boolean training, boolean bidirectional, boolean batchFirst) {
    RecurrentCell.Kind kind =
        activation == RNN.Activation.RELU ? RecurrentCell.Kind.RELU : RecurrentCell.Kind.TANH;
    return run(input, new NDList(state), new Network(kind, params, hasBiases, numLayers, dropRate, training,
        bidirectional, batchFirst));
  }

  /** The outputs of all steps and the last states. */
  @Override
  default NDList gru(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers, double dropRate,
      boolean training, boolean bidirectional, boolean batchFirst) {
    return run(input, new NDList(state), new Network(RecurrentCell.Kind.GRU, params, hasBiases, numLayers, dropRate,
        training, bidirectional, batchFirst));
  }

  /** The outputs of all steps, the last states and the last cells. */
  @Override
  default NDList lstm(NDArray input, NDList states, NDList params, boolean hasBiases, int numLayers, double dropRate,
      boolean training, boolean bidirectional, boolean batchFirst) {
    return run(input, states, new Network(RecurrentCell.Kind.LSTM, params, hasBiases, numLayers, dropRate, training,
        bidirectional, batchFirst));
  }
}
