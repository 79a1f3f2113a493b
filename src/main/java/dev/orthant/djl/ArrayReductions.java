package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Promotion;
import dev.orthant.djl.types.Sequences;
import dev.orthant.djl.types.Types;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The part of {@link OrthantNDArray}: sums, extremes, averages and running sums along axes. No axes given means all of
 * them.
 */
sealed interface ArrayReductions extends NDArray permits OrthantNDArray {
  int[] ALL = {};
  Expr X = Expr.input(0);
  /** Where input 1 is the place of input 2. */
  Expr CHOSEN = Expr.where(Expr.input(1).eq(Expr.input(2)), X, Expr.constant(0));
  Expr UNLESS_NAN = Expr.where(Expr.input(1).ne(Expr.input(1)), Expr.input(1), X);
  Expr BETWEEN = between(X, Expr.input(1), Expr.input(2), Expr.scalar(0));

  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  /** From a to b by a part, from the nearer one; NaN if the largest is. */
  private static Expr between(Expr a, Expr b, Expr largest, Expr part) {
    Expr way = b.minus(a);
    Expr between = Expr.where(part.lt(0.5), a.plus(way.times(part)),
        b.minus(way.times(Expr.constant(1).minus(part))));
    return Expr.where(largest.ne(largest), largest, between);
  }

  // ---- sums and products: INT64 of whole numbers ------------------------------------------------------------------

  @Override
  default NDArray sum() {
    return sum(ALL, false);
  }

  @Override
  default NDArray sum(int[] axes, boolean keepDims) {
    return self().compute(() -> {
      Tensor t = self().real("sum");
      return t.sum(keepDims, over(t, axes));
    });
  }

  @Override
  default NDArray prod() {
    return prod(ALL, false);
  }

  @Override
  default NDArray prod(int[] axes, boolean keepDims) {
    return self().compute(() -> {
      Tensor t = self().real("prod");
      return t.prod(keepDims, over(t, axes));
    });
  }

  @Override
  default NDArray mean() {
    return mean(ALL, false);
  }

  @Override
  default NDArray mean(int[] axes, boolean keepDims) {
    return self().compute(() -> {
      Tensor t = self().fractions("mean");
      return t.mean(keepDims, over(t, axes));
    });
  }

  @Override
  default NDArray trace(int offset, int axis1, int axis2) {
    try (NDArray diagonal = diagonal(offset, axis1, axis2)) {
      return diagonal.sum(new int[] {-1});
    }
  }

  // ---- extremes ----------------------------------------------------------------------------------------------------

  @Override
  default NDArray max() {
    return max(ALL, false);
  }

  @Override
  default NDArray max(int[] axes, boolean keepDims) {
    return self().compute(() -> extreme("max", axes, keepDims, true));
  }

  @Override
  default NDArray min() {
    return min(ALL, false);
  }

  @Override
  default NDArray min(int[] axes, boolean keepDims) {
    return self().compute(() -> extreme("min", axes, keepDims, false));
  }

  /**
   * The gradient of all elements that tie is shared by them; along one axis the first of them has it, as in PyTorch.
   */
  private Tensor extreme(String name, int[] axes, boolean keepDims, boolean largest) {
    Tensor t = self().real(name);
    int[] over = over(t, axes);
    if (over.length == 1 && t.dtype().isFloating() && Tape.isOpen() && t.shape().elements() > 0) {
      Tensor chosen = chosen(t, over[0], largest);
      return keepDims ? chosen.sum(true, over) : chosen.sum(over);
    }
    return largest ? t.max(keepDims, over) : t.min(keepDims, over);
  }

  /** The tensor with 0 in the place of all but the first largest or smallest along an axis. */
  private static Tensor chosen(Tensor t, int axis, boolean largest) {
    Tensor best = largest ? t.argMax(axis) : t.argMin(axis);
    int from0 = Math.floorMod(axis, t.shape().rank());
    long[] column = new long[t.shape().rank() - from0];
    Arrays.fill(column, 1);
    column[0] = t.shape().dim(from0);
    Tensor places = Sequences.count(t.device(), DType.I64, column[0]).reshape(column);
    return t.apply("max", CHOSEN, List.of(places, best.expandDims(from0)));
  }

  @Override
  default NDArray argMax() {
    return self().compute(() -> flat("argMax").argMax(0));
  }

  @Override
  default NDArray argMax(int axis) {
    return self().compute(() -> ArrayFunctions.lined(self().real("argMax"), t -> t.argMax(axis)));
  }

  @Override
  default NDArray argMin() {
    return self().compute(() -> flat("argMin").argMin(0));
  }

  @Override
  default NDArray argMin(int axis) {
    return self().compute(() -> ArrayFunctions.lined(self().real("argMin"), t -> t.argMin(axis)));
  }

  private Tensor flat(String method) {
    Tensor t = self().real(method);
    if (t.shape().elements() == 0) {
      throw new ShapeException(
          method + ": an array without elements has none: " + t.spec() + " on " + t.device().name());
    }
    return t.reshape(t.shape().elements());
  }

