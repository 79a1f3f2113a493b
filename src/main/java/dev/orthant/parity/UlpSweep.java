package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Holds activations and their slopes against float64 over all of their domain: every exponent of both signs, subnormal
 * numbers, ±0, ±∞ and NaN. The bound does not grow with the argument: four units in the last place on the CPU; on other
 * devices also what the functions in the formula are granted there ({@link dev.orthant.expr.Function#ulps}). A result
 * of 16 bits is also rounded once.
 */
public final class UlpSweep {
  private static final double OWN = 4;
  private static final double[] MANTISSAS = {1, 1 + 0x1p-23, 1.25, 1.5, 2 - 0x1p-23};

  /**
   * The worst of a formula on a device.
   *
   * @param what {@code value} or {@code slope}
   * @param ulps the largest error, in units of the last place of {@code type}; infinite for a missing or a wrong NaN or
   * infinity
   * @param at the argument
   * @param limit what is allowed
   * @param count how many arguments were tried
   */
  public record Row(String device, String activation, String what, DType type, double ulps, double at, double got,
      double truth, double limit, long count) {
    /** Whether the worst error is within the limit. */
    public boolean fine() {
      return ulps <= limit;
    }

    /** One line for a report. */
    @Override
    public String toString() {
      return activation + " " + what + " " + type + " on " + device + ": " + ulps + " ulp (limit " + limit + ") at x = "
          + at + ": " + got + ", right " + truth;
    }
  }

  private final Device device;
  private final long seed;
  private final boolean flushes;

  /** Looks whether the device keeps subnormal numbers. */
  public UlpSweep(Device device, long seed) {
    this.device = device;
    this.seed = seed;
    double[] tiny = {0x1p-140};
    this.flushes = run(List.of(Expr.input(0).times(0.5)), DType.F32, tiny)[0][0] == 0;
  }

  /** Value and slope of {@code f}, its parameters at their initial values. */
  public List<Row> rows(Activation f, DType type) {
    Expr x = Expr.input(0);
    return rows(f.name(), f.apply(x), f.apply(x).derivative(0), type);
  }

  /** The same of any formula of input 0 and its slope. */
  public List<Row> rows(String name, Expr value, Expr slope, DType type) {
    double[] at = arguments(type, seed);
    double[][] got = run(List.of(value, slope), type, at);
    return List.of(worst(name, "value", value, type, at, got[0]), worst(name, "slope", slope, type, at, got[1]));
  }

  private Row worst(String name, String what, Expr e, DType type, double[] at, double[] got) {
    double granted = device.name().equals("cpu") ? 0 : granted(e, type.compute(), new HashSet<>());
    double limit = limit(type, OWN + granted);
    int worst = 0;
    double most = -1;
    for (int i = 0; i < at.length; i++) {
      double error = error(e, type, at[i], got[i]);
      if (error > most) {
        most = error;
        worst = i;
      }
    }
    return new Row(device.name(), name, what, type, most, at[worst], got[worst], truth(e, at[worst]), limit, at.length);
  }

  private static double limit(DType type, double ulps) {
    return type == type.compute() ? ulps : 0.5 + ulps * (type.compute().unitRoundoff() / type.unitRoundoff());
  }

  private static double truth(Expr e, double x) {
    return e.evaluate(new double[] {x}, new double[0]);
  }

  private double error(Expr e, DType type, double x, double got) {
    double error = ulps(type, got, truth(e, x));
    if (flushes && type.compute() == DType.F32) {
      double tiny = DType.F32.minNormal();
      if (Math.abs(x) < tiny) {
        error = Math.min(error, ulps(type, got, truth(e, Math.copySign(0, x))));
      }
      if (Math.abs(truth(e, x)) < tiny) {
        error = Math.min(error, ulps(type, got, 0));
      }
    }
    return error;
  }

  /** The distance in units of the last place that the truth has in {@code type}. */
  public static double ulps(DType type, double got, double truth) {
    double rounded = type.round(truth);
    if (Double.isNaN(truth) || Double.isNaN(got) || Double.isInfinite(rounded) || Double.isInfinite(got)) {
      boolean same = Double.compare(got, rounded) == 0;
      // The largest number and infinity are neighbours.
      boolean border = Math.abs(truth) >= type.maxFinite() * (1 - 8 * type.unitRoundoff())
          && Math.signum(got) == Math.signum(truth)
          && !(Math.abs(got) < type.maxFinite() * (1 - 8 * type.unitRoundoff()));
      return same || border ? 0 : Double.POSITIVE_INFINITY;
    }
    double size = Math.max(Math.abs(truth), type.minNormal());
    double unit = Math.scalb(2 * type.unitRoundoff(), Math.getExponent(size));
    return Math.abs(got - truth) / unit;
  }

  /** Sum over the different functions in {@code e} that are more than one operation. */
  private static double granted(Expr e, DType compute, Set<Expr> seen) {
    if (!seen.add(e)) {
      return 0;
    }
    return switch (e) {
      case Expr.Input _,Expr.Scalar _,Expr.Constant _ -> 0;
      case Expr.Unary u when u.function().isDefined() ->
          granted(u.function().definition(u.argument(), compute), compute, seen);
      case Expr.Unary u -> u.function().ulps() + granted(u.argument(), compute, seen);
      case Expr.Binary b when b.operator().isDefined() ->
          granted(b.operator().definition(b.left(), b.right()), compute, seen);
      case Expr.Binary b -> (b.operator().ulps() > 0.5 ? b.operator().ulps() : 0) + granted(b.left(), compute, seen)
          + granted(b.right(), compute, seen);
      case Expr.Where w -> granted(w.condition(), compute, seen) + granted(w.then(), compute, seen)
          + granted(w.otherwise(), compute, seen);
    };
  }

  private static double granted(Condition c, DType compute, Set<Expr> seen) {
    return switch (c) {
      case Condition.Compare k -> granted(k.left(), compute, seen) + granted(k.right(), compute, seen);
      case Condition.And a -> granted(a.left(), compute, seen) + granted(a.right(), compute, seen);
      case Condition.Or o -> granted(o.left(), compute, seen) + granted(o.right(), compute, seen);
      case Condition.Not n -> granted(n.of(), compute, seen);
    };
  }

  /** Every exponent of {@code type} with several mantissas, some drawn, and the special values. */
  static double[] arguments(DType type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Double> at = new ArrayList<>(List.of(0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN,
        type.maxFinite(), -type.maxFinite(), type.minNormal(), -type.minNormal()));
    int drawn = type == DType.F64 ? 4 : 16;
    int last = Math.getExponent(type.maxFinite());
    for (int e = Math.getExponent(type.minSubnormal()); e <= last; e++) {
      // Where activations bend more is to be seen.
      int count = Math.abs(e) <= 8 ? 8 * drawn : drawn;
      for (int i = 0; i < MANTISSAS.length + count; i++) {
        double m = i < MANTISSAS.length ? MANTISSAS[i] : random.nextDouble(1, 2);
        double x = type.round(Math.scalb(m, e));
        at.add(x);
        at.add(-x);
      }
    }
    return at.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double[][] run(List<Expr> formulas, DType type, double[] at) {
    TensorSpec spec = new TensorSpec(type, dev.orthant.core.Shape.of(at.length));
    Call call = Call.of(device.name(), new Pointwise(formulas, 1, List.of()), List.of(spec));
    List<Buffer> buffers = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(spec.bytes(), 64);
      for (int i = 0; i < at.length; i++) {
        type.set(in, i, at[i]);
      }
      for (int i = 0; i <= formulas.size(); i++) {
        buffers.add(device.allocate(spec.bytes()));
      }
      device.write(buffers.getFirst(), 0, in);
      device.execute(call, buffers.subList(0, 1), buffers.subList(1, buffers.size()));
      double[][] results = new double[formulas.size()][at.length];
      for (int j = 0; j < results.length; j++) {
        device.read(buffers.get(j + 1), 0, in);
        for (int i = 0; i < at.length; i++) {
          results[j][i] = type.get(in, i);
        }
      }
      return results;
    } finally {
      buffers.forEach(Buffer::close);
    }
  }
}
