package dev.orthant.bounds;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Enclosure;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Interval;
import dev.orthant.op.Call;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import dev.orthant.op.reference.CompensatedSum;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Truth and bounds of pooling: the largest is exact, sums are off by what their {@link Summation} allows, what is done
 * to terms and sums is enclosed.
 */
final class PoolBounds {
  private static final Summation SUMMED = Summation.SUM;

  private final Call call;
  private final List<LongToDoubleFunction> values;
  private final DType type;

  PoolBounds(Call call, List<LongToDoubleFunction> values) {
    this.call = call;
    this.values = values;
    this.type = call.output().dtype();
  }

  Bounds.Expected expected(Pool2d pool, long index) {
    TensorSpec x = call.input(0);
    if (pool.kind() == Pool2d.Kind.MAX) {
      double[] largest = {Double.NEGATIVE_INFINITY};
      pool.elements(x, index, at -> largest[0] = Math.max(largest[0], values.getFirst().applyAsDouble(at)));
      return new Bounds.Expected(largest[0], Interval.point(largest[0]));
    }
    Sum sum = new Sum();
    if (pool.kind() == Pool2d.Kind.AVERAGE) {
      pool.elements(x, index, at -> sum.add(Expr.input(0), values.getFirst().applyAsDouble(at)));
      return sum.through(Expr.input(0).div((double) pool.divisor(x, index)));
    }
    double[] largest = {0};
    pool.elements(x, index, at -> largest[0] = Math.max(largest[0], Math.abs(values.getFirst().applyAsDouble(at))));
    double most = largest[0];
    if (!(most > 0 && most < Double.POSITIVE_INFINITY) || pool.p() == Double.POSITIVE_INFINITY) {
      return Bounds.exactly(most);
    }
    Expr term = Expr.input(0).abs().div(most).pow(pool.p());
    pool.elements(x, index, at -> sum.add(term, values.getFirst().applyAsDouble(at)));
    return sum.through(Expr.input(0).pow(1 / pool.p()).times(most));
  }

  Bounds.Expected expected(Pool2dBackward op, long index) {
    Pool2d pool = op.pool();
    TensorSpec image = call.output();
    Pool2d.Extents e = pool.extents(image);
    boolean nchw = pool.layout() == Layout.NCHW;
    long plane = e.h() * e.w();
    long c = nchw ? index / plane % e.c() : index % e.c();
    long pixel = nchw ? index % plane : index / e.c() % plane;
    long n = index / (plane * e.c());
    Window at = pool.window();
    Sum sum = new Sum();
    for (long r = pool.height() - 1L; r >= 0; r--) {
      for (long s = pool.width() - 1L; s >= 0; s--) {
        long top = pixel / e.w() + at.padTop() - r * at.dilationH();
        long left = pixel % e.w() + at.padLeft() - s * at.dilationW();
        long p = top / at.strideH();
        long q = left / at.strideW();
        if (top >= 0 && left >= 0 && top % at.strideH() == 0 && left % at.strideW() == 0 && p < e.p() && q < e.q()) {
          long o = nchw ? ((n * e.c() + c) * e.p() + p) * e.q() + q : ((n * e.p() + p) * e.q() + q) * e.c() + c;
          window(op, image, index, o, sum);
        }
      }
    }
    return sum.through(Expr.input(0));
  }

  /** Adds what an element gets from one window that covers it. */
  private void window(Pool2dBackward op, TensorSpec image, long index, long output, Sum sum) {
    double dy = values.getFirst().applyAsDouble(output);
    switch (op.pool().kind()) {
      case MAX -> {
        if (largest(op.pool(), image, output) == index) {
          sum.add(Expr.input(0), dy);
        }
      }
      case AVERAGE -> sum.add(Expr.input(0).div((double) op.pool().divisor(image, output)), dy);
      case LP -> {
        double x = values.get(1).applyAsDouble(index);
        double y = values.get(2).applyAsDouble(output);
        if (op.pool().p() == Double.POSITIVE_INFINITY) {
          if (Pool2dBackward.takesPart(x, y)) {
            long count = op.attaining(image, output, y, values.get(1));
            sum.add(Expr.input(0).times(Pool2dBackward.largestShare(x, y, count)), dy);
          }
          return;
        }
        Expr share = Expr.input(0).times(Math.signum(x))
            .times(Expr.input(1).abs().div(Expr.input(2)).pow(op.pool().p() - 1));
        sum.add(y == 0 ? Expr.constant(0) : share, dy, x, y);
      }
    }
  }

  /** The first of the largest elements under a window, the first NaN if there is one. */
  private long largest(Pool2d pool, TensorSpec image, long output) {
    long[] best = {-1};
    pool.elements(image, output, at -> {
      double v = values.get(1).applyAsDouble(at);
      double so = best[0] < 0 ? 0 : values.get(1).applyAsDouble(best[0]);
      if (best[0] < 0 || v > so || (Double.isNaN(v) && !Double.isNaN(so))) {
        best[0] = at;
      }
    });
    return best[0];
  }

  /** A sum of computed terms. */
  private final class Sum {
    private final DType compute = type.compute();
    private final CompensatedSum truths = new CompensatedSum();
    private final CompensatedSum lows = new CompensatedSum();
    private final CompensatedSum highs = new CompensatedSum();
    private double magnitude;
    private boolean nan;
    private boolean surelyNan;
    private int terms;

    void add(Expr term, double... operands) {
      Interval[] known = new Interval[operands.length];
      for (int i = 0; i < known.length; i++) {
        known[i] = Interval.point(operands[i]);
      }
      Interval t = new Enclosure(known, new double[0], compute).of(term);
      truths.add(term.evaluate(operands, new double[0]));
      terms++;
      surelyNan |= t.surelyNan();
      nan |= t.nan();
      if (!t.surelyNan()) {
        lows.add(t.lo());
        highs.add(t.hi());
        magnitude += Math.max(Math.abs(t.lo()), Math.abs(t.hi()));
      }
    }

    /** What {@code last} makes of the sum, stored. */
    Bounds.Expected through(Expr last) {
      Interval made = new Enclosure(new Interval[] {sum()}, new double[0], compute).of(last);
      return new Bounds.Expected(last.evaluate(new double[] {truths.value()}, new double[0]), made.stored(type));
    }

    private Interval sum() {
      double truth = truths.value();
      double lo = lows.value();
      double hi = highs.value();
      if (surelyNan || Double.isNaN(truth)) {
        return Interval.point(Double.NaN);
      }
      if (Double.isInfinite(truth) && lo == hi) {
        return Interval.point(truth);
      }
      double error = Bounds.sumError(compute, SUMMED, terms, magnitude);
      boolean anything = nan || Double.isNaN(lo) || Double.isNaN(hi) || magnitude + error > compute.maxFinite();
      return anything ? new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true)
          : new Interval(lo - error, hi + error, false);
    }
  }
}