  // ---- running -----------------------------------------------------------------------------------------------------

  @Override
  default NDArray cumSum() {
    if (isScalar()) {
      return reshape(1);
    }
    return isEmpty() ? reshape(0) : cumSum(0);
  }

  @Override
  default NDArray cumSum(int axis) {
    return self().compute(() -> ArrayFunctions.lined(counted(self().real("cumSum")), t -> t.cumSum(axis)));
  }

  @Override
  default NDArray cumProd(int axis) {
    return self().compute(() -> ArrayFunctions.lined(counted(self().real("cumProd")), t -> t.cumProd(axis)));
  }

  @Override
  default NDArray cumProd(int axis, DataType dataType) {
    return self()
        .compute(() -> ArrayFunctions.lined(Promotion.convert(self().real("cumProd"), Types.of(dataType)),
            t -> t.cumProd(axis)));
  }

  /** Whole numbers in INT64. */
  private static Tensor counted(Tensor t) {
    return t.dtype().isFloating() ? t : Promotion.convert(t, DType.I64);
  }

  // ---- order -------------------------------------------------------------------------------------------------------

  @Override
  default NDArray percentile(Number percentile) {
    return percentile(percentile, new int[] {-1});
  }

  /** Between the two nearest elements in proportion; NaN where there is one. */
  @Override
  default NDArray percentile(Number percentile, int[] axes) {
    // A float, as PyTorch's engine takes it.
    float part = percentile.floatValue() / 100;
    if (!(part >= 0 && part <= 1)) {
      throw new InvalidInputException("percentile: takes a number from 0 to 100, got " + percentile);
    }
    return self().compute(() -> {
      Tensor rows = rows("percentile", self().fractions("percentile"), axes);
      Tensor sorted = rows.sort(-1, false).values();
      long last = rows.shape().dim(-1) - 1;
      double place = (double) part * last;
      long below = (long) place;
      return sorted.select(-1, below).apply("percentile", BETWEEN,
          List.of(sorted.select(-1, Math.min(below + 1, last)), sorted.select(-1, last)), place - below);
    });
  }

  @Override
  default NDArray median() {
    return median(new int[] {-1});
  }

  /** The lower one of two; NaN where there is one. */
  @Override
  default NDArray median(int[] axes) {
    return self().compute(() -> {
      Tensor rows = rows("median", self().real("median"), axes);
      Tensor sorted = rows.sort(-1, false).values();
      long last = rows.shape().dim(-1) - 1;
      Tensor middle = sorted.select(-1, last / 2);
      return rows.dtype().isFloating() ? middle.apply("median", UNLESS_NAN, List.of(sorted.select(-1, last))) : middle;
    });
  }

  /** The elements along the axes in the last axis; no axes mean all. */
  private static Tensor rows(String name, Tensor t, int[] axes) {
    int rank = t.shape().rank();
    List<Integer> over = axes.length == 0 ? IntStream.range(0, rank).boxed().toList()
        : Arrays.stream(over(t, axes)).map(a -> a < 0 ? a + rank : a).boxed().toList();
    if (over.stream().distinct().count() != over.size() || over.stream().anyMatch(a -> a < 0 || a >= rank)) {
      throw new ShapeException(name + ": axes " + Arrays.toString(axes) + " are not distinct axes of " + t.spec()
          + " on " + t.device().name());
    }
    if (over.stream().anyMatch(a -> t.shape().dim(a) == 0)) {
      throw new ShapeException(name + ": takes at least one element, got " + t.spec() + " on " + t.device().name());
    }
    List<Integer> kept = IntStream.range(0, rank).filter(d -> !over.contains(d)).boxed().toList();
    int[] order = IntStream.concat(kept.stream().mapToInt(d -> d), over.stream().mapToInt(d -> d)).toArray();
    Tensor moved = over.equals(List.of(rank - 1)) || rank == 0 ? t : t.transpose(order);
    long[] dims = LongStream.concat(kept.stream().mapToLong(d -> t.shape().dim(d)),
        LongStream.of(over.stream().mapToLong(d -> t.shape().dim(d)).reduce(1, (a, b) -> a * b))).toArray();
    return moved.reshape(dims);
  }

  // ---- norms -------------------------------------------------------------------------------------------------------

  @Override
  default NDArray norm(boolean keepDims) {
    return norm(2, ALL, keepDims);
  }

  @Override
  default NDArray norm(int ord, int[] axes, boolean keepDims) {
    return self().compute(() -> {
      Tensor t = self().fractions("norm");
      return ArrayFunctions.norm(t, ord, keepDims, over(t, axes));
    });
  }

  /** The axes; a scalar may be reduced along the axis that it does not have. */
  private static int[] over(Tensor t, int[] axes) {
    return t.shape().rank() == 0 && axes.length == 1 && (axes[0] == 0 || axes[0] == -1) ? ALL : axes;
  }
}
