package dev.orthant.monitor;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import dev.orthant.op.Layout;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is known of one layer's outputs so far, per unit and on the device; each batch is one launch. Means and
 * variances of batches are put together by the formulas of Chan, Golub and LeVeque (1979).
 */
final class Activity implements AutoCloseable {
  private static final int OPERANDS = 5;

  private final String name;
  private final Dead rule;
  private final long units;
  /** The largest output or magnitude, the share of zeros, the mean and the variance of each unit. */
  private List<Tensor> state = List.of();
  /** Outputs of each unit so far. */
  private long count;

  Activity(String name, Dead rule, long units) {
    this.name = name;
    this.rule = rule;
    this.units = units;
  }

  /** The axis along which a layer's units are: the channels of images, else the last. */
  static int unitAxis(String name, Tensor y, Layout layout) {
    int rank = y.shape().rank();
    if (rank < 2 || !y.dtype().isFloating()) {
      throw new InvalidInputException(
          "monitor: takes outputs of rank 2 or more and f16 bf16 f32 f64, got " + y.spec() + " of " + name);
    }
    return rank == 4 ? layout.channelAxis() : rank - 1;
  }

  void add(Tensor y, int unitAxis) {
    Shape shape = y.shape();
    if (shape.dim(unitAxis) != units) {
      throw new InvalidInputException(
          "monitor: " + name + " had " + units + " units before, now its output is " + y.spec());
    }
    if (shape.isEmpty()) {
      return;
    }
    long more = shape.elements() / units;
    double weight = (double) more / (count + more);
    Scope.detached(() -> {
      if (state.isEmpty()) {
        state = start(y, unitAxis);
      }
      List<Tensor> inputs = List.of(y, state.get(0), state.get(1), state.get(2), state.get(3));
      replace(Tensor.reduceAll("monitor", op(y, unitAxis, weight), inputs));
      return state;
    });
    count += more;
  }

  private static List<Tensor> start(Tensor y, int unitAxis) {
    long[] dims = IntStream.range(0, y.shape().rank()).mapToLong(d -> d == unitAxis ? y.shape().dim(d) : 1).toArray();
    return java.util.stream.DoubleStream.of(Double.NEGATIVE_INFINITY, 0, 0, 0)
        .mapToObj(v -> Tensor.full(y.device(), y.dtype().compute(), Shape.of(dims), v)).toList();
  }

  /** The new state from the batch (input 0) and the old state (inputs 1 to 4). */
  private Reduce op(Tensor y, int unitAxis, double weight) {
    Expr x = Expr.input(0);
    DType type = y.dtype().compute();
    Moments.Spread spread = Moments.spread(x, OPERANDS, type, Expr.constant(0));
    int own = spread.stages().size();
    List<Reduce.Stage> stages = new ArrayList<>(spread.stages());
    stages.add(new Reduce.Stage(Reduce.Kind.MAX, rule.magnitude() ? x.abs() : x));
    stages.add(new Reduce.Stage(Reduce.Kind.MEAN, x.eq(Expr.constant(0)).asNumber()));
    Expr further = spread.mean().minus(Expr.input(3));
    List<Expr> next = List.of(Expr.max(Expr.input(1), Reduce.stage(OPERANDS, own)),
        towards(2, Reduce.stage(OPERANDS, own + 1)), towards(3, spread.mean()),
        towards(4, spread.variance()).plus(further.squared().times(Expr.scalar(1))));
    return new Reduce(IntStream.range(0, y.shape().rank()).filter(d -> d != unitAxis).boxed().toList(), stages,
        next.stream().map(f -> new Reduce.Result(f, true, type)).toList(), OPERANDS,
        List.of(weight, weight * (1 - weight)));
  }

  /** The average of what was and what the batch says, by the numbers of their outputs. */
  private static Expr towards(int input, Expr batch) {
    Expr before = Expr.input(input);
    return before.plus(batch.minus(before).times(Expr.scalar(0)));
  }

  private void replace(List<Tensor> next) {
    state.forEach(Tensor::close);
    state = next;
  }

  /** Reads the numbers per unit. */
  LayerReport report() {
    if (state.isEmpty()) {
      return new LayerReport(name, units, 0, Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double[][] read = state.stream().map(Tensor::toDoubleArray).toArray(double[][]::new);
    long dead = 0;
    double mean = 0;
    double zeros = 0;
    for (int u = 0; u < units; u++) {
      dead += read[0][u] <= rule.threshold() ? 1 : 0;
      zeros += read[1][u] / units;
      mean += read[2][u] / units;
    }
    double variance = 0;
    for (int u = 0; u < units; u++) {
      variance += (read[3][u] + (read[2][u] - mean) * (read[2][u] - mean)) / units;
    }
    return new LayerReport(name, units, dead, zeros, mean, variance, units * count);
  }

  @Override
  public void close() {
    replace(List.of());
  }
}
