package dev.orthant.bounds;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Enclosure;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Interval;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Contraction;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.op.Summation;
import dev.orthant.op.walk.Broadcast;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one place of tolerances: the truth and the lawful results of single outputs of a call.
 *
 * <p>A sum of k products accumulated in a type of unit roundoff u is off by at most γ(s)·Σ|a||b| with γ(s) = su/(1 −
 * su), where s is the number of roundings between a product and the sum (N. J. Higham, Accuracy and Stability of
 * Numerical Algorithms, 2nd ed., §3.1 and §4.2): that of a tree of blocks, {@link Summation#steps}. Elementwise work on
 * it is bounded by {@link Enclosure}. Products that matrix units may sum are bounded by {@link DotBound}.
 */
public final class Bounds {
  /**
   * What one output may be.
   *
   * @param truth the float64 value, not rounded to the output's type
   * @param lawful what the device may have stored
   */
  public record Expected(double truth, Interval lawful) {
    /**
     * The error of {@code got} as a fraction of what the bound allows: at most 1 when lawful. A NaN that should not be
     * there, or that is missing, gives infinity.
     */
    public double fraction(double got) {
      if (Double.isNaN(got)) {
        return lawful.nan() ? 0 : Double.POSITIVE_INFINITY;
      }
      if (lawful.surelyNan()) {
        return Double.POSITIVE_INFINITY;
      }
      double room = got > truth ? lawful.hi() - truth : truth - lawful.lo();
      double error = Math.abs(got - truth);
      boolean inside = lawful.lo() <= got && got <= lawful.hi();
      if (got == truth || (inside && !(error < Double.POSITIVE_INFINITY && room < Double.POSITIVE_INFINITY))) {
        return 0;
      }
      // Outside is outside, however the quotient is rounded.
      return inside ? Math.min(1, error / room) : Math.max(Math.nextUp(1.0), error / room);
    }
  }

  private final Call call;
  private final List<LongToDoubleFunction> values;
  private final Broadcast walk;
  private final int firstOperand;
  private final MoveBounds moves;
  private @Nullable ReduceBounds reduce;

  /**
   * Prepares to judge the outputs of a call.
   *
   * @param values the elements of each input, as stored
   */
  public Bounds(Call call, List<LongToDoubleFunction> values) {
    this.call = call;
    this.values = List.copyOf(values);
    this.moves = new MoveBounds(call, this.values);
    this.firstOperand = call.op() instanceof Contraction ? 2 : 0;
    List<TensorSpec> operands = call.inputs().subList(firstOperand, call.inputs().size());
    boolean elementwise = call.op() instanceof Contraction || call.op() instanceof Pointwise;
    this.walk = Broadcast.of(call.output().shape(),
        elementwise ? operands.stream().map(TensorSpec::shape).toList() : List.of());
  }

  /** Truth and bound of element {@code index} of output {@code output}. */
  public Expected expected(int output, long index) {
    DType type = call.outputs().get(output).dtype();
    if (call.op().isInIntegers(call.inputs())) {
      return moves.expected(output, index);
    }
    return switch (call.op()) {
      case Contraction c -> {
        DotBound dot = new DotBound(call.input(0).dtype(), c.math());
        c.terms(call.input(0), call.input(1), index,
            (p, q) -> dot.add(values.get(0).applyAsDouble(p), values.get(1).applyAsDouble(q)));
        yield elementwise(c.epilogue().formula(), dot.sum(), dot.interval(), index, type, type.compute());
      }
      case Pointwise p -> elementwise(p.formulas().get(output), Double.NaN, Interval.point(Double.NaN), index, type,
          p.compute(call.inputs()));
      case Reduce op -> reduce(op).expected(output, index);
      case Pool2d op -> new PoolBounds(call, values).expected(op, index);
      case Pool2dBackward op -> new PoolBounds(call, values).expected(op, index);
      case Copy _ -> moves.expected(output, index);
      case Concat _ -> moves.expected(output, index);
      case Cast _ -> moves.expected(output, index);
      case Gather _ -> moves.expected(output, index);
      case ScatterAdd _ -> moves.expected(output, index);
      case CumSum _ -> moves.expected(output, index);
      case Sort _ -> moves.expected(output, index);
      case Random op -> exactly(type.round(op.value(index)));
    };
  }

  private ReduceBounds reduce(Reduce op) {
    ReduceBounds known = reduce == null ? new ReduceBounds(call, op, values) : reduce;
    reduce = known;
    return known;
  }

  /** Only {@code v} is right; for NaN, only NaN. */
  public static Expected exactly(double v) {
    return new Expected(v, Interval.point(v));
  }

  private Expected elementwise(Expr formula, double acc, Interval sum, long index, DType type, DType compute) {
    int shift = firstOperand == 0 ? 0 : 1;
    int operands = call.inputs().size() - firstOperand;
    List<Philox> noise = call.op().noise();
    double[] at = new double[shift + operands + noise.size()];
    Interval[] known = new Interval[at.length];
    for (int o = 0; o < operands; o++) {
      double v = values.get(firstOperand + o).applyAsDouble(walk.offset(o, index));
      // Integers become the nearest number of the computing type.
      at[o + shift] = call.input(firstOperand + o).dtype().isFloating() ? v : compute.round(v);
    }
    for (int j = 0; j < noise.size(); j++) {
      at[shift + operands + j] = noise.get(j).uniform(index, compute);
    }
    for (int i = shift; i < at.length; i++) {
      known[i] = Interval.point(at[i]);
    }
    if (shift == 1) {
      at[0] = acc;
      known[0] = sum;
    }
    double[] scalars = call.op().scalars();
    Interval computed = new Enclosure(known, scalars, compute).of(formula);
    double truth = formula.evaluate(at, scalars);
    return new Expected(type.isFloating() ? truth : type.round(truth), computed.stored(type, compute));
  }

  /**
   * By how much a sum in {@code type} may differ from the truth: γ(steps)·magnitude, and what may be flushed or
   * underflow.
   *
   * @param how what is added one after another, and what in a tree
   * @param magnitude Σ of the terms' magnitudes
   */
  static double sumError(DType type, Summation how, long terms, double magnitude) {
    return sumError(type, type.unitRoundoff(), how, terms, magnitude);
  }

  /**
   * As {@link #sumError(DType, Summation, long, double)} where each step costs an error of {@code unit} rather than
   * that of the type's rounding.
   */
  static double sumError(DType type, double unit, Summation how, long terms, double magnitude) {
    if (magnitude == 0) {
      return 0;
    }
    // The truth is rounded to a double itself, which a double device may miss by as much again.
    double ku = (how.steps(terms) + (type == DType.F64 ? 1 : 0)) * unit;
    double gamma = ku < 1 ? ku / (1 - ku) : Double.POSITIVE_INFINITY;
    return gamma * magnitude + terms * type.minNormal();
  }
}
