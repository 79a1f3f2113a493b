package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Window;
import java.util.List;

/** A convolution as one launch of {@code conv2d.cl}. */
final class Conv2dPlan {
  /** Fewer filters to a group than this would leave most of a tile empty. */
  private static final long FEW_FILTERS = 8;
  private static final int DIRECT_ITEMS = 256;

  private final Planner planner;
  private final Call call;
  private final Conv2d op;
  private final Conv2d.Extents e;
  private final DType compute;
  private final boolean wide;
  private final Parameters parameters;
  private final KernelSource source;

  Conv2dPlan(Planner planner, Call call, Conv2d op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.e = op.extents(call.input(0), call.input(1));
    this.compute = op.compute(call.inputs());
    this.wide = Planner.isWide(call, paddedElements());
    this.parameters = new Parameters(wide, compute);
    this.source = planner.source();
  }

  /** The elements of the images with their padding: an index may begin that far outside. */
  private double paddedElements() {
    Window w = op.window();
    return (double) e.n() * Math.max(e.c(), 1) * ((double) e.h() + w.padTop() + w.padBottom())
        * ((double) e.w() + w.padLeft() + w.padRight());
  }

  Launch launch() {
    operands();
    geometry();
    formula();
    return op.groups() > 1 && e.k() / op.groups() < FEW_FILTERS ? direct() : product();
  }

  private void operands() {
    TensorSpec x = call.input(0);
    parameters.input("x", x.dtype(), 0);
    parameters.input("w", x.dtype(), 1);
    parameters.output("y", x.dtype(), call.inputs().size());
    source.define("LOAD_X", "LOAD_" + x.dtype());
    source.define("LOAD_W", "LOAD_" + x.dtype());
    source.define("STORE_Y", "STORE_" + x.dtype());
  }

  private void geometry() {
    Window w = op.window();
    boolean padded = w.padTop() + w.padLeft() + w.padBottom() + w.padRight() != 0;
    source.define("NHWC", op.layout() == Layout.NHWC);
    source.define("PADDED", padded);
    source.define("FILTER_H", e.r());
    source.define("FILTER_W", e.s());
    source.define("STRIDE_H", w.strideH());
    source.define("STRIDE_W", w.strideW());
    source.define("DILATION_H", w.dilationH());
    source.define("DILATION_W", w.dilationW());
    parameters.index("groups", op.groups());
    parameters.index("channels", e.c() / op.groups());
    parameters.index("filters", e.k() / op.groups());
    parameters.index("height", e.h());
    parameters.index("width", e.w());
    parameters.index("outHeight", e.p());
    parameters.index("outWidth", e.q());
    parameters.index("padTop", w.padTop());
    parameters.index("padLeft", w.padLeft());
    parameters.index("depth", op.depth(call.input(0), call.input(1)));
  }

  private void formula() {
    Shape out = call.output().shape();
    List<Coordinates.Name> names = switch (op.layout()) {
      case NCHW -> List.of(new Coordinates.Name("image", 0, 1), new Coordinates.Name("channel", 1, 2),
          new Coordinates.Name("pixel", 2, 4));
      case NHWC -> List.of(new Coordinates.Name("pixel", 0, 3), new Coordinates.Name("channel", 3, 4));
    };
    new Formulas(compute, op.scalars(), true, call.inputs().subList(2, call.inputs().size()), 2,
        new Coordinates(out, "at", names), parameters).define(op.epilogue().formula(), source);
  }

  private Launch product() {
    long filters = e.k() / op.groups();
    long pixels = e.n() * e.p() * e.q();
    long rows = op.layout() == Layout.NHWC ? pixels : filters;
    long cols = op.layout() == Layout.NHWC ? filters : pixels;
    Tile tile = Tile.choose(planner.limits(), rows, cols, op.groups(), compute.size());
    tile.define(source);
    long tiles = tile.parameters(parameters, rows, cols, op.groups());
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("conv2d.cl", tile.file()));
  }

  private Launch direct() {
    long count = call.output().shape().elements();
    int items = Math.min(DIRECT_ITEMS, planner.limits().groupItems());
    parameters.index("count", count);
    source.define("ITEMS", items);
    return planner.launch(source, "conv2d", (count + items - 1) / items, items, parameters, wide, compute,
        List.of("conv2d.cl", "conv2d_direct.cl"));
  }
}
