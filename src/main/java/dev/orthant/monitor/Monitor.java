package dev.orthant.monitor;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import dev.orthant.nn.Variable;
import dev.orthant.op.Layout;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Watches a network while it trains or is validated: dead units, zeros, mean and variance of each layer's outputs,
 * norms of parameters and gradients. All is computed on the device, in one launch per layer and batch, one per
 * parameter; only numbers per unit are copied to the host, by {@link #report}.
 *
 * <pre>{@code
 * try (Monitor monitor = new Monitor()) {
 *   Pass pass = Pass.inference().observedBy(monitor);
 *   for (…) {
 *     network.forward(batch, pass);
 *   }
 *   monitor.report().lines().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>A unit is a channel of images (rank 4), else a place along the last axis. No {@link Scope} closes what is kept;
 * {@link #close} does. Not for use by several threads at once.
 */
public final class Monitor implements BiConsumer<String, Tensor>, AutoCloseable {
  private final Layout layout;
  private final Function<String, Dead> rules;
  private final Map<String, Activity> layers = new LinkedHashMap<>();
  private final List<Norms> parameters = new ArrayList<>();

  /** What {@link #norms(Tensor)} gives. */
  private record Norms(String name, List<Tensor> values) {}

  /** For images in NCHW; a unit is dead that is never positive. */
  public Monitor() {
    this(Layout.NCHW, name -> Dead.NEVER_POSITIVE);
  }

  /**
   * A monitor that knows which layers' units are dead when.
   *
   * @param layout of outputs of rank 4
   * @param rules from a layer's name
   */
  public Monitor(Layout layout, Function<String, Dead> rules) {
    this.layout = layout;
    this.rules = rules;
  }

  /** Adds a batch of a layer's outputs: what {@link dev.orthant.nn.Pass#observer} calls. */
  @Override
  public void accept(String name, Tensor y) {
    int axis = Activity.unitAxis(name, y, layout);
    layers.computeIfAbsent(name, n -> new Activity(n, rules.apply(n), y.shape().dim(axis))).add(y, axis);
  }

  /**
   * Takes the norms of learned variables and of their gradients as they are now, in the place of those taken before.
   */
  public void watch(List<Variable> variables) {
    forgetParameters();
    for (Variable v : variables) {
      if (v.learned()) {
        parameters.add(new Norms(v.name(), Scope.detached(() -> norms(v.tensor()))));
      }
    }
  }

  /** The parameter's norm; of its gradient, if it has one, the norm and the largest magnitude. */
  private static List<Tensor> norms(Tensor p) {
    if (!p.hasGradient()) {
      return norms(List.of(p));
    }
    try (Tensor gradient = p.gradient()) {
      return norms(List.of(p, gradient));
    }
  }

  private static List<Tensor> norms(List<Tensor> tensors) {
    int count = tensors.size();
    Tensor first = tensors.getFirst();
    DType type = first.dtype().compute();
    if (first.shape().isEmpty()) {
      return IntStream.range(0, 2 * count - 1).mapToObj(i -> Tensor.full(first.device(), type, Shape.of(), 0)).toList();
    }
    List<Reduce.Stage> stages = new ArrayList<>();
    List<Reduce.Result> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Expr largest = Reduce.stage(count, 2 * i);
      stages.add(new Reduce.Stage(Reduce.Kind.MAX, Expr.input(i).abs()));
      stages.add(Moments.squares(Expr.input(i), largest, type));
      results.add(new Reduce.Result(Moments.norm(Reduce.stage(count, 2 * i + 1), largest, type), true, type));
    }
    if (count == 2) {
      results.add(new Reduce.Result(Reduce.stage(count, 2), true, type));
    }
    Reduce op =
        new Reduce(IntStream.range(0, first.shape().rank()).boxed().toList(), stages, results, count, List.of());
    return Tensor.reduceAll("monitor", op, tensors);
  }

  /** Waits for and reads what was seen since the last {@link #reset}. */
  public Report report() {
    return new Report(layers.values().stream().map(Activity::report).toList(),
        parameters.stream().map(Monitor::report).toList());
  }

  private static ParameterReport report(Norms n) {
    double[] values = n.values.stream().mapToDouble(t -> t.toDoubleArray()[0]).toArray();
    if (values.length == 1) {
      return new ParameterReport(n.name, values[0], OptionalDouble.empty(), false);
    }
    double limit = Math.sqrt(n.values.getFirst().dtype().maxFinite());
    return new ParameterReport(n.name, values[0], OptionalDouble.of(values[1]), values[2] > limit);
  }

  /** Begins a new pass. */
  public void reset() {
    layers.values().forEach(Activity::close);
    layers.clear();
    forgetParameters();
  }

  private void forgetParameters() {
    parameters.forEach(n -> n.values.forEach(Tensor::close));
    parameters.clear();
  }

  @Override
  public void close() {
    reset();
  }
}
