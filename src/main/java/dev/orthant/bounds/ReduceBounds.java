package dev.orthant.bounds;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Enclosure;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Interval;
import dev.orthant.expr.Operator;
import dev.orthant.op.Call;
import dev.orthant.op.Reduce;
import dev.orthant.op.walk.Broadcast;
import dev.orthant.op.walk.Rows;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * The lawful results of a reduction: what each stage may be ({@link StageBound}), then what the formulas make of it.
 */
final class ReduceBounds {
  /** The stages of a row. */
  private record Row(double[] truths, Interval[] lawful) {}

  private final Call call;
  private final Reduce op;
  private final List<LongToDoubleFunction> values;
  private final DType compute;
  private final Shape walked;
  private final Rows rows;
  private final Broadcast walk;
  private final long[] weights;
  private final Map<Long, Row> known = new HashMap<>();

  ReduceBounds(Call call, Reduce op, List<LongToDoubleFunction> values) {
    this.call = call;
    this.op = op;
    this.values = values;
    this.compute = op.compute(call.inputs());
    this.walked = op.walked(call.inputs());
    this.rows = new Rows(walked, op.axes());
    this.walk = Broadcast.of(walked, call.inputs().stream().map(TensorSpec::shape).toList());
    this.weights = new long[walked.rank()];
    long step = 1;
    for (int d = weights.length - 1; d >= 0; d--) {
      weights[d] = step;
      step *= walked.dim(d);
    }
  }

  Bounds.Expected expected(int output, long index) {
    Reduce.Result r = op.results().get(output);
    long row = r.perRow() ? index : part(index, false);
    double[] at = new double[op.position() + 1];
    Interval[] lawful = new Interval[at.length];
    load(row, r.perRow() ? 0 : part(index, true), at, lawful);
    Row stages = known.computeIfAbsent(row, this::row);
    System.arraycopy(stages.truths, 0, at, op.operands(), stages.truths.length);
    System.arraycopy(stages.lawful, 0, lawful, op.operands(), stages.lawful.length);
    Interval computed = new Enclosure(lawful, op.scalars(), compute).of(r.formula());
    return stored(r.formula().evaluate(at, op.scalars()), computed, r.type());
  }

  private Bounds.Expected stored(double truth, Interval computed, DType type) {
    if (type == DType.BOOL) {
      boolean maybeZero = computed.lo() <= 0 && computed.hi() >= 0;
      boolean maybeOther = computed.lo() != 0 || computed.hi() != 0 || computed.nan();
      return new Bounds.Expected(truth != 0 ? 1 : 0, new Interval(maybeZero ? 0 : 1, maybeOther ? 1 : 0, false));
    }
    if (type.isFloating() && type == type.compute() && type != compute) {
      Expr same = new Expr.Binary(Operator.MUL, Expr.input(0), Expr.constant(1));
      return new Bounds.Expected(truth, new Enclosure(new Interval[] {computed}, new double[0], type).of(same));
    }
    return new Bounds.Expected(truth, computed.stored(type));
  }

  /** The number of the element's row, or its position in that. */
  private long part(long element, boolean position) {
    long number = 0;
    for (int d = 0; d < weights.length; d++) {
      if (op.axes().contains(d) == position) {
        number = number * walked.dim(d) + element / weights[d] % walked.dim(d);
      }
    }
    return number;
  }

  private void load(long row, long position, double[] at, Interval[] lawful) {
    // An empty row has no element: what is stored for it reads operands that do not vary along it.
    long element = rows.length() == 0 ? -1 : rows.element(row, position);
    for (int o = 0; o < op.operands(); o++) {
      double v = element < 0 ? Double.NaN : values.get(o).applyAsDouble(walk.offset(o, element));
      // Integers become the nearest number of the computing type.
      at[o] = call.input(o).dtype().isFloating() ? v : compute.round(v);
      lawful[o] = Interval.point(at[o]);
    }
    at[op.position()] = (double) position;
    lawful[op.position()] = Interval.point(at[op.position()]);
  }

  private Row row(long row) {
    int count = op.stages().size();
    double[] at = new double[op.position() + 1];
    Interval[] lawful = new Interval[at.length];
    Row result = new Row(new double[count], new Interval[count]);
    for (int j = 0; j < count; j++) {
      Reduce.Stage stage = op.stages().get(j);
      StageBound bound = new StageBound(stage.kind(), compute);
      for (long p = 0; p < rows.length(); p++) {
        load(row, p, at, lawful);
        System.arraycopy(result.truths, 0, at, op.operands(), j);
        System.arraycopy(result.lawful, 0, lawful, op.operands(), j);
        for (int later = j; later < count; later++) {
          lawful[op.operands() + later] = Interval.point(Double.NaN);
        }
        if (stage.formula() instanceof Expr.Input(int i)) {
          bound.add(at[i], lawful[i]);
        } else {
          bound.add(stage.formula().evaluate(at, op.scalars()),
              new Enclosure(lawful, op.scalars(), compute).of(stage.formula()));
        }
      }
      result.truths[j] = bound.truth();
      result.lawful[j] = bound.interval();
    }
    return result;
  }

  @Override
  public String toString() {
    return call.toString();
  }
}
