package dev.orthant.nn;

import static dev.orthant.nn.LayerCheck.CPU;
import static dev.orthant.nn.LayerCheck.SEED;
import static dev.orthant.nn.LayerCheck.drawn;
import static dev.orthant.nn.LayerCheck.parameters;
import static dev.orthant.nn.LayerCheck.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.nn.RecurrentCell.Kind;
import dev.orthant.nn.RecurrentCell.State;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecurrentTest {
  private static final int N = 3;
  private static final int T = 4;
  private static final int F = 2;
  private static final int H = 3;

  /**
   * One sample through a cell, as the formulas in PyTorch's documentation. Fills {@code out[t]}; returns {h, c} of the
   * last step.
   */
  private static double[][] scan(RecurrentCell cell, double[][] x, double[] h0, double[] c0, boolean reverse,
      double[][] out) {
    double[] h = h0;
    double[] c = c0;
    for (int i = 0; i < x.length; i++) {
      int t = reverse ? x.length - 1 - i : i;
      double[] p = affine(x[t], cell.input(), java.util.Objects.requireNonNull(cell.inputBias()));
      double[] q = affine(h, cell.hidden(), java.util.Objects.requireNonNull(cell.hiddenBias()));
      double[] nextH = new double[H];
      double[] nextC = new double[H];
      for (int j = 0; j < H; j++) {
        switch (cell.kind()) {
          case RELU -> nextH[j] = Math.max(0, p[j] + q[j]);
          case TANH -> nextH[j] = Math.tanh(p[j] + q[j]);
          case LSTM -> {
            double in = sigmoid(p[j] + q[j]);
            double forget = sigmoid(p[H + j] + q[H + j]);
            double g = Math.tanh(p[2 * H + j] + q[2 * H + j]);
            double o = sigmoid(p[3 * H + j] + q[3 * H + j]);
            nextC[j] = forget * c[j] + in * g;
            nextH[j] = o * Math.tanh(nextC[j]);
          }
          case GRU -> {
            double r = sigmoid(p[j] + q[j]);
            double z = sigmoid(p[H + j] + q[H + j]);
            double m = Math.tanh(p[2 * H + j] + r * q[2 * H + j]);
            nextH[j] = (1 - z) * m + z * h[j];
          }
        }
      }
      h = nextH;
      c = nextC;
      out[t] = h;
    }
    return new double[][] {h, c};
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[] affine(double[] x, Tensor weight, Tensor bias) {
    double[] w = weight.toDoubleArray();
    double[] y = bias.toDoubleArray();
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        y[j] += x[i] * w[i * y.length + j];
      }
    }
    return y;
  }

  /** What a whole network gives: outputs (n, t, d·h), hidden and cell states (l·d, n, h). */
  private record Expected(double[] outputs, double[] hidden, double[] cell) {
    static Expected of(Recurrent net, double[] x, double @Nullable [] h0, double @Nullable [] c0) {
      int directions = net.layers().getFirst().size();
      int states = net.layers().size() * directions;
      double[] outputs = new double[N * T * directions * H];
      double[] hidden = new double[states * N * H];
      double[] cells = new double[states * N * H];
      for (int n = 0; n < N; n++) {
        double[][] sequence = new double[T][];
        for (int t = 0; t < T; t++) {
          sequence[t] = Arrays.copyOfRange(x, (n * T + t) * F, (n * T + t + 1) * F);
        }
        for (int l = 0; l < net.layers().size(); l++) {
          double[][] both = new double[T][directions * H];
          for (int d = 0; d < directions; d++) {
            int at = ((l * directions + d) * N + n) * H;
            double[][] out = new double[T][];
            double[][] last = scan(net.layers().get(l).get(d), sequence, part(h0, at), part(c0, at), d == 1, out);
            System.arraycopy(last[0], 0, hidden, at, H);
            System.arraycopy(last[1], 0, cells, at, H);
            for (int t = 0; t < T; t++) {
              System.arraycopy(out[t], 0, both[t], d * H, H);
            }
          }
          sequence = both;
        }
        for (int t = 0; t < T; t++) {
          System.arraycopy(sequence[t], 0, outputs, (n * T + t) * directions * H, directions * H);
        }
      }
      return new Expected(outputs, hidden, cells);
    }

    private static double[] part(double @Nullable [] all, int at) {
      return all == null ? new double[H] : Arrays.copyOfRange(all, at, at + H);
    }
  }

  private static Recurrent net(Kind kind, int layers, boolean bidirectional) {
    return LayerCheck.stirred(Recurrent.of(parameters(), kind, F, H, layers, bidirectional, 0));
  }

  private static void check(Recurrent net, boolean given) {
    Kind kind = net.layers().getFirst().getFirst().kind();
    int states = net.layers().size() * net.layers().getFirst().size();
    double[] x = drawn(SEED, N * T * F);
    double[] h0 = given ? drawn(SEED + 1, (long) states * N * H) : null;
    double[] c0 = given ? drawn(SEED + 2, (long) states * N * H) : null;
    Expected expected = Expected.of(net, x, h0, c0);
    try (net; Scope scope = Scope.open()) {
      State initial = h0 == null || c0 == null ? null
          : new State(tensor(h0, states, N, H), kind == Kind.LSTM ? tensor(c0, states, N, H) : null);
      Tensor in = tensor(x, N, T, F);
      int before = scope.size();
      Recurrent.Output found = net.run(in, initial, Pass.inference());
      assertThat(scope.size()).as("what was made on the way is closed").isEqualTo(
          before + (kind == Kind.LSTM ? 3 : 2));
      LayerCheck.close(kind + " outputs", found.outputs(), expected.outputs);
      LayerCheck.close(kind + " hidden", found.last().hidden(), expected.hidden);
      Tensor cell = found.last().cell();
      if (kind == Kind.LSTM) {
        assertThat(cell).isNotNull();
        LayerCheck.close(kind + " cell", java.util.Objects.requireNonNull(cell), expected.cell);
      } else {
        assertThat(cell).isNull();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneLayerIsAsWrittenOut(Kind kind) {
    check(net(kind, 1, false), false);
    check(net(kind, 1, false), true);
  }

  @ParameterizedTest
  @EnumSource
  void twoLayersInBothDirectionsAreAsWrittenOut(Kind kind) {
    check(net(kind, 2, true), false);
    check(net(kind, 2, true), true);
  }

  @ParameterizedTest
  @EnumSource
  void gradientsOfTwoLayers(Kind kind) {
    try (Recurrent net = LayerCheck.stirred(Recurrent.of(parameters(), kind, 2, 2, 2, false, 0.4))) {
      LayerCheck.gradients(kind + " with dropout", net, in -> net.forward(in.getFirst(), LayerCheck.training()),
          Shape.of(2, 3, 2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsInBothDirectionsWithStates(Kind kind) {
    try (Recurrent net = LayerCheck.stirred(Recurrent.of(parameters(), kind, 2, 2, 1, true, 0))) {
      boolean lstm = kind == Kind.LSTM;
      Shape state = Shape.of(2, 2, 2);
      Shape[] shapes =
          lstm ? new Shape[] {Shape.of(2, 2, 2), state, state} : new Shape[] {Shape.of(2, 2, 2), state};
      LayerCheck.gradients(kind + " with states", net, in -> {
        Recurrent.Output out =
            net.run(in.getFirst(), new State(in.get(1), lstm ? in.get(2) : null), LayerCheck.training());
        Tensor cell = out.last().cell();
        Tensor states = cell == null ? out.last().hidden() : out.last().hidden().add(cell.mul(2));
        return Tensor.concat(0, java.util.List.of(out.outputs().reshape(16), states.reshape(8)));
      }, shapes);
    }
  }

  @Test
  void aCellAloneIsOneStep() {
    try (RecurrentCell cell = LayerCheck.stirred(RecurrentCell.of(parameters(), Kind.GRU, F, H));
        Scope _ = Scope.open()) {
      double[] x = drawn(SEED, N * F);
      double[] expected = new double[N * H];
      for (int n = 0; n < N; n++) {
        double[] h = scan(cell, new double[][] {Arrays.copyOfRange(x, n * F, (n + 1) * F)}, new double[H],
            new double[H], false, new double[1][])[0];
        System.arraycopy(h, 0, expected, n * H, H);
      }
      LayerCheck.close("cell", cell.forward(tensor(x, N, F), Pass.inference()), expected);
    }
  }

  @Test
  void namesAreThoseOfPyTorch() {
    try (Recurrent net = Recurrent.of(Parameters.on(CPU, 1), Kind.LSTM, F, H, 2, true, 0)) {
      assertThat(net.variables()).extracting(Variable::name).hasSize(16).contains("weight_ih_l0", "bias_hh_l0_reverse",
          "weight_hh_l1_reverse").doesNotHaveDuplicates();
    }
  }

  @Test
  void sequencesHaveAtLeastOneStep() {
    try (Recurrent net = Recurrent.of(Parameters.on(CPU, 1), Kind.TANH, F, H); Scope _ = Scope.open()) {
      Tensor none = Tensor.of(CPU, Shape.of(1, 0, F));
      assertThatThrownBy(() -> net.forward(none, Pass.inference())).isInstanceOf(ShapeException.class)
          .hasMessageContaining("(n, t, features)");
    }
  }
}
