package dev.orthant.programs;

import static dev.orthant.programs.Steps.list;
import static dev.orthant.programs.Steps.step;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.programs.Steps.Kind;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** What moves elements, gives them another shape or type, picks, adds up and sorts. */
final class Moves {
  private Moves() {}

  static List<Kind> all() {
    return List.of(Moves::transpose, Moves::slice, Moves::slices, Moves::flip, Moves::pad, Moves::tile, Moves::concat,
        Moves::stack, Moves::select, Moves::reshape, Moves::reshape, Moves::flatten, Moves::broadcast, Moves::cast,
        Moves::cast, Moves::gather, Moves::gatherElements, Moves::scatterAdd, Moves::split, Moves::sort, Moves::topK,
        Moves::joined, d -> along(d, d.anything(1), "cumSum", Tensor::cumSum),
        d -> along(d, d.anything(1), "cumProd", Tensor::cumProd),
        d -> along(d, d.floating(1), "crelu", Tensor::crelu),
        d -> Steps.of(d.anything(), "detach()", Tensor::detach),
        d -> Steps.of(d.anything(), "squeeze()", x -> x.squeeze()),
        d -> {
          int x = d.anything();
          int axis = d.below(d.rank(x) + 1);
          return Steps.of(x, "expandDims(" + axis + ")", t -> t.expandDims(axis));
        });
  }

  private interface Along {
    Tensor of(Tensor x, int axis);
  }

  private static ProgramNode.Step along(Draw d, int x, String name, Along f) {
    int axis = d.axis(x);
    return Steps.of(x, name + "(" + axis + ")", t -> f.of(t, axis));
  }

  private static ProgramNode.Step transpose(Draw d) {
    int x = d.anything(2);
    int[] order = d.order(d.rank(x));
    return Steps.of(x, "transpose(" + list(order) + ")", t -> t.transpose(order));
  }

  private static ProgramNode.Step slice(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int extent = (int) d.dim(x, axis);
    int from = d.below(extent + 1);
    int to = from + d.below(extent - from + 1);
    int step = d.any(1, 1, 2, 3);
    return d.oneIn(3) && to > from
        ? Steps.of(x, "slice(" + axis + ", " + (to - 1) + ", " + (from - 1) + ", -" + step + ")",
            t -> t.slice(axis, to - 1, from - 1, -step))
        : Steps.of(x, "slice(" + axis + ", " + from + ", " + to + ", " + step + ")",
            t -> t.slice(axis, from, to, step));
  }

  private static ProgramNode.Step slices(Draw d) {
    int x = d.anything(1);
    int rank = d.rank(x);
    long[] starts = new long[rank];
    long[] counts = new long[rank];
    long[] steps = new long[rank];
    for (int a = 0; a < rank; a++) {
      int extent = (int) d.dim(x, a);
      starts[a] = extent == 0 ? 0 : d.below(extent);
      counts[a] = extent == 0 ? 0 : 1 + d.below((int) (extent - starts[a]));
      steps[a] = 1;
    }
    return Steps.of(x, "slice(new long[] {" + list(starts) + "}, new long[] {" + list(counts) + "}, new long[] {"
        + list(steps) + "})", t -> t.slice(starts, counts, steps));
  }

  private static ProgramNode.Step flip(Draw d) {
    int x = d.anything();
    int[] axes = d.axes(x);
    return Steps.of(x, "flip(" + list(axes) + ")", t -> t.flip(axes));
  }

  private static ProgramNode.Step pad(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int before = d.below(4) - 1;
    int after = d.below(4) - 1;
    double v = d.any(0.0, 1.0, -2.0);
    return Steps.of(x, "pad(" + axis + ", " + before + ", " + after + ", " + v + ")",
        t -> t.pad(axis, before, after, v));
  }

  private static ProgramNode.Step tile(Draw d) {
    int x = d.anything();
    long[] repeats = new long[d.rank(x)];
    for (int a = 0; a < repeats.length; a++) {
      repeats[a] = d.any(1, 1, 2, 3);
    }
    return Steps.of(x, "tile(" + list(repeats) + ")", t -> t.tile(repeats));
  }

  private static ProgramNode.Step concat(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    long[] dims = d.shape(x).dims();
    dims[axis] = d.extent();
    int y = d.exactly(d.type(x), Shape.of(dims));
    return step("Tensor.concat(" + axis + ", List.of({0}, {1}, {0}))",
        (_, in) -> Tensor.concat(axis, List.of(in.get(0), in.get(1), in.get(0))), x, y);
  }

