package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Expr;
import dev.orthant.op.MatMul;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step of a recurrent network, for a batch of n. With p = x·input + inputBias and q = h·hidden + hiddenBias, cut
 * into as many parts as there are gates (PyTorch's order, its matrices transposed):
 * <ul>
 * <li>RELU, TANH (Elman 1990): h' = f(p + q)
 * <li>LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000), parts i f g o: c' = σ(pf + qf)·c + σ(pi + qi)·tanh(pg +
 * qg), h' = σ(po + qo)·tanh(c')
 * <li>GRU (Cho et al. 2014), parts r z n: r = σ(pr + qr), z = σ(pz + qz), m = tanh(pn + r·qn), h' = (1 − z)·m + z·h
 * </ul>
 *
 * @param input (features, gates·h)
 * @param hidden (h, gates·h)
 * @param inputBias (gates·h); null for none
 * @param hiddenBias (gates·h); null for none
 * @param transposed whether both matrices are given as (gates·h, …), as PyTorch keeps them
 */
public record RecurrentCell(Kind kind, Tensor input, Tensor hidden, @Nullable Tensor inputBias,
    @Nullable Tensor hiddenBias, boolean transposed) implements Layer {
  /** What a step computes. */
  public enum Kind {
    RELU(1),
    TANH(1),
    LSTM(4),
    GRU(3);

    private final int gates;

    Kind(int gates) {
      this.gates = gates;
    }

    /** How many parts the matrices have. */
    public int gates() {
      return gates;
    }
  }

  /**
   * What goes from step to step.
   *
   * @param hidden (n, h)
   * @param cell (n, h) of an LSTM, else null
   */
  public record State(Tensor hidden, @Nullable Tensor cell) {}

  private static final Expr GRU_STEP = gru();
  private static final Expr LSTM_CELL = Expr.input(0).sigmoid().times(Expr.input(3))
      .plus(Expr.input(1).sigmoid().times(Expr.input(2).tanh()));
  private static final Expr LSTM_HIDDEN = Expr.input(0).sigmoid().times(Expr.input(1).tanh());

  /** By pn, qn, pr, qr, pz, qz, h. */
  private static Expr gru() {
    Expr r = Expr.input(2).plus(Expr.input(3)).sigmoid();
    Expr z = Expr.input(4).plus(Expr.input(5)).sigmoid();
    Expr m = Expr.input(0).plus(r.times(Expr.input(1))).tanh();
    return Expr.constant(1).minus(z).times(m).plus(z.times(Expr.input(6)));
  }

  /** Weights and biases uniform within ±1/√h. */
  public static RecurrentCell of(Parameters p, Kind kind, long features, long h) {
    double limit = 1 / Math.sqrt((double) h);
    Initializer uniform = Initializer.uniform(-limit, limit);
    long wide = kind.gates * h;
    Fans fans = new Fans(features, h);
    return p.whole(q -> new RecurrentCell(kind, q.learned(Shape.of(features, wide), fans, uniform),
        q.learned(Shape.of(h, wide), fans, uniform), q.learned(Shape.of(wide), fans, uniform),
        q.learned(Shape.of(wide), fans, uniform), false));
  }

  /** How many numbers the state has for each sample. */
  public long size() {
    return hidden.shape().dim(transposed ? 1 : 0);
  }

  /** The state before the first step, 0. */
  State zero(Tensor x, long n) {
    try (Tensor none = Tensor.full(x.device(), x.dtype(), Shape.of(), 0)) {
      Shape shape = Shape.of(n, size());
      return new State(none.broadcastTo(shape), kind == Kind.LSTM ? none.broadcastTo(shape) : null);
    }
  }

  /** One step from a state of 0: the hidden output for x (n, features). */
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return step(x, zero(x, x.shape().dim(0))).hidden();
  }

  /** The state after {@code x} (n, features). */
  public State step(Tensor x, State state) {
    return next(project(x), state);
  }

  /** x·input + inputBias, of any number of steps at once. */
  Tensor project(Tensor x) {
    return biased(x.matMul(input, MatMul.PLAIN.rhsTransposed(transposed)), inputBias);
  }

  private static Tensor biased(Tensor y, @Nullable Tensor bias) {
    return bias == null ? y : y.add(bias);
  }

  /** The state after a step whose {@link #project} is (n, gates·h): one product, and elementwise work. */
  State next(Tensor projected, State state) {
    try (Scope scope = Scope.open()) {
      Tensor q = biased(state.hidden().matMul(hidden, MatMul.PLAIN.rhsTransposed(transposed)), hiddenBias);
      State next = switch (kind) {
        case RELU -> new State(q.add(projected).relu(), null);
        case TANH -> new State(q.add(projected).tanh(), null);
        case LSTM -> lstm(parts(q.add(projected)), state);
        case GRU -> gru(parts(projected), parts(q), state);
      };
      scope.keep(next.hidden());
      if (next.cell() != null) {
        scope.keep(next.cell());
      }
      return next;
    }
  }

  private static State lstm(List<Tensor> gates, State state) {
    Tensor before = Objects.requireNonNull(state.cell(), "an LSTM's state has a cell");
    // Read by this step's output and by the next cell: computed once, here.
    Tensor cell = gates.get(1).apply("lstm cell", LSTM_CELL, List.of(gates.get(0), gates.get(2), before)).evaluate();
    return new State(gates.get(3).apply("lstm output", LSTM_HIDDEN, List.of(cell)), cell);
  }

  private static State gru(List<Tensor> p, List<Tensor> q, State state) {
    return new State(p.get(2).apply("gru", GRU_STEP,
        List.of(q.get(2), p.get(0), q.get(0), p.get(1), q.get(1), state.hidden())), null);
  }

  private List<Tensor> parts(Tensor t) {
    long[] extents = new long[kind.gates];
    Arrays.fill(extents, size());
    return t.split(-1, extents);
  }

  /**
   * All steps of x (n, t, features): the hidden outputs (n, t, h) and the last state.
   *
   * @param state before the first step; null for 0
   * @param reverse from the last step to the first
   */
  Scan scan(Tensor x, @Nullable State state, boolean reverse) {
    if (x.shape().rank() != 3 || x.shape().dim(1) < 1) {
      throw new ShapeException("recurrent: takes (n, t, features) with t of at least 1, got " + x);
    }
    long n = x.shape().dim(0);
    int steps = Math.toIntExact(x.shape().dim(1));
    long[] ones = new long[steps];
    Arrays.fill(ones, 1);
    List<Tensor> projected = project(x).split(1, ones);
    List<Tensor> outputs = new ArrayList<>();
    State now = state == null ? zero(x, n) : state;
    for (int i = 0; i < steps; i++) {
      now = next(projected.get(reverse ? steps - 1 - i : i).reshape(n, kind.gates * size()), now);
      outputs.add(now.hidden());
    }
    return new Scan(Tensor.stack(1, reverse ? outputs.reversed() : outputs), now);
  }

  /** What {@link #scan} finds. */
  record Scan(Tensor outputs, State last) {}

  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>(
        List.of(new Variable("weight_ih", input, true), new Variable("weight_hh", hidden, true)));
    if (inputBias != null) {
      all.add(new Variable("bias_ih", inputBias, true));
    }
    if (hiddenBias != null) {
      all.add(new Variable("bias_hh", hiddenBias, true));
    }
    return all;
  }
}
