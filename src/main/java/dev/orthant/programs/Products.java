package dev.orthant.programs;

import static dev.orthant.programs.Steps.step;

import dev.orthant.core.Shape;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import dev.orthant.programs.Steps.Kind;
import java.util.List;

/** Matrix products, convolutions, pooling. What follows on their results becomes their epilogue. */
final class Products {
  private Products() {}

  static List<Kind> all() {
    return List.of(Products::matMul, Products::matMul, Products::matMul, Products::conv2d, Products::conv2d,
        Products::conv1d, Products::transposed, Products::pool, Products::pool, Products::global);
  }

  private static ProgramNode.Step matMul(Draw d) {
    int a = d.floating(2);
    boolean ta = d.coin();
    boolean tb = d.coin();
    long k = d.dim(a, ta ? -2 : -1);
    long n = d.extent();
    Shape batch = d.shape(a).slice(0, d.rank(a) - 2);
    Shape own = d.oneIn(3) ? batch : d.oneIn(4) && batch.rank() > 0 ? Shape.of(1) : Shape.of();
    Shape shape = tb ? own.append(n, k) : own.append(k, n);
    int b = d.value(s -> s.dtype() == d.type(a) && s.shape().rank() == 2 && s.shape().dim(tb ? 1 : 0) == k, d.type(a),
        shape);
    return step("{0}.matMul({1}, MatMul.PLAIN.lhsTransposed(" + ta + ").rhsTransposed(" + tb + "))",
        (_, in) -> in.get(0).matMul(in.get(1), MatMul.PLAIN.lhsTransposed(ta).rhsTransposed(tb)), a, b);
  }

  /** How a convolution is done, in Java and as it is. */
  private record How(String text, Conv2d value) {}

  private static How how(Draw d, Layout layout, int groups) {
    int stride = d.any(1, 1, 2, 3);
    int padding = d.below(3);
    int dilation = d.any(1, 1, 2);
    return new How(
        "Conv2d.stride(" + stride + ").padding(" + padding + ").dilation(" + dilation + ", 1).groups(" + groups
            + ").layout(Layout." + layout + ")",
        Conv2d.stride(stride).padding(padding).dilation(dilation, 1).groups(groups).layout(layout));
  }

  private static int groups(Draw d, long channels) {
    return d.oneIn(3) ? (int) Math.max(1, channels) : d.oneIn(3) && channels % 2 == 0 && channels > 0 ? 2 : 1;
  }

  private static ProgramNode.Step conv2d(Draw d) {
    int x = d.floatingOfRank(4);
    Layout layout = d.any(Layout.values());
    long c = d.dim(x, layout.channelAxis());
    int groups = groups(d, c);
    How how = how(d, layout, groups);
    long k = groups * d.any(1L, 1L, 2L, 3L);
    long r = d.any(1L, 1L, 2L, 3L);
    long s = d.any(r, 1L, 3L);
    Shape filters = layout == Layout.NCHW ? Shape.of(k, c / groups, r, s) : Shape.of(k, r, s, c / groups);
    return step("{0}.conv2d({1}, " + how.text + ")", (_, in) -> in.get(0).conv2d(in.get(1), how.value), x,
        d.exactly(d.type(x), filters));
  }

  private static ProgramNode.Step conv1d(Draw d) {
    int x = d.floatingOfRank(3);
    Layout layout = d.any(Layout.values());
    long c = d.dim(x, layout == Layout.NCHW ? 1 : 2);
    int groups = groups(d, c);
    int stride = d.any(1, 1, 2);
    int padding = d.below(2);
    Conv2d how = Conv2d.PLAIN.strides(1, stride).padding(0, padding, 0, padding).groups(groups).layout(layout);
    String text = "Conv2d.PLAIN.strides(1, " + stride + ").padding(0, " + padding + ", 0, " + padding + ").groups("
        + groups + ").layout(Layout." + layout + ")";
    long k = groups * d.any(1L, 2L, 3L);
    long s = d.any(1L, 2L, 3L);
    Shape filters = layout == Layout.NCHW ? Shape.of(k, c / groups, s) : Shape.of(k, s, c / groups);
    return step("{0}.conv1d({1}, " + text + ")", (_, in) -> in.get(0).conv1d(in.get(1), how), x,
        d.exactly(d.type(x), filters));
  }

  private static ProgramNode.Step transposed(Draw d) {
    int x = d.floatingOfRank(4);
    Layout layout = d.any(Layout.values());
    long k = d.dim(x, layout.channelAxis());
    How how = how(d, layout, 1);
    long c = d.any(1L, 2L, 3L);
    long r = d.any(1L, 2L, 3L);
    Shape filters = layout == Layout.NCHW ? Shape.of(k, c, r, r) : Shape.of(k, r, r, c);
    return step("{0}.convTranspose2d({1}, " + how.text + ", 0)",
        (_, in) -> in.get(0).convTranspose2d(in.get(1), how.value, 0), x, d.exactly(d.type(x), filters));
  }

  private static ProgramNode.Step pool(Draw d) {
    Pool2d.Kind kind = d.any(Pool2d.Kind.values());
    int height = d.any(1, 2, 3);
    int width = d.any(height, 2);
    int stride = d.any(1, 2, 3);
    int pad = d.below(Math.min(height, width));
    Layout layout = d.any(Layout.values());
    boolean counts = d.coin();
    Pool2d how = new Pool2d(kind, height, width, Window.UNIT.stride(stride, stride).padding(pad, pad, pad, pad), layout,
        counts, 2);
    return Steps.of(d.floatingOfRank(4),
        "pool2d(new Pool2d(Pool2d.Kind." + kind + ", " + height + ", " + width + ", Window.UNIT.stride(" + stride + ", "
            + stride + ").padding(" + pad + ", " + pad + ", " + pad + ", " + pad + "), Layout." + layout + ", " + counts
            + ", 2))",
        x -> x.pool2d(how));
  }

  private static ProgramNode.Step global(Draw d) {
    Layout layout = d.any(Layout.values());
    return d.coin()
        ? Steps.of(d.floatingOfRank(4), "globalAvgPool2d(Layout." + layout + ")", x -> x.globalAvgPool2d(layout))
        : Steps.of(d.floatingOfRank(4), "globalMaxPool2d(Layout." + layout + ")", x -> x.globalMaxPool2d(layout));
  }
}
