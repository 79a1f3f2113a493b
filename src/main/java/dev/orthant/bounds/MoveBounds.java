package dev.orthant.bounds;

import dev.orthant.bounds.Bounds.Expected;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Interval;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Summation;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Truth and lawful results of ops that move, convert, sort or add up elements. What is moved or sorted is exact; a
 * conversion is one rounding; a sum is off by what its {@link Summation} allows (see {@link Bounds}).
 */
final class MoveBounds {
  /** From here on a double does not tell what an I64 was. */
  private static final double EXACT = 0x1p53;
  private static final Summation SUMMED = Summation.SUM;

  private final Call call;
  private final List<LongToDoubleFunction> values;
  /** Made when first needed: the reference of the outputs, and of the same sums over absolute values and over ones. */
  private double @Nullable [][] truths;
  private double @Nullable [] magnitudes;
  private double @Nullable [] terms;

  MoveBounds(Call call, List<LongToDoubleFunction> values) {
    this.call = call;
    this.values = values;
  }

  Expected expected(int output, long index) {
    DType type = call.outputs().get(output).dtype();
    int at = Math.toIntExact(index);
    if (call.op().isInIntegers(call.inputs())) {
      // As far as doubles tell.
      return exactly(truths()[output][at]);
    }
    return switch (call.op()) {
      case Cast _ -> cast(call.input(0).dtype(), type, values.getFirst().applyAsDouble(index));
      case ScatterAdd _,CumSum _ -> sum(type, at);
      case Copy _ -> exactly(type.round(truths()[0][at]));
      default -> exactly(truths()[output][at]);
    };
  }

  private static Expected exactly(double v) {
    return new Expected(v, Interval.point(v));
  }

  private double[][] truths() {
    double[][] known = truths;
    if (known == null) {
      known = call.op().reference(call.inputs(), inputs(v -> v));
      truths = known;
    }
    return known;
  }

  /** The inputs' elements, those of the first one mapped. */
  private double[][] inputs(java.util.function.DoubleUnaryOperator map) {
    double[][] all = new double[values.size()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = new double[Math.toIntExact(call.input(i).shape().elements())];
      for (int j = 0; j < all[i].length; j++) {
        double v = values.get(i).applyAsDouble(j);
        all[i][j] = i == 0 ? map.applyAsDouble(v) : v;
      }
    }
    return all;
  }

  private Expected sum(DType type, int at) {
    double truth = truths()[0][at];
    double[] sizes = magnitudes;
    double[] counts = terms;
    if (sizes == null || counts == null) {
      sizes = call.op().reference(call.inputs(), inputs(Math::abs))[0];
      counts = call.op().reference(call.inputs(), inputs(v -> 1))[0];
      magnitudes = sizes;
      terms = counts;
    }
    DType compute = type.compute();
    Interval lawful =
        Interval.around(truth, Bounds.sumError(compute, SUMMED, (long) counts[at], sizes[at]), sizes[at], compute);
    return new Expected(truth, lawful.stored(type));
  }

  /** One rounding of {@code v}. */
  private static Expected cast(DType from, DType to, double v) {
    if (to.isFloating()) {
      return toFloating(from, to, v);
    }
    if (to == DType.BOOL) {
      return exactly(v != 0 ? 1 : 0);
    }
    if (from.isFloating()) {
      return exactly(to.round(v));
    }
    double low = Cast.lowBits(to, (long) v);
    boolean unknown = Math.abs(v) >= EXACT && to != DType.I64;
    return new Expected(low, unknown
        ? new Interval(to.round(Double.NEGATIVE_INFINITY), to.round(Double.POSITIVE_INFINITY),
            false)
        : Interval.point(low));
  }

  private static Expected toFloating(DType from, DType to, double v) {
    if (Double.isNaN(v)) {
      return exactly(v);
    }
    boolean unknown = from == DType.I64 && Math.abs(v) >= EXACT;
    double low = to.round(unknown ? Math.nextDown(v) : v);
    double high = to.round(unknown ? Math.nextUp(v) : v);
    // OpenCL C leaves it to the device whether single precision has subnormal numbers.
    boolean flushed = (flushes(from) && Math.abs(v) < from.minNormal())
        || (flushes(to) && Math.abs(v) < to.minNormal());
    return new Expected(v, new Interval(flushed ? Math.min(low, 0) : low, flushed ? Math.max(high, 0) : high, false));
  }

  private static boolean flushes(DType type) {
    return type == DType.F32 || type == DType.BF16;
  }

  /** The types and shapes judged. */
  @Override
  public String toString() {
    return call.op() + " of " + call.inputs().stream().map(TensorSpec::toString).toList();
  }
}
