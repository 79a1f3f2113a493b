package dev.orthant.tensor;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.tensor.graph.GradientSlot;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Records, while it is open, what this thread computes from tensors that require a gradient, so that it can be
 * differentiated (reverse mode, A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., 2008).
 *
 * <pre>{@code
 * w.requireGradient();
 * try (Scope scope = Scope.open(); Tape tape = Tape.open()) {
 *   tape.backward(x.matMul(w).relu().crossEntropy(labels));
 * }
 * w.gradient();                       // until w.clearGradient(), further gradients are added to it
 * }</pre>
 *
 * <p>A tape keeps values, not tensors: closing an intermediate tensor does no harm. It keeps the least that the
 * gradients need, for example of a ReLU its output only, and what costs nothing but elementwise work is computed again
 * instead. Overwriting in place ({@link Tensor#copyFrom}) what a gradient needs makes {@link #backward} throw. Closing
 * the tape releases all that it kept.
 */
public final class Tape implements AutoCloseable {
  private static final ThreadLocal<@Nullable Tape> CURRENT = new ThreadLocal<>();
  /** Records for the threads that have none of their own; at most one is open. */
  private static final AtomicReference<@Nullable Tape> SHARED = new AtomicReference<>();
  /** In the place of a thread's tape: it records nothing now. */
  private static final Tape PAUSED = new Tape(null);

  private final @Nullable Tape outer;
  private final Thread thread = Thread.currentThread();
  private final Map<Node, Value> values = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Saved> saved = new ArrayList<>();
  private boolean closed;

  /** A value that gradients are wanted by. */
  private static final class Value {
    private @Nullable GradientSlot leaf;

    Value(@Nullable GradientSlot leaf) {
      this.leaf = leaf;
    }
  }

  /** An op: where its outputs' gradients come from and its inputs' go to; null for those nobody wants. */
  private record Entry(List<Value> outputs, List<@Nullable Value> inputs, Vjp vjp) {}

  private Tape(@Nullable Tape outer) {
    this.outer = outer;
  }

  /**
   * Opens a tape for this thread. The caller closes it, with try-with-resources. Tapes nest; the innermost open one
   * records.
   */
  public static Tape open() {
    Tape tape = new Tape(CURRENT.get());
    CURRENT.set(tape);
    return tape;
  }

  /**
   * Opens a tape that records what every thread does that has not opened one of its own: for frameworks that spread a
   * batch over threads. Any thread may close it. Threads may differentiate at the same time what they computed
   * themselves.
   *
   * @throws IllegalStateException when one is open already
   */
  public static Tape openForAll() {
    Tape tape = new Tape(null);
    if (!SHARED.compareAndSet(null, tape)) {
      throw new IllegalStateException(
          "a tape for all threads (in DJL a GradientCollector) is open already; close it first: only one can collect "
              + "at a time");
    }
    return tape;
  }

  /** Whether what this thread computes is recorded. */
  public static boolean isOpen() {
    return current() != null;
  }

  /** The tape that records what this thread does now. */
  @SuppressWarnings("ReferenceEquality") // this very mark is meant
  static @Nullable Tape current() {
    Tape own = CURRENT.get();
    return own == null ? SHARED.get() : own == PAUSED ? null : own;
  }

  /** Runs work that is not recorded. */
  static <T> T unrecorded(java.util.function.Supplier<T> work) {
    Tape tape = CURRENT.get();
    CURRENT.set(PAUSED);
    try {
      return work.get();
    } finally {
      CURRENT.set(tape);
    }
  }

  // ---- recording ---------------------------------------------------------------------------------------------------

  /** Whether gradients with respect to this value are wanted. */
  synchronized boolean tracks(Node node) {
    return node.leaf() != null || values.containsKey(node);
  }

  /** Records an op; at least one of the inputs is tracked. */
  synchronized void record(List<Node> inputs, List<Node> outputs, Vjp vjp) {
    if (closed) {
      return;
    }
    List<@Nullable Value> from = new ArrayList<>();
    for (Node input : inputs) {
      from.add(tracks(input) ? value(input) : null);
    }
    List<Value> to = outputs.stream().map(this::value).toList();
    entries.add(new Entry(to, from, vjp));
  }

  private Value value(Node node) {
    Value value = values.computeIfAbsent(node, n -> new Value(null));
    if (node.leaf() != null) {
      value.leaf = node.leaf();
    }
    return value;
  }

  /** Keeps a value for the backward pass of {@code op}. */
  Saved save(String op, Node node) {
    // A device's monitor is never waited for under the tape's.
    Saved s = new Saved(op, node);
    boolean isKept;
    synchronized (this) {
      isKept = !closed && saved.add(s);
    }
    if (!isKept) {
      // Another thread has closed the tape: nobody will ask, and nobody would let go.
      s.close();
    }
    return s;
  }

  /** A value kept for a gradient. */
  static final class Saved {
    private final String op;
    private final Node node;
    private final int version;

    Saved(String op, Node node) {
      this.op = op;
      this.node = node;
      synchronized (node.device()) {
        node.save();
        version = node.version();
      }
    }

    TensorSpec spec() {
      return node.spec();
    }

    /** The value, as a tensor of the current scope. */
    Tensor tensor() {
      synchronized (node.device()) {
        if (node.version() != version) {
          throw new InvalidInputException("backward of " + op + ": its operand " + node.spec() + " on "
              + node.device().name()
              + " was overwritten in place after it was used; copy it first, or overwrite it after the backward pass");
        }
        return new Tensor(node.retain());
      }
    }

    private void close() {
      synchronized (node.device()) {
        node.unsave();
      }
    }
  }

  // ---- the backward pass -------------------------------------------------------------------------------------------

  /** Differentiates {@code target}, which if not a scalar is differentiated as the sum of its elements. */
  public void backward(Tensor target) {
    try (Tensor ones = Tensor.full(target.device(), target.dtype(), Shape.of(), 1)) {
      backward(target, ones);
    }
  }

  /**
   * Adds to the gradient of every tensor that requires one and that {@code target} was computed from, while this tape
   * was open: Σ seed·∂target/∂tensor. May be called again; gradients add up.
   *
   * @param seed the gradient by {@code target} itself, of its type, broadcasting to its shape
   * @throws InvalidInputException when {@code target} was not computed from such a tensor, or a value needed was
   * overwritten
   */
  public void backward(Tensor target, Tensor seed) {
    try (Operands held = Operands.of("backward", List.of(target, seed))) {
      backward(target, held.first(), seed);
    }
  }

  private void backward(Tensor target, Node node, Tensor seed) {
    Value start;
    List<Entry> backwards;
    List<Value> all;
    synchronized (this) {
      requireOpen();
      start = values.get(node);
      backwards = new ArrayList<>(entries).reversed();
      all = new ArrayList<>(values.values());
    }
    if (start == null) {
      throw new InvalidInputException("backward: " + target
          + " does not depend, on this tape, on a tensor that requires a gradient; call requireGradient() on it "
          + "before, and compute while the tape is open");
    }
    TensorSpec spec = node.spec();
    if (!seed.shape().broadcastsTo(spec.shape()) || seed.dtype() != spec.dtype()) {
      throw new InvalidInputException("backward: the seed " + seed.spec() + " does not go with the target " + spec);
    }
    try (Scope _ = Scope.open()) {
      Map<Value, Tensor> gradients = new HashMap<>();
      Tape.<@Nullable Object>unrecorded(() -> {
        gradients.put(start, seed.broadcastTo(spec.shape()));
        backwards.forEach(e -> step(e, gradients));
        all.forEach(v -> addToLeaf(v, gradients));
        return null;
      });
    }
  }

  private static void step(Entry entry, Map<Value, Tensor> gradients) {
    List<@Nullable Tensor> given = entry.outputs.stream().<@Nullable Tensor>map(gradients::get).toList();
    if (given.stream().allMatch(Objects::isNull)) {
      return;
    }
    boolean[] wanted = new boolean[entry.inputs.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = entry.inputs.get(i) != null;
    }
    // What a step makes on the way goes with it, and so do the gradients that it has used up.
    try (Scope scope = Scope.open()) {
      List<@Nullable Tensor> results = entry.vjp.apply(given, wanted);
      for (int i = 0; i < wanted.length; i++) {
        Value value = entry.inputs.get(i);
        Tensor gradient = results.get(i);
        if (value != null && gradient != null) {
          add(scope, gradients, value, gradient.alias());
        }
      }
    }
    for (Value v : entry.outputs) {
      Tensor used = gradients.remove(v);
      if (used != null) {
        used.close();
      }
    }
  }

  /** Adds a gradient, which is handed over, to what a value has; the sum outlives the scope of a step. */
  private static void add(Scope scope, Map<Value, Tensor> gradients, Value value, Tensor gradient) {
    Tensor before = gradients.get(value);
    if (before == null) {
      gradients.put(value, scope.keep(gradient));
    } else {
      try (before; gradient) {
        gradients.put(value, scope.keep(before.add(gradient)));
      }
    }
  }

  /** Adds the gradient found to that which the leaf has. */
  private static void addToLeaf(Value v, Map<Value, Tensor> gradients) {
    Tensor gradient = gradients.get(v);
    if (v.leaf != null && gradient != null) {
      Training.addTo(v.leaf, gradient);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new dev.orthant.core.ClosedException("the tape is closed");
    }
  }

  /**
   * Releases everything that was kept.
   *
   * @throws IllegalStateException when a tape opened later is still open, or another thread opened this one
   */
  @Override
  @SuppressWarnings("ReferenceEquality") // this very tape is meant
  public void close() {
    List<Saved> kept;
    synchronized (this) {
      if (closed) {
        return;
      }
      if (!SHARED.compareAndSet(this, null)) {
        if (thread != Thread.currentThread() || CURRENT.get() != this) {
          throw new IllegalStateException("a Tape is closed by the thread that opened it, the innermost first");
        }
        CURRENT.set(outer);
      }
      closed = true;
      kept = List.copyOf(saved);
      saved.clear();
      entries.clear();
      values.clear();
    }
    // As in save: a device's monitor is never waited for under the tape's.
    kept.forEach(Saved::close);
  }
}