  private static ProgramNode.Step stack(Draw d) {
    int x = d.anything();
    int axis = d.below(d.rank(x) + 1);
    return step("Tensor.stack(" + axis + ", List.of({0}, {1}))",
        (_, in) -> Tensor.stack(axis, List.of(in.get(0), in.get(1))), x, d.exactly(d.type(x), d.shape(x)));
  }

  private static ProgramNode.Step select(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int index = d.below((int) Math.max(1, d.dim(x, axis)));
    return Steps.of(x, "select(" + axis + ", " + index + ")", t -> t.select(axis, index));
  }

  /** Two neighbouring axes become one, or an axis two. */
  private static ProgramNode.Step reshape(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    long[] dims = d.shape(x).dims();
    long[] other;
    if (axis + 1 < dims.length) {
      other = new long[dims.length - 1];
      for (int a = 0, b = 0; a < dims.length; a++, b++) {
        other[b] = a == axis ? dims[a] * dims[++a] : dims[a];
      }
    } else {
      long part = dims[axis] % 2 == 0 ? 2 : dims[axis] % 3 == 0 ? 3 : 1;
      other = Arrays.copyOf(dims, dims.length + 1);
      other[axis] = part;
      other[axis + 1] = dims[axis] / part;
    }
    return Steps.of(x, "reshape(" + list(other) + ")", t -> t.reshape(other));
  }

  private static ProgramNode.Step flatten(Draw d) {
    int x = d.anything();
    long n = d.shape(x).elements();
    return Steps.of(x, "reshape(" + n + ")", t -> t.reshape(n));
  }

  private static ProgramNode.Step broadcast(Draw d) {
    int x = d.anything();
    long[] dims = d.shape(x).dims();
    for (int a = 0; a < dims.length; a++) {
      dims[a] = dims[a] == 1 ? d.extent() : dims[a];
    }
    Shape shape = d.coin() && dims.length < 4 ? Shape.of(d.extent()).append(dims) : Shape.of(dims);
    return Steps.of(x, "broadcastTo(Shape.of(" + list(shape.dims()) + "))", t -> t.broadcastTo(shape));
  }

  private static ProgramNode.Step cast(Draw d) {
    DType type = d.oneIn(3) ? d.any(DType.values()) : d.floatingType();
    return Steps.of(d.anything(), "cast(DType." + type.name() + ")", t -> t.cast(type));
  }

  private static ProgramNode.Step gather(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int indices = d.indices(d.shapeOf(d.below(3)), d.dim(x, axis));
    return step("{0}.gather(" + axis + ", {1})", (_, in) -> in.get(0).gather(axis, in.get(1)), x, indices);
  }

  private static ProgramNode.Step gatherElements(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    long[] dims = d.shape(x).dims();
    dims[axis] = d.extent();
    int indices = d.indices(Shape.of(dims), d.dim(x, axis));
    return step("{0}.gatherElements(" + axis + ", {1})", (_, in) -> in.get(0).gatherElements(axis, in.get(1)), x,
        indices);
  }

  private static ProgramNode.Step scatterAdd(Draw d) {
    int x = d.floating(1);
    int axis = d.axis(x);
    long extent = d.some();
    int indices = d.indices(Shape.of(d.dim(x, axis)), extent);
    return step("{0}.scatterAdd(" + axis + ", " + extent + ", {1})",
        (_, in) -> in.get(0).scatterAdd(axis, extent, in.get(1)), x, indices);
  }

  private static ProgramNode.Step split(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int extent = (int) d.dim(x, axis);
    int first = d.below(extent + 1);
    int part = d.below(2);
    return Steps.of(x, "split(" + axis + ", " + first + ", " + (extent - first) + ").get(" + part + ")",
        t -> t.split(axis, first, extent - first).get(part));
  }

  /** Of two parts, which a tape puts together again. */
  private static ProgramNode.Step joined(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int extent = (int) d.dim(x, axis);
    int first = d.below(extent + 1);
    return step("Tensor.concat(" + axis + ", {0}.split(" + axis + ", " + first + ", " + (extent - first)
        + ").reversed())", (_, in) -> Tensor.concat(axis, in.get(0).split(axis, first, extent - first).reversed()), x);
  }

  private static ProgramNode.Step sort(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    boolean descending = d.coin();
    return d.coin()
        ? Steps.of(x, "sort(" + axis + ", " + descending + ").values()", t -> t.sort(axis, descending).values())
        : Steps.of(x, "sort(" + axis + ", " + descending + ").indices()", t -> t.sort(axis, descending).indices());
  }

  private static ProgramNode.Step topK(Draw d) {
    int x = d.anything(1);
    int axis = d.axis(x);
    int k = d.below((int) d.dim(x, axis) + 1);
    return Steps.of(x, "topK(" + axis + ", " + k + ").values()", t -> t.topK(axis, k).values());
  }
}
