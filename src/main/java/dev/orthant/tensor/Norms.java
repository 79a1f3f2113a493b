package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.expr.Expr;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Reduce.Result;
import dev.orthant.op.Reduce.Stage;
import java.util.List;
import java.util.Set;

/**
 * The norms of {@link ReduceOps#norm(double, boolean, int...)} that need the largest magnitude of a row first.
 */
final class Norms {
  /**
   * Rows longer than this take two launches: devices cut a row into pieces for many groups only where there is one
   * stage.
   */
  private static final long LONG = 1 << 15;

  private static final Expr X = Expr.input(0);

  private Norms() {}

  /** (Σ|x|^p)^(1/p) over rows that are not empty, kept with extent 1. */
  static Tensor norm(Tensor x, double p, List<Integer> over) {
    DType type = x.dtype();
    DType compute = type.compute();
    boolean squares = p == 2;
    double[] none = {};
    if (squares && type == DType.F16) {
      // Its squares are far from both ends of F32.
      return launch(x, over, List.of(new Stage(Kind.SUM, X.squared())), Moments.root(Reduce.stage(1, 0)), none);
    }
    double[] scalars = squares ? none : new double[] {p, 1 / p};
    long length = over.stream().mapToLong(a -> x.shape().dim(a)).reduce(1, Math::multiplyExact);
    if (length <= LONG) {
      Expr largest = Reduce.stage(1, 0);
      return launch(x, over, List.of(new Stage(Kind.MAX, X.abs()), sum(largest, squares, compute)),
          root(Reduce.stage(1, 1), largest, squares, compute), scalars);
    }
    Reduce extreme = new Reduce(over, List.of(new Stage(Kind.MAX, X.abs())),
        List.of(new Result(Reduce.stage(1, 0), true, compute)), 1, List.of());
    try (Tensor most = Launcher.reduceUnrecorded("norm", extreme, List.of(x), true).getFirst()) {
      Expr largest = Expr.input(1);
      Reduce op = new Reduce(over, List.of(sum(largest, squares, compute)),
          List.of(new Result(root(Reduce.stage(2, 0), largest, squares, compute), true, type)), 2, list(scalars));
      return Launcher.reduce("norm", op, List.of(x, most), Set.of()).getFirst();
    }
  }

  private static Tensor launch(Tensor x, List<Integer> over, List<Stage> stages, Expr result, double[] scalars) {
    Reduce op = new Reduce(over, stages, List.of(new Result(result, true, x.dtype())), 1, list(scalars));
    // The largest magnitude cancels: its own gradient is nothing.
    return Launcher.reduce("norm", op, List.of(x), stages.size() == 1 ? Set.of() : Set.of(0)).getFirst();
  }

  private static Stage sum(Expr largest, boolean squares, DType compute) {
    return squares ? Moments.squares(X, largest, compute) : Moments.powers(X, largest, Expr.scalar(0));
  }

  private static Expr root(Expr sum, Expr largest, boolean squares, DType compute) {
    return squares ? Moments.norm(sum, largest, compute) : Moments.norm(sum, largest, Expr.scalar(1));
  }

  private static List<Double> list(double[] scalars) {
    return java.util.Arrays.stream(scalars).boxed().toList();
  }
}
