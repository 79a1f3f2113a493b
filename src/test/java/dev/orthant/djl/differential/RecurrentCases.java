package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.recurrent.RNN;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Recurrent networks. */
final class RecurrentCases {
  private static final int FEATURES = 3;
  private static final int SIZE = 2;

  private RecurrentCases() {}

  private enum Kind {
    RELU(1),
    TANH(1),
    GRU(3),
    LSTM(4);

    private final int gates;

    Kind(int gates) {
      this.gates = gates;
    }
  }

  private record Network(Kind kind, int layers, boolean biased, boolean bidirectional, boolean batchFirst, int steps,
      double dropRate, boolean training) {
    int directions() {
      return bidirectional ? 2 : 1;
    }

    NDList parameters(NDManager m) {
      NDList all = new NDList();
      for (int l = 0; l < layers; l++) {
        for (int d = 0; d < directions(); d++) {
          long wide = (long) kind.gates * SIZE;
          all.add(Inputs.normal(m, all.size(), wide, l == 0 ? FEATURES : (long) directions() * SIZE));
          all.add(Inputs.normal(m, all.size(), wide, SIZE));
          if (biased) {
            all.add(Inputs.normal(m, all.size(), wide));
            all.add(Inputs.normal(m, all.size(), wide));
          }
        }
      }
      return all;
    }

    NDList run(NDArray x, NDArray h, NDArray c, NDList parameters) {
      NDArrayEx ex = x.getNDArrayInternal();
      return switch (kind) {
        case RELU, TANH -> ex.rnn(x, h, parameters, biased, layers,
            kind == Kind.RELU ? RNN.Activation.RELU : RNN.Activation.TANH, dropRate, training, bidirectional,
            batchFirst);
        case GRU -> ex.gru(x, h, parameters, biased, layers, dropRate, training, bidirectional, batchFirst);
        case LSTM ->
            ex.lstm(x, new NDList(h, c), parameters, biased, layers, dropRate, training, bidirectional, batchFirst);
      };
    }

    Case differentiated() {
      return Case.list("recurrent/" + this, m -> {
        NDArray x = Inputs.normal(m, 21, batchFirst ? new long[] {2, steps, FEATURES}
            : new long[] {steps, 2, FEATURES});
        Shape state = new Shape((long) layers * directions(), 2, SIZE);
        NDArray h = Inputs.normal(m, 22, state.getShape());
        NDArray c = Inputs.normal(m, 23, state.getShape());
        NDList parameters = parameters(m);
        List<NDArray> leaves = new ArrayList<>(List.of(x, h));
        if (kind == Kind.LSTM) {
          leaves.add(c);
        }
        leaves.addAll(parameters);
        return Grads.all(m, () -> run(x, h, c, parameters), leaves.toArray(new NDArray[0]));
      }).within(1e-4, 1e-5);
    }

    @Override
    public String toString() {
      return kind + " " + layers + " layers, " + steps + " steps" + (biased ? " biased" : "")
          + (bidirectional ? " both ways" : "") + (batchFirst ? " batch first" : "") + (training ? " training" : "")
          + (dropRate == 0 ? "" : " dropout " + dropRate);
    }
  }

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (boolean biased : new boolean[] {true, false}) {
        for (boolean both : new boolean[] {true, false}) {
          for (boolean batchFirst : new boolean[] {true, false}) {
            all.add(new Network(kind, 1, biased, both, batchFirst, 3, 0, true).differentiated());
            all.add(new Network(kind, 2, biased, both, batchFirst, 2, 0, false).differentiated());
          }
        }
      }
      all.add(new Network(kind, 1, true, false, true, 1, 0, true).differentiated());
      all.add(new Network(kind, 3, true, false, true, 2, 0.5, false).differentiated());
      all.add(new Network(kind, 1, true, false, true, 2, 0.5, true).differentiated());
    }
    return all.stream();
  }
}
