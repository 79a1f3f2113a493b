package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.Coordinates;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.GemmTile;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a convolution by its filters as one launch of {@code conv2d_backward_weights.cl}; or as two, when
 * there are too few outputs to keep the device busy: then several groups share the depth of each tile, and
 * {@code sum_parts.cl} adds what they found, in a fixed order.
 */
final class Conv2dWeightsPlan {
  private static final int ITEMS = 256;
  /** Pixels below which a depth is not cut further. */
  private static final long MIN_SHARE = 1024;
  /** The most memory for partial sums; their indices fit 32 bits. */
  private static final long MAX_PARTS = 256L << 20;

  private final Planner planner;
  private final Call call;
  private final Conv2dBackwardWeights op;
  private final Conv2d.Extents e;
  private final ConvGeometry g;
  private final DType compute;
  private final boolean wide;
  private final long rows;
  private final long cols;
  private final long pixels;

  Conv2dWeightsPlan(Planner planner, Call call, Conv2dBackwardWeights op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    Conv2d conv = op.forward();
    Window w = conv.window();
    this.e = conv.extents(call.input(0), op.filters(call.input(0), call.input(1)));
    boolean padded = w.padTop() + w.padLeft() + w.padBottom() + w.padRight() != 0;
    this.g = new ConvGeometry(conv.layout(), conv.groups(), e.n(), e.c(), e.h(), e.w(), e.r(), e.s(), e.p(), e.q(),
        w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(), padded,
        !planner.limits().cpuLike());
    this.compute = op.compute(call.inputs());
    this.rows = e.k() / conv.groups();
    this.cols = e.c() / conv.groups() * e.r() * e.s();
    this.pixels = e.n() * e.p() * e.q();
    this.wide = Planner.isWide(call, g.reach());
  }

  List<Launch> launches() {
    long most = Math.clamp(MAX_PARTS / (call.output().shape().elements() * compute.size()), 1,
        Math.max(1, pixels / MIN_SHARE));
    GemmTile tile = GemmTile.choose(planner.limits(), rows, cols, g.groups() * most, compute.size());
    long wanted = 2L * planner.limits().units() / Math.max(1, tile.tiles(rows, cols, g.groups()));
    long splits = Math.clamp(wanted, 1, most);
    long share = Math.max(1, (pixels + splits - 1) / splits);
    // No part is empty.
    splits = Math.max(1, (pixels + share - 1) / share);
    List<Launch> launches = new ArrayList<>();
    launches.add(product(tile.summing(share, planner.limits(), compute.size()), splits, share));
    if (splits > 1) {
      launches.add(sum(splits));
    }
    return launches;
  }

  private long partBytes(long splits) {
    return splits * call.output().shape().elements() * compute.size();
  }

  private Launch product(GemmTile tile, long splits, long share) {
    KernelParameters parameters = new KernelParameters(wide, compute);
    KernelSource source = planner.source();
    TensorSpec x = call.input(0);
    parameters.input("x", x.dtype(), 0);
    parameters.input("dy", x.dtype(), 1);
    source.define("LOAD_DY", "LOAD_" + x.dtype());
    g.define(source, parameters, x.dtype());
    parameters.index("filters", rows);
    parameters.index("pixels", pixels);
    parameters.index("share", share);
    parameters.index("splits", splits);
    source.define("SPLIT", splits > 1);
    if (splits > 1) {
      parameters.scratch("parts", compute, 0, partBytes(splits), true);
    } else {
      formula(source, parameters);
    }
    tile.define(source);
    long tiles = tile.parameters(parameters, rows, cols, g.groups() * splits);
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("sums.h", "conv2d_places.cl", "conv2d_backward_weights.cl", tile.file()));
  }

  private void formula(KernelSource source, KernelParameters parameters) {
    TensorSpec out = call.output();
    parameters.output("y", out.dtype(), call.inputs().size());
    source.define("STORE_Y", "STORE_" + out.dtype());
    new Formulas(compute, op.scalars(), true, call.inputs().subList(2, call.inputs().size()), 2,
        Coordinates.flat(out.shape(), "at"), parameters).define(op.epilogue().formula(), source);
  }

  private Launch sum(long splits) {
    KernelParameters parameters = new KernelParameters(wide, compute);
    KernelSource source = planner.source();
    long count = call.output().shape().elements();
    int items = Math.min(ITEMS, planner.limits().groupItems());
    parameters.scratch("sums", compute, 0, partBytes(splits), false);
    formula(source, parameters);
    parameters.index("count", count);
    parameters.index("parts", splits);
    source.define("ITEMS", items);
    return planner.launch(source, "sum_parts", (count + items - 1) / items, items, parameters, wide, compute,
        List.of("sums.h", "sum_parts.cl"));
  }
}
