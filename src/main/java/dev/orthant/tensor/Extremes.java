package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce;
import java.util.ArrayList;
import java.util.List;

/** Where the largest or smallest elements are. */
final class Extremes {
  /** More parts than this of one length are not looked for. */
  private static final long MAX_PARTS = 1 << 12;

  private Extremes() {}

  /**
   * Of each row along {@code axis} the place, I64, of the first extreme element; a NaN counts as extreme. Whole numbers
   * have no gradient.
   */
  static Tensor place(String name, Reduce.Kind kind, Tensor x, int axis) {
    return Tape.unrecorded(() -> {
      long length = x.shape().dim(axis);
      // A reduction numbers the elements of a row in the type that it computes in.
      boolean exact = length <= Reduce.EXACT || !x.dtype().isFloating() || x.dtype() == DType.F64;
      return exact ? Tensor.drop(find(name, kind, x, axis, false).getFirst(), List.of(axis), false)
          : inParts(name, kind, x, axis);
    });
  }

  /**
   * The place in each row and, if asked for, the element before it; both with extent 1 along the axis.
   */
  private static List<Tensor> find(String name, Reduce.Kind kind, Tensor x, int axis, boolean value) {
    Expr element = Expr.input(0);
    Expr best = Reduce.stage(1, 0);
    // Beyond every position, and whole, so that integers are compared as such.
    Expr here = Expr.where(element.eq(best).or(element.ne(element)), Reduce.position(1, 2), Expr.constant(0x1p62));
    List<Reduce.Result> results = new ArrayList<>();
    if (value) {
      results.add(new Reduce.Result(best, true, x.dtype()));
    }
    results.add(new Reduce.Result(Reduce.stage(1, 1), true, DType.I64));
    Reduce op = new Reduce(List.of(axis),
        List.of(new Reduce.Stage(kind, element), new Reduce.Stage(Reduce.Kind.MIN, here)), results, 1, List.of());
    return Launcher.reduceUnrecorded(name, op, List.of(x), false);
  }

  /**
   * Long rows: the places in parts of them, then of the parts the one with the first extreme element. All in integers,
   * so exact.
   */
  private static Tensor inParts(String name, Reduce.Kind kind, Tensor x, int axis) {
    long length = x.shape().dim(axis);
    long least = Math.ceilDiv(length, Reduce.EXACT);
    long parts = least;
    while (length % parts != 0 && parts < MAX_PARTS) {
      parts++;
    }
    parts = length % parts == 0 ? parts : least;
    long each = length / parts;
    try (Scope scope = Scope.open()) {
      Tensor even = length % parts == 0 ? x : x.slice(axis, 0, parts * each);
      Shape shape = x.shape();
      long[] split = shape.slice(0, axis).append(parts, each).append(shape.slice(axis + 1, shape.rank()).dims()).dims();
      List<Tensor> found = find(name, kind, even.reshape(split), axis + 1, true);
      Tensor values = found.get(0).squeeze(axis + 1);
      Tensor places = found.get(1).squeeze(axis + 1);
      if (length % parts != 0) {
        List<Tensor> rest = find(name, kind, x.slice(axis, parts * each, length), axis, true);
        values = Tensor.concat(axis, List.of(values, rest.get(0)));
        places = Tensor.concat(axis, List.of(places, rest.get(1)));
      }
      Tensor part = find(name, kind, values, axis, false).getFirst();
      Tensor place = places.gatherElements(axis, part).add(part.mul((double) each));
      return scope.keep(Tensor.drop(place, List.of(axis), false));
    }
  }
}
