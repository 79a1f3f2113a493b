package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Reduce;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Reduce.Result;
import dev.orthant.op.Reduce.Stage;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Window;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums of so many numbers that a chain of additions is far off, where {@link dev.orthant.op.Summation} asks for blocks:
 * every op that sums, in every form that kernels tell apart. Numbers are positive, so that no cancellation makes the
 * bound wide: 0.1 everywhere, whose roundings all go one way, or random.
 */
final class LongSumCases {
  private static final Expr X = Expr.input(0);
  private static final DType F32 = DType.F32;

  private LongSumCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>(quick());
    cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(F32, 1 << 25), 0));
    cases.add(reduce("sum", Kind.SUM, X, Data.POSITIVE, spec(F32, 2, 1 << 20), 1));
    cases.add(reduce("mean", Kind.MEAN, X, Data.TENTHS, spec(F32, 1 << 20, 3), 0));
    cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(F32, 17, 1 << 17), 1));
    cases.add(reduce("mean of squares", Kind.MEAN, X.squared(), Data.POSITIVE, spec(F32, 1 << 12, 3, 16, 16), 0, 2, 3));
    for (DType type : List.of(DType.F64, DType.BF16)) {
      cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(type, 1 << 21), 0));
      cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(type, 1 << 17, 5), 0));
      cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(type, 17, 1 << 15), 1));
    }
    cases.add(of("last", new CumSum(0, false, false), Data.TENTHS, spec(F32, 1 << 20)));
    cases.add(of("last", new CumSum(0, true, true), Data.TENTHS, spec(DType.F64, 1 << 19)));
    cases.addAll(products(F32, 1 << 20, Data.TENTHS));
    cases.addAll(products(DType.F64, 1 << 17, Data.TENTHS));
    cases.addAll(products(DType.F16, 1 << 16, Data.POSITIVE));
    for (Layout layout : Layout.values()) {
      for (DType type : List.of(F32, DType.F64)) {
        cases.addAll(convolutions(type, layout));
      }
    }
    return cases;
  }

  /** Those of no more elements than a slow device takes. */
  static List<Case> quick() {
    List<Case> cases = new ArrayList<>();
    cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(F32, 1 << 17), 0));
    cases.add(reduce("mean", Kind.MEAN, X, Data.TENTHS, spec(F32, 2, 1 << 16, 2), 1));
    cases.add(reduce("sum", Kind.SUM, X, Data.TENTHS, spec(F32, 1 << 14, 3, 2, 3), 0, 2, 3));
    for (DType type : List.of(F32, DType.F64, DType.BF16)) {
      cases.add(of("first", new CumSum(0, false, false), Data.TENTHS, spec(type, 1 << 16, 2)));
      cases.add(of("last", new CumSum(1, true, true), Data.TENTHS, spec(type, 2, 1 << 16)));
      cases.add(of("rows", new ScatterAdd(0, false, 3), Data.TENTHS, spec(type, 1 << 17, 2), spec(DType.I32, 1 << 17)));
      cases.add(of("table", new ScatterAdd(1, false, 2), Data.POSITIVE, spec(type, 2, 1 << 8, 1 << 8),
          spec(DType.I32, 1 << 8, 1 << 8)));
      cases.add(of("elements", new ScatterAdd(0, true, 2), Data.TENTHS, spec(type, 1 << 16, 3),
          spec(DType.I64, 1 << 16, 3)));
    }
    cases.addAll(products(F32, 1 << 17, Data.TENTHS));
    for (Layout layout : Layout.values()) {
      for (DType type : List.of(F32, DType.F64)) {
        cases.addAll(pooling(type, layout));
      }
    }
    return cases;
  }

  private static Case of(String what, Op op, Data data, TensorSpec... inputs) {
    StringBuilder shapes = new StringBuilder();
    for (TensorSpec i : inputs) {
      shapes.append(i.shape());
    }
    return new Case("long sums/" + op.name() + "/" + what + "/" + shapes + "/" + inputs[0].dtype() + "/" + data,
        op.name() + " long", op, List.of(inputs), data);
  }

  private static Case reduce(String what, Kind kind, Expr f, Data data, TensorSpec x, Integer... axes) {
    DType stored = x.dtype().compute();
    Op op =
        new Reduce(List.of(axes), List.of(new Stage(kind, f)), List.of(new Result(Reduce.stage(1, 0), true, stored)),
            1, List.of());
    return of(what + List.of(axes), op, data, x);
  }

  /** Row by column, by few columns and by columns along memory, one column, and both transposed. */
  private static List<Case> products(DType type, long k, Data data) {
    List<Case> cases = new ArrayList<>();
    cases.add(product(type, 1, k, 1, false, false, data));
    cases.add(product(type, 1, k, 3, false, false, data));
    cases.add(product(type, 2, k, 1, true, true, data));
    cases.add(product(type, 1, k, 2, false, true, data));
    cases.add(product(type, 3, k / 2, 5, false, false, data));
    cases.add(product(type, 7, k / 2, 2, true, true, data));
    return cases;
  }

  private static Case product(DType type, long m, long k, long n, boolean ta, boolean tb, Data data) {
    return of((ta ? "t" : "n") + (tb ? "t" : "n"), new MatMul(ta, tb, Epilogue.NONE), data,
        ta ? spec(type, k, m) : spec(type, m, k), tb ? spec(type, n, k) : spec(type, k, n));
  }

  private static TensorSpec image(DType type, Layout layout, long n, long c, long h, long w) {
    return layout == Layout.NCHW ? spec(type, n, c, h, w) : spec(type, n, h, w, c);
  }

  /**
   * Many channels, many taps, many filters, and for the gradient with respect to the filters many pixels: in large
   * images, long rows, small images.
   */
  private static List<Case> convolutions(DType type, Layout layout) {
    List<Case> cases = new ArrayList<>();
    Conv2d plain = Conv2d.PLAIN.layout(layout);
    String at = layout.toString();
    cases.add(of(at, plain, Data.TENTHS, image(type, layout, 1, 1 << 16, 2, 3), image(type, layout, 3, 1 << 16, 1, 1)));
    cases.add(of(at + " 3x3", plain, Data.TENTHS, image(type, layout, 1, 1 << 14, 3, 4),
        image(type, layout, 2, 1 << 14, 3, 3)));
    cases.add(of(at + " depthwise", plain.groups(2), Data.TENTHS, image(type, layout, 1, 2, 181, 182),
        image(type, layout, 2, 1, 180, 180)));
    TensorSpec dy = image(type, layout, 1, 1 << 14, 1, 2);
    cases.add(of(at, new Conv2dBackwardData(plain, 3, 4, Epilogue.NONE), Data.TENTHS, dy,
        image(type, layout, 1 << 14, 2, 3, 3)));
    cases.add(weights(plain, image(type, layout, 1, 2, 515, 258), image(type, layout, 1, 3, 513, 256), 3, 3));
    cases.add(weights(plain, image(type, layout, 1, 3, 1, (1 << 17) + 2), image(type, layout, 1, 9, 1, 1 << 17), 1, 3));
    cases.add(weights(plain, image(type, layout, 1 << 15, 2, 3, 2), image(type, layout, 1 << 15, 3, 2, 1), 2, 2));
    cases.add(weights(plain.groups(3), image(type, layout, 1 << 10, 3, 16, 16), image(type, layout, 1 << 10, 3, 16, 16),
        1, 1));
    return cases;
  }

  private static Case weights(Conv2d forward, TensorSpec x, TensorSpec dy, int r, int s) {
    return of(forward.layout().toString(), new Conv2dBackwardWeights(forward, r, s, Epilogue.NONE), Data.TENTHS, x, dy);
  }

  /** Global averages and norms, and overlapping windows so large that many of them cover an element. */
  private static List<Case> pooling(DType type, Layout layout) {
    List<Case> cases = new ArrayList<>();
    for (Pool2d.Kind kind : List.of(Pool2d.Kind.AVERAGE, Pool2d.Kind.LP)) {
      String name = layout + " " + kind;
      Pool2d global = new Pool2d(kind, 300, 250, Window.UNIT, layout, true, 2);
      cases.add(of(name, global, Data.TENTHS, image(type, layout, 1, 2, 300, 250)));
      Pool2d windows = new Pool2d(kind, 1, 1000, Window.UNIT, layout, true, 2);
      TensorSpec x = image(type, layout, 1, 1, 1, 1700);
      TensorSpec y = windows.infer(List.of(x)).getFirst();
      Pool2dBackward backward = new Pool2dBackward(windows, x.shape());
      cases.add(of(name, backward, Data.TENTHS,
          backward.operands() == 1 ? new TensorSpec[] {y} : new TensorSpec[] {y, x, y}));
    }
    return cases;
  }
}
