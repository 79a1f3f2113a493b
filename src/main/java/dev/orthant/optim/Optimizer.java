package dev.orthant.optim;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters by their gradients, following an {@link UpdateRule}: one launch per parameter and step.
 *
 * <pre>{@code
 * try (Optimizer optimizer = Adam.DEFAULT.rate(3e-4).optimizer()) {
 *   for (…) {
 *     try (Scope scope = Scope.open(); Tape tape = Tape.open()) {
 *       tape.backward(network.forward(x, pass).crossEntropy(labels));
 *     }
 *     optimizer.step(network.parameters());
 *   }
 * }
 * }</pre>
 *
 * <p>An optimizer serves one list of parameters, the same tensors in the same order at each step; parameters to be
 * treated differently (no weight decay for biases, say) get an optimizer of their own. What it keeps from step to step
 * is in F32, of F64 parameters in F64; no {@link Scope} closes it, {@link #close} does. Not for use by several threads
 * at once.
 */
public final class Optimizer implements AutoCloseable {
  /**
   * The state's tensor that counts each parameter's updates: those without a gradient in a step have fewer than there
   * were steps.
   */
  public static final String UPDATES = "updates";

  private final UpdateRule rule;
  private final List<Expr> formulas;
  private final List<Entry> entries = new ArrayList<>();
  private @Nullable Tensor counts;
  private long steps;
  private boolean closed;

  /** A parameter and what is kept for it: nothing before its first update. */
  private static final class Entry {
    private final Tensor parameter;
    private List<Tensor> slots = List.of();
    private long updates;

    Entry(Tensor parameter) {
      this.parameter = parameter;
    }

    void slots(List<Tensor> next) {
      slots.forEach(Tensor::close);
      slots = next;
    }
  }

  /** Without parameters yet. */
  public Optimizer(UpdateRule rule) {
    this.rule = rule;
    this.formulas = rule.formulas();
  }

  /** How parameters are updated. */
  public UpdateRule rule() {
    return rule;
  }

  /** How many steps were taken. */
  public long steps() {
    return steps;
  }

  /** The learning rate of the next step. */
  public double learningRate() {
    double rate = rule.rate().at(steps);
    if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
      throw new InvalidInputException(
          rule.name() + ": the learning rate must be finite and at least 0, got " + rate + " for step " + steps);
    }
    return rate;
  }

  /**
   * Gives every parameter that has a gradient its next value, and clears the gradient. The others stay as they are.
   *
   * @throws InvalidInputException when these are not the parameters of the steps before
   */
  public void step(List<Tensor> parameters) {
    requireOpen();
    double rate = learningRate();
    adopt(parameters);
    for (Entry e : entries) {
      if (e.parameter.hasGradient()) {
        update(e, rate);
      }
    }
    steps++;
  }

  private void update(Entry e, double rate) {
    Scope.detached(() -> {
      if (e.slots.size() != rule.slots().size()) {
        e.slots(zeros(e.parameter));
      }
      List<DType> types = new ArrayList<>(List.of(e.parameter.dtype()));
      types.addAll(Collections.nCopies(e.slots.size(), kept(e.parameter)));
      try (Scope scope = Scope.open()) {
        List<Tensor> inputs = new ArrayList<>(List.of(e.parameter, e.parameter.gradient()));
        inputs.addAll(e.slots);
        List<Tensor> results =
            Tensor.applyAll(rule.name(), formulas, types, inputs, rule.scalars(rate, e.updates + 1));
        // Should another thread have closed the parameter, the state stays what it was.
        e.parameter.assign(results.getFirst());
        List<Tensor> kept = List.copyOf(results.subList(1, results.size()));
        kept.forEach(scope::handOver);
        e.slots(kept);
      }
      e.updates++;
      e.parameter.clearGradient();
      return e;
    });
  }

  /** The slots of a parameter before its first update, in one launch. */
  private List<Tensor> zeros(Tensor parameter) {
    int count = rule.slots().size();
    return Tensor.applyAll(rule.name() + " state", Collections.nCopies(count, Expr.scalar(0)),
        Collections.nCopies(count, kept(parameter)), List.of(parameter), rule.initial());
  }

  /** The type of what is kept for a parameter. */
  private static DType kept(Tensor parameter) {
    return parameter.dtype().compute();
  }

  @SuppressWarnings("ReferenceEquality") // the same tensors, not equal ones
  private void adopt(List<Tensor> parameters) {
    if (entries.isEmpty()) {
      parameters.forEach(p -> entries.add(new Entry(p)));
    }
    boolean same = entries.size() == parameters.size();
    for (int i = 0; same && i < entries.size(); i++) {
      same = entries.get(i).parameter == parameters.get(i);
    }
    if (!same) {
      throw new InvalidInputException(rule.name() + ": takes the same " + entries.size()
          + " parameters at each step, in the same order, got " + parameters + "; use an optimizer for each list");
    }
  }

  // ---- checkpoints -------------------------------------------------------------------------------------------------

  /**
   * What a checkpoint must hold besides {@link #steps}: tensors named by slot and by the parameter's place in the list,
   * such as {@code first.0}, and {@link #UPDATES} (I64). Empty before the first step. They are the optimizer's: read
   * them before the next step, do not close them.
   */
  public Map<String, Tensor> state() {
    requireOpen();
    Map<String, Tensor> state = new LinkedHashMap<>();
    if (entries.isEmpty()) {
      return state;
    }
    for (int i = 0; i < entries.size(); i++) {
      Entry e = entries.get(i);
      for (int j = 0; e.updates > 0 && j < e.slots.size(); j++) {
        state.put(rule.slots().get(j) + "." + i, e.slots.get(j));
      }
    }
    closeCounts();
    double[] updates = entries.stream().mapToDouble(e -> (double) e.updates).toArray();
    Tensor told = Scope.detached(() -> Tensor.of(entries.getFirst().parameter.device(), DType.I64,
        Shape.of(updates.length), updates));
    counts = told;
    state.put(UPDATES, told);
    return state;
  }

  /**
   * Goes on where another optimizer with the same rule, for parameters of the same shapes and types, was. Copies; the
   * caller closes {@code state}.
   *
   * @param steps as {@link #steps} told
   * @param state as {@link #state} told
   * @throws InvalidInputException when something is missing, is too much or does not go with the parameters; then
   * nothing has changed
   */
  public void restore(List<Tensor> parameters, long steps, Map<String, Tensor> state) {
    requireOpen();
    if (steps < 0) {
      throw new InvalidInputException(rule.name() + ": restore takes steps of at least 0, got " + steps);
    }
    long[] updates = updates(parameters.size(), steps, state);
    checkSlots(parameters, updates, state);
    List<Entry> restored = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      // Should a copy fail, the scope closes those before it: then nothing has changed.
      for (int i = 0; i < parameters.size(); i++) {
        Entry e = new Entry(parameters.get(i));
        e.updates = updates[i];
        if (updates[i] > 0) {
          int place = i;
          e.slots(rule.slots().stream().map(s -> copy(Objects.requireNonNull(state.get(s + "." + place)))).toList());
        }
        restored.add(e);
      }
      restored.forEach(e -> e.slots.forEach(scope::handOver));
    }
    entries.forEach(e -> e.slots(List.of()));
    entries.clear();
    entries.addAll(restored);
    this.steps = steps;
  }

  /** Memory of its own, as the caller may overwrite his in place. */
  private static Tensor copy(Tensor t) {
    return Tensor.applyAll("restore", List.of(Expr.input(0)), List.of(t.dtype()), List.of(t)).getFirst();
  }

  private long[] updates(int count, long steps, Map<String, Tensor> state) {
    Tensor told = state.get(UPDATES);
    if (told == null) {
      if (state.isEmpty() && steps == 0) {
        return new long[count];
      }
      throw new InvalidInputException(
          rule.name() + ": restore lacks the tensor " + UPDATES + ", got " + state.keySet());
    }
    TensorSpec expected = new TensorSpec(DType.I64, Shape.of(count));
    if (!told.spec().equals(expected)) {
      throw new InvalidInputException(
          rule.name() + ": restore takes " + UPDATES + " " + expected + ", one for each parameter, got " + told);
    }
    long[] updates = Arrays.stream(told.toDoubleArray()).mapToLong(v -> (long) v).toArray();
    if (Arrays.stream(updates).anyMatch(u -> u < 0 || u > steps)) {
      throw new InvalidInputException(rule.name() + ": restore takes " + UPDATES + " from 0 to the steps " + steps
          + ", got " + Arrays.toString(updates));
    }
    return updates;
  }

  private void checkSlots(List<Tensor> parameters, long[] updates, Map<String, Tensor> state) {
    Map<String, TensorSpec> expected = new LinkedHashMap<>();
    for (int i = 0; i < updates.length; i++) {
      for (String slot : updates[i] == 0 ? List.<String>of() : rule.slots()) {
        Tensor p = parameters.get(i);
        expected.put(slot + "." + i, new TensorSpec(kept(p), p.shape()));
        Tensor given = state.get(slot + "." + i);
        if (given == null || !given.spec().equals(expected.get(slot + "." + i))
            || !given.device().name().equals(p.device().name())) {
          throw new InvalidInputException(rule.name() + ": restore takes " + slot + "." + i + " "
              + expected.get(slot + "." + i) + " on " + p.device().name() + ", got "
              + (given == null ? "none; there are " + state.keySet() : given));
        }
      }
    }
    for (String name : state.keySet()) {
      if (!name.equals(UPDATES) && !expected.containsKey(name)) {
        throw new InvalidInputException(
            rule.name() + ": restore does not know " + name + "; it takes " + expected.keySet());
      }
    }
  }

  private void closeCounts() {
    if (counts != null) {
      counts.close();
      counts = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException(rule.name() + ": the optimizer is closed");
    }
  }

  /** Closes what was kept; the parameters are not its own. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      entries.forEach(e -> e.slots(List.of()));
      entries.clear();
      closeCounts();
    }
  }
}
