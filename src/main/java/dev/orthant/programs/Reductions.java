package dev.orthant.programs;

import static dev.orthant.programs.Steps.list;
import static dev.orthant.programs.Steps.step;

import dev.orthant.core.Shape;
import dev.orthant.programs.Steps.Kind;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** Reductions along any axes, softmax and losses, norms. */
final class Reductions {
  private Reductions() {}

  private interface Reduction {
    Tensor of(Tensor x, boolean keepDims, int... axes);
  }

  static List<Kind> all() {
    return List.of(
        any("sum", Tensor::sum), any("sum", Tensor::sum), any("prod", Tensor::prod), any("max", Tensor::max),
        any("min", Tensor::min), floating("mean", Tensor::mean), floating("mean", Tensor::mean),
        floating("variance", Tensor::variance), floating("logSumExp", Tensor::logSumExp), Reductions::norm,
        // Of a number that is broadcast: nothing but the shape around it tells how many there are.
        Reductions::ofBroadcast, Reductions::ofBroadcast,
        d -> Steps.of(d.floating(), "sumOfSquares()", Tensor::sumOfSquares),
        d -> along(d, d.floating(1), "softmax", Tensor::softmax),
        d -> along(d, d.floating(1), "logSoftmax", Tensor::logSoftmax),
        d -> along(d, d.anything(1), "argMax", Tensor::argMax),
        d -> along(d, d.anything(1), "argMin", Tensor::argMin),
        Reductions::crossEntropy, Reductions::crossEntropyWith, Reductions::layerNorm,
        d -> Steps.of(d.floating(1), "rmsNorm(null)", x -> x.rmsNorm(null)), Reductions::groupNorm);
  }

  private interface Along {
    Tensor of(Tensor x, int axis);
  }

  private static ProgramNode.Step along(Draw d, int x, String name, Along f) {
    int axis = d.axis(x);
    return Steps.of(x, name + "(" + axis + ")", t -> f.of(t, axis));
  }

  private static Kind any(String name, Reduction f) {
    return d -> reduction(d, d.anything(), name, f);
  }

  private static Kind floating(String name, Reduction f) {
    return d -> reduction(d, d.floating(), name, f);
  }

  private static ProgramNode.Step reduction(Draw d, int x, String name, Reduction f) {
    boolean keep = d.coin();
    int[] axes = d.oneIn(4) ? new int[0] : d.axes(x);
    return Steps.of(x, name + "(" + keep + (axes.length == 0 ? "" : ", " + list(axes)) + ")", t -> f.of(t, keep, axes));
  }

  private static ProgramNode.Step norm(Draw d) {
    double p = d.any(1.0, 2.0, 3.0, Double.POSITIVE_INFINITY);
    boolean keep = d.coin();
    int x = d.floating();
    int[] axes = d.axes(x);
    String text = p == Double.POSITIVE_INFINITY ? "Double.POSITIVE_INFINITY" : "" + p;
    return Steps.of(x, "norm(" + text + ", " + keep + (axes.length == 0 ? "" : ", " + list(axes)) + ")",
        t -> t.norm(p, keep, axes));
  }

  private static ProgramNode.Step ofBroadcast(Draw d) {
    int x = d.value(s -> s.dtype().isFloating() && s.shape().elements() == 1 && s.shape().rank() == 0,
        d.floatingType(), Shape.of());
    if (d.shape(x).rank() > 0) {
      x = d.leaf(d.floatingType(), Shape.of());
    }
    Shape shape = Shape.of(d.some(), d.some());
    String broadcast = "broadcastTo(Shape.of(" + list(shape.dims()) + "))";
    int axis = d.below(2);
    return switch (d.below(4)) {
      case 0 -> Steps.of(x, broadcast + ".sum(" + axis + ")", t -> t.broadcastTo(shape).sum(axis));
      case 1 -> Steps.of(x, broadcast + ".mean()", t -> t.broadcastTo(shape).mean());
      case 2 -> Steps.of(x, broadcast + ".softmax(" + axis + ")", t -> t.broadcastTo(shape).softmax(axis));
      default -> Steps.of(x, broadcast, t -> t.broadcastTo(shape));
    };
  }

  private static ProgramNode.Step crossEntropy(Draw d) {
    int x = d.floating(1);
    int labels = d.indices(d.shape(x).slice(0, d.rank(x) - 1), d.dim(x, -1));
    return d.coin() ? step("{0}.crossEntropy({1})", (_, in) -> in.get(0).crossEntropy(in.get(1)), x, labels)
        : step("{0}.crossEntropyPerRow({1})", (_, in) -> in.get(0).crossEntropyPerRow(in.get(1)), x, labels);
  }

  private static ProgramNode.Step crossEntropyWith(Draw d) {
    int x = d.floating(1);
    return step("{0}.crossEntropyWith({1})", (_, in) -> in.get(0).crossEntropyWith(in.get(1)), x,
        d.exactly(d.type(x), d.shape(x)));
  }

  private static ProgramNode.Step layerNorm(Draw d) {
    int x = d.floating(1);
    if (d.coin()) {
      return Steps.of(x, "layerNorm(null, null)", t -> t.layerNorm(null, null));
    }
    Shape last = Shape.of(d.dim(x, -1));
    return step("{0}.layerNorm({1}, {2})", (_, in) -> in.get(0).layerNorm(in.get(1), in.get(2)), x,
        d.exactly(d.type(x), last), d.exactly(d.type(x), last));
  }

  private static ProgramNode.Step groupNorm(Draw d) {
    int x = d.floatingOfRank(4);
    int groups = d.any(1, 1, 2, 4);
    if (d.coin()) {
      return Steps.of(x, "groupNorm(" + groups + ", null, null)", t -> t.groupNorm(groups, null, null));
    }
    Shape channels = Shape.of(d.dim(x, 1));
    return step("{0}.instanceNorm({1}, {2})", (_, in) -> in.get(0).instanceNorm(in.get(1), in.get(2)), x,
        d.exactly(d.type(x), channels), d.exactly(d.type(x), channels));
  }
}
