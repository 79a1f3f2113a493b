package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.op.reference.Longs;
import dev.orthant.op.walk.Broadcast;
import dev.orthant.op.walk.Rows;
import java.util.ArrayList;
import java.util.List;

/** The reference of a reduction in integers. */
final class ReduceIntegers {
  private final Reduce op;
  private final long[][] values;
  private final Shape walked;
  private final Rows rows;
  private final Broadcast walk;
  private final long[] scalars;
  /** The formulas' inputs at one element. */
  private final long[] at;

  ReduceIntegers(Reduce op, List<TensorSpec> inputs, long[][] values) {
    this.op = op;
    this.values = values;
    this.walked = op.walked(inputs);
    this.rows = new Rows(walked, op.axes());
    this.walk = Broadcast.of(walked, inputs.stream().map(TensorSpec::shape).toList());
    this.scalars = Longs.of(op.scalars());
    this.at = new long[op.position() + 1];
  }

  long[][] results() {
    List<long[]> stored = new ArrayList<>();
    op.results().forEach(
        r -> stored.add(new long[Math.toIntExact((r.perRow() ? op.rows(walked) : walked).elements())]));
    for (long row = 0; row < rows.count(); row++) {
      for (int j = 0; j < op.stages().size(); j++) {
        at[op.operands() + j] = stage(op.stages().get(j), row);
      }
      for (int i = 0; i < op.results().size(); i++) {
        Reduce.Result r = op.results().get(i);
        for (long p = 0; p < (r.perRow() ? 1 : rows.length()); p++) {
          load(row, p);
          stored.get(i)[Math.toIntExact(r.perRow() ? row : rows.element(row, p))] =
              Longs.stored(r.type(), IntegerSemantics.evaluate(r.formula(), at, scalars));
        }
      }
    }
    return stored.toArray(long[][]::new);
  }

  private long stage(Reduce.Stage stage, long row) {
    long s = switch (stage.kind()) {
      case SUM, MEAN -> 0;
      case PROD -> 1;
      case MAX -> Long.MIN_VALUE;
      case MIN -> Long.MAX_VALUE;
    };
    for (long p = 0; p < rows.length(); p++) {
      load(row, p);
      long f = IntegerSemantics.evaluate(stage.formula(), at, scalars);
      s = switch (stage.kind()) {
        case SUM, MEAN -> s + f;
        case PROD -> s * f;
        case MAX -> Math.max(s, f);
        case MIN -> Math.min(s, f);
      };
    }
    return s;
  }

  private void load(long row, long p) {
    // An empty row has no element to load: its results read none that varies along it.
    long element = rows.length() == 0 ? -1 : rows.element(row, p);
    for (int o = 0; o < op.operands(); o++) {
      at[o] = element < 0 ? 0 : values[o][Math.toIntExact(walk.offset(o, element))];
    }
    at[op.position()] = p;
  }
}
