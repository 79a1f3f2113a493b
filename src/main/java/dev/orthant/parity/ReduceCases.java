package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Reduce.Result;
import dev.orthant.op.Reduce.Stage;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reductions: the sums, norms, losses and normalisations that networks use, and the axes and lengths that break
 * kernels.
 */
final class ReduceCases {
  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);
  private static final double EPSILON = 1e-5;
  private static final long FEW = 5000;

  private ReduceCases() {}

  static List<Case> of(DType type) {
    List<Case> cases = new ArrayList<>();
    cases.addAll(rows(type));
    cases.addAll(networks(type));
    if (type == DType.F32) {
      cases.addAll(shapes());
      cases.addAll(kinds());
      cases.addAll(types());
    }
    return cases;
  }

  /** Those of few elements. */
  static List<Case> quick(DType type) {
    return of(type).stream().filter(c -> c.inputs().getFirst().shape().elements() <= FEW).toList();
  }

  private static Case of(String name, DType type, Reduce op, Data data, TensorSpec... inputs) {
    String shapes = String.join("", Arrays.stream(inputs).map(i -> i.shape().toString()).toList());
    return new Case("reduce/" + name + "/" + type + "/" + op.axes() + shapes + "/" + data, "reduce " + name, op,
        List.of(inputs), data);
  }

  private static Stage stage(Kind kind, Expr f) {
    return new Stage(kind, f);
  }

  /** One stage, stored once per row. */
  private static Reduce one(Kind kind, Expr f, DType type, Integer... axes) {
    return new Reduce(List.of(axes), List.of(stage(kind, f)), List.of(new Result(Reduce.stage(1, 0), true, type)), 1,
        List.of());
  }

  private static Expr input(int i) {
    return Expr.input(i);
  }

  // ---- formulas
  // ------------------------------------------------------------------------------------------------------

  static Reduce softmax(DType type, Integer... axes) {
    Expr e = X.minus(input(1)).exp();
    return new Reduce(List.of(axes), List.of(stage(Kind.MAX, X), stage(Kind.SUM, e)),
        List.of(new Result(e.div(input(2)), false, type)), 1, List.of());
  }

  /** With the logarithm of the sum of exponentials, which is a result of its own. */
  private static Reduce logSoftmax(DType type, Integer... axes) {
    Expr d = X.minus(input(1));
    return new Reduce(List.of(axes), List.of(stage(Kind.MAX, X), stage(Kind.SUM, d.exp())),
        List.of(new Result(d.minus(input(2).log()), false, type),
            new Result(input(1).plus(input(2).log()), true, type)),
        1, List.of());
  }

  /** Mean, largest, smallest, sum of magnitudes and of squares. */
  private static Reduce statistics(Integer... axes) {
    List<Stage> stages = List.of(stage(Kind.MEAN, X), stage(Kind.MAX, X), stage(Kind.MIN, X),
        stage(Kind.SUM, X.abs()), stage(Kind.SUM, X.squared()));
    return new Reduce(List.of(axes), stages,
        IntStream.rangeClosed(1, stages.size()).mapToObj(i -> new Result(input(i), true, DType.F32)).toList(), 1,
        List.of());
  }

  /** The first of the largest (or smallest); NaN counts as the largest. The extreme itself is exact, so this is too. */
  static Reduce extremePlace(Kind kind, Integer... axes) {
    Expr position = Reduce.position(1, 2);
    Expr hit = Expr.where(X.eq(input(1)).or(X.ne(X)), position, Expr.constant(Double.POSITIVE_INFINITY));
    return new Reduce(List.of(axes), List.of(stage(kind, X), stage(Kind.MIN, hit)),
        List.of(new Result(input(2), true, DType.I64), new Result(input(1), true, DType.F32)), 1, List.of());
  }

  /** Labels are drawn around 0: 3 is added so that most are classes. Operands: logits, labels. */
  static Reduce crossEntropy(DType type, Integer... axes) {
    Expr logits = input(0);
    Expr label = input(1).plus(3);
    Expr position = Reduce.position(2, 3);
    Expr largest = input(2);
    List<Stage> stages = List.of(stage(Kind.MAX, logits), stage(Kind.SUM, logits.minus(largest).exp()),
        stage(Kind.SUM, Expr.where(position.eq(label), logits, Expr.constant(0))));
    Expr gradient = logits.minus(largest).exp().div(input(3)).minus(position.eq(label).asNumber());
    return new Reduce(List.of(axes), stages, List.of(new Result(input(3).log().plus(largest).minus(input(4)), true,
        type), new Result(gradient, false, type)), 2, List.of());
  }

  /**
   * Operands: x, gamma, beta. Stores y = leaky(x̂·γ + β), and mean and deviation for the way back. As the library does
   * it.
   */
  static Reduce normalise(DType type, DType saved, Integer... axes) {
    Moments.Spread spread = Moments.spread(X, 3, saved, Expr.scalar(1));
    Expr y = spread.deviation().div(spread.plus(Expr.scalar(0)).sqrt()).times(input(1)).plus(input(2));
    return new Reduce(List.of(axes), spread.stages(),
        List.of(new Result(Expr.where(y.lt(0), y.times(0.1), y), false, type), new Result(spread.mean(), true, saved),
            new Result(spread.deviationOfRow(), true, saved)),
        3, List.of(EPSILON, Math.sqrt(EPSILON)));
  }

  /** x by the root of its mean square, and that root. */
  private static Reduce rootMeanSquare(DType type, DType saved, Integer... axes) {
    Moments.Spread spread = Moments.aboutZero(X, 1, saved, Expr.scalar(1));
    return new Reduce(List.of(axes), spread.stages(),
        List.of(new Result(spread.deviation().div(spread.plus(Expr.scalar(0)).sqrt()), false, type),
            new Result(spread.deviationOfRow(), true, saved)),
        1, List.of(0.0, 0.0));
  }

  /** The norms for p = 2 and 3. */
  private static Reduce norms(DType saved, Integer... axes) {
    Expr largest = Reduce.stage(1, 0);
    return new Reduce(List.of(axes),
        List.of(stage(Kind.MAX, X.abs()), Moments.squares(X, largest, saved),
            Moments.powers(X, largest, Expr.scalar(0))),
        List.of(new Result(Moments.norm(Reduce.stage(1, 1), largest, saved), true, saved),
            new Result(Moments.norm(Reduce.stage(1, 2), largest, Expr.scalar(1)), true, saved)),
        1, List.of(3.0, 1 / 3.0));
  }

  /** Operands: y, dy. */
  private static Reduce softmaxBackward(DType type, Integer... axes) {
    return new Reduce(List.of(axes), List.of(stage(Kind.SUM, X.times(Y))),
        List.of(new Result(X.times(Y.minus(input(2))), false, type)), 2, List.of());
  }

  /** Operands: x̂, dy, γ, reciprocal deviation. */
  private static Reduce normaliseBackward(DType type, Integer... axes) {
    Expr g = Y.times(input(2));
    Expr dx = g.minus(input(4)).minus(X.times(input(5))).times(input(3));
    return new Reduce(List.of(axes), List.of(stage(Kind.MEAN, g), stage(Kind.MEAN, g.times(X))),
        List.of(new Result(dx, false, type)), 4, List.of());
  }

  /** Operands: z, dy. dz = dy·f′(z) and, summed over rows, the gradient of the bias. */
  static Reduce biasGradient(DType type, DType sums, Integer... axes) {
    Expr dz = Y.times(Activations.TANH.apply(X).derivative(0));
    return new Reduce(List.of(axes), List.of(stage(Kind.SUM, dz)),
        List.of(new Result(dz, false, type), new Result(input(2), true, sums)), 2, List.of());
  }

  // ---- cases
  // ---------------------------------------------------------------------------------------------------------

  private static DType sums(DType type) {
    return type.compute();
  }

  private static List<Case> rows(DType type) {
    List<Case> cases = new ArrayList<>();
    boolean f32 = type == DType.F32;
    Reduce sum = one(Kind.SUM, X, sums(type), 1);
    for (long n : f32 ? new long[] {1, 2, 7, 64, 130, 1000, 1023, 70_001} : new long[] {1, 33, 2051}) {
      cases.add(of("softmax", type, softmax(type, 1), Data.NORMAL, spec(type, 5, Math.min(n, 3000))));
      if (f32) {
        cases.add(of("sum", type, sum, Data.NORMAL, spec(type, 3, n)));
      }
    }
    cases.add(of("softmax", type, softmax(type, 1), Data.PLANTED, spec(type, 300, 10)));
    cases.add(of("bias gradient", type, biasGradient(type, sums(type), 0), Data.NORMAL, spec(type, 300, 67),
        spec(type, 300, 67)));
    cases.add(of("bias gradient", type, biasGradient(type, sums(type), 0), Data.PLANTED, spec(type, 777, 37),
        spec(type, 777, 37)));
    if (f32 || type == DType.BF16) {
      cases.add(of("argmax", type, extremePlace(Kind.MAX, 1), Data.PLANTED, spec(type, 9, 131)));
    }
    return cases;
  }

  private static List<Case> networks(DType type) {
    List<Case> cases = new ArrayList<>();
    DType saved = sums(type);
    TensorSpec channels = spec(saved, 6, 1, 1);
    for (Data data : List.of(Data.FAR, Data.HUGE, Data.TINY)) {
      cases.add(of("layer norm", type, normalise(type, saved, 1), data, spec(type, 5, 257), spec(saved, 257),
          spec(saved, 257)));
      cases.add(of("batch norm NCHW", type, normalise(type, saved, 0, 2, 3), data, spec(type, 4, 6, 3, 5), channels,
          channels));
      cases.add(of("root mean square", type, rootMeanSquare(type, saved, 1), data, spec(type, 5, 257)));
      cases.add(of("norms", type, norms(saved, 1), data, spec(type, 5, 257)));
      cases.add(of("norms", type, norms(saved, 0), data, spec(type, 130, 7)));
    }
    cases.add(of("norms", type, norms(saved, 1), Data.NORMAL, spec(type, 9, 131)));
    cases.add(of("norms", type, norms(saved, 1), Data.PLANTED, spec(type, 30, 131)));
    cases.add(of("layer norm", type, normalise(type, saved, 1), Data.NORMAL, spec(type, 7, 257), spec(saved, 257),
        spec(saved, 257)));
    cases.add(of("batch norm NCHW", type, normalise(type, saved, 0, 2, 3), Data.NORMAL, spec(type, 4, 6, 9, 11),
        channels, channels));
    // Small images: each row lies in runs too short for a vector.
    for (long[] x : new long[][] {{33, 30, 2, 2}, {5, 67, 3, 3}, {3, 6, 7, 9}}) {
      TensorSpec channel = spec(saved, x[1], 1, 1);
      cases.add(of("batch norm NCHW", type, normalise(type, saved, 0, 2, 3), Data.NORMAL, spec(type, x), channel,
          channel));
      cases.add(of("batch norm backward NCHW", type, normaliseBackward(type, 0, 2, 3), Data.NORMAL, spec(type, x),
          spec(type, x), channel, channel));
    }
    if (type == DType.F32 || type == DType.BF16) {
      cases.add(of("cross-entropy", type, crossEntropy(type, 1), Data.NORMAL, spec(type, 40, 11),
          spec(DType.I64, 40, 1)));
      cases.add(of("batch norm NHWC", type, normalise(type, saved, 0, 1, 2), Data.NORMAL, spec(type, 4, 9, 11, 6),
          spec(saved, 6), spec(saved, 6)));
      cases.add(of("softmax backward", type, softmaxBackward(type, 1), Data.NORMAL, spec(type, 9, 77),
          spec(type, 9, 77)));
      cases.add(of("layer norm backward", type, normaliseBackward(type, 1), Data.NORMAL, spec(type, 9, 77),
          spec(type, 9, 77), spec(saved, 77), spec(saved, 9, 1)));
    }
    return cases;
  }

  private static List<Case> shapes() {
    List<Case> cases = new ArrayList<>();
    for (int mask = 0; mask < 16; mask++) {
      int chosen = mask;
      Integer[] axes = IntStream.range(0, 4).filter(d -> (chosen >> d & 1) == 1).boxed().toArray(Integer[]::new);
      cases.add(of("norm", DType.F32, normalise(DType.F32, DType.F32, axes), Data.NORMAL, spec(DType.F32, 3, 4, 5, 6),
          broadcast(6, mask, 3), broadcast(6, mask, 3)));
    }
    for (long[] dims : new long[][] {{50_001, 3}, {3, 70_001}, {300, 1000}, {2000, 130}, {400, 1, 700}}) {
      cases.add(of("sum", DType.F32, one(Kind.SUM, X, DType.F32, 0), Data.NORMAL, spec(DType.F32, dims)));
      cases.add(of("norm", DType.F32, normalise(DType.F32, DType.F32, 0), Data.NORMAL,
          spec(DType.F32, Arrays.copyOf(new long[] {dims[0] / 8 + 1, dims[1]}, 2)), spec(DType.F32, 1),
          spec(DType.F32)));
    }
    TensorSpec small = spec(DType.F32, 520, 17, 4, 4);
    TensorSpec channel = spec(DType.F32, 17, 1, 1);
    for (TensorSpec scale : List.of(channel, spec(DType.F32, 520, 17, 1, 1), spec(DType.F32, 520, 1, 1, 1),
        spec(DType.F32, 17, 4, 4), spec(DType.F32, 4, 4))) {
      cases.add(of("norm", DType.F32, normalise(DType.F32, DType.F32, 0, 2, 3), Data.NORMAL, small, scale, channel));
    }
    TensorSpec all = spec(DType.F32, 150_007);
    cases.add(of("sum", DType.F32, one(Kind.SUM, X, DType.F32, 0), Data.NORMAL, all));
    cases.add(of("softmax", DType.F32, softmax(DType.F32, 0), Data.NORMAL, spec(DType.F32, 140_001)));
    cases.add(of("norm", DType.F32, normalise(DType.F32, DType.F32, 0, 2), Data.NORMAL, spec(DType.F32, 12, 3, 4100),
        spec(DType.F32, 3, 1), spec(DType.F32, 3, 1)));
    cases.add(of("scalar", DType.F32, logSoftmax(DType.F32), Data.NORMAL, spec(DType.F32)));
    cases.add(of("empty rows", DType.F32, one(Kind.SUM, X, DType.F32, 1), Data.NORMAL, spec(DType.F32, 5, 0)));
    cases.add(of("empty rows", DType.F32, one(Kind.MEAN, X, DType.F32, 1), Data.NORMAL, spec(DType.F32, 5, 0, 3)));
    cases.add(of("empty rows", DType.F32, biasGradient(DType.F32, DType.F32, 0), Data.NORMAL, spec(DType.F32, 0, 3),
        spec(DType.F32, 0, 3)));
    cases.add(of("no rows", DType.F32, softmax(DType.F32, 1), Data.NORMAL, spec(DType.F32, 0, 3)));
    return cases;
  }

  /** An operand of extent 1 along some of the axes. */
  private static TensorSpec broadcast(long last, int mask, long first) {
    return spec(DType.F32, (mask & 1) == 0 ? first : 1, 1, (mask & 4) == 0 ? 5 : 1, (mask & 8) == 0 ? 1 : last);
  }

  private static List<Case> kinds() {
    List<Case> cases = new ArrayList<>();
    DType f32 = DType.F32;
    Expr big = X.times(0.25).plus(1);
    for (Integer[] axes : new Integer[][] {{1}, {0}, {0, 2}, {2}}) {
      TensorSpec x = spec(f32, 12, 70, 5);
      cases.add(of("statistics", f32, statistics(axes), Data.NORMAL, x));
      cases.add(of("statistics", f32, statistics(axes), Data.PLANTED, x));
      cases.add(of("prod", f32, one(Kind.PROD, big, f32, axes), Data.NORMAL, x));
      cases.add(of("log-softmax", f32, logSoftmax(f32, axes), Data.NORMAL, x));
      cases.add(of("argmax", f32, extremePlace(Kind.MAX, axes), Data.PLANTED, x));
    }
    cases.add(of("argmin", f32, extremePlace(Kind.MIN, 1), Data.NORMAL, spec(f32, 9, 131)));
    cases.add(of("cross-entropy", f32, crossEntropy(f32, 1), Data.NORMAL, spec(f32, 4, 10, 9),
        spec(DType.I32, 4, 1, 9)));
    Reduce norm = new Reduce(List.of(1), List.of(stage(Kind.SUM, X.squared())),
        List.of(new Result(input(1).sqrt(), true, f32), new Result(X.div(input(1).sqrt()), false, f32)), 1, List.of());
    cases.add(of("L2", f32, norm, Data.NORMAL, spec(f32, 31, 200)));
    return cases;
  }

  /** Integers and truth values in and out, and storage that differs from what is saved. */
  private static List<Case> types() {
    List<Case> cases = new ArrayList<>();
    Expr s = input(1);
    for (DType type : List.of(DType.I8, DType.U8, DType.BOOL, DType.I32, DType.I64)) {
      boolean wide = type == DType.I32 || type == DType.I64;
      Reduce op = new Reduce(List.of(1), List.of(stage(Kind.SUM, X)), List.of(new Result(s, true, DType.I64),
          new Result(X.eq(s).asNumber(), false, DType.BOOL), new Result(s, true, wide ? DType.F64 : DType.F32),
          new Result(s.gt(3).asNumber(), true, DType.U8)), 1, List.of());
      cases.add(of("integers", type, op, Data.NORMAL, spec(type, 30, 41)));
    }
    cases.add(of("count", DType.F32, one(Kind.SUM, X.gt(0.5).asNumber(), DType.I32, 0, 1), Data.NORMAL,
        spec(DType.F32, 100, 41)));
    cases.add(of("mixed", DType.F16, biasGradient(DType.BF16, DType.F32, 0), Data.NORMAL, spec(DType.F16, 50, 20),
        spec(DType.BF16, 50, 20)));
    cases.add(of("narrowed", DType.F64, normalise(DType.F16, DType.F32, 1), Data.NORMAL, spec(DType.F64, 50, 20),
        spec(DType.F64, 20), spec(DType.F64, 20)));
    return cases;
  }
}
