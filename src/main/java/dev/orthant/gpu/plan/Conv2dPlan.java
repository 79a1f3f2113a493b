package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.GemmTile;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Layout;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import dev.orthant.op.walk.StridePhase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, or its gradient with respect to the images at one residue of the strides, as one launch on the
 * operands of {@code conv2d.cl}.
 */
public final class Conv2dPlan {
  /** Fewer filters to a group than this would leave most of a tile empty. */
  private static final long FEW_FILTERS = 8;
  private static final int DIRECT_ITEMS = 256;

  private final Planner planner;
  private final Call call;
  private final Contraction op;
  private final ConvGeometry g;
  /** Channels of the output, in all groups. */
  private final long filters;
  private final @Nullable Transposed transposed;
  private final DType compute;
  private final boolean wide;
  private final KernelParameters parameters;
  private final KernelSource source;

  /** Where the outputs of a gradient lie and which taps reach them. */
  private record Transposed(Conv2d.Extents forward, StridePhase rows, StridePhase columns) {}

  private Conv2dPlan(Planner planner, Call call, Contraction op, ConvGeometry geometry, long filters,
      @Nullable Transposed transposed) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.g = geometry;
    this.filters = filters;
    this.transposed = transposed;
    this.compute = op.compute(call.inputs());
    this.wide = Planner.isWide(call, geometry.reach());
    this.parameters = new KernelParameters(wide, compute);
    this.source = planner.source();
  }

  /** The convolution. */
  public static Launch of(Planner planner, Call call, Conv2d op) {
    return forward(planner, call, op).launch();
  }

  /** The same by a fast path's main loop. */
  public static Launch of(Planner planner, Call call, Conv2d op, MainLoop loop) {
    return forward(planner, call, op).launch(loop);
  }

  /** Whether windows may stick out of the images. */
  public static boolean isPadded(Window w) {
    return w.padTop() + w.padLeft() + w.padBottom() + w.padRight() != 0;
  }

  private static Conv2dPlan forward(Planner planner, Call call, Conv2d op) {
    Conv2d.Extents e = op.extents(call.input(0), call.input(1));
    Window w = op.window();
    ConvGeometry geometry = new ConvGeometry(op.layout(), op.groups(), e.n(), e.c(), e.h(), e.w(), e.r(), e.s(), e.p(),
        e.q(), w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(), isPadded(w),
        true);
    return new Conv2dPlan(planner, call, op, geometry, e.k(), null);
  }

  /** The gradient with respect to the images: a launch for each residue along the height and along the width. */
  public static List<Launch> of(Planner planner, Call call, Conv2dBackwardData op) {
    Conv2d conv = op.forward();
    Window w = conv.window();
    Conv2d.Extents e = conv.extents(op.images(call.input(0), call.input(1)), call.input(1));
    List<StridePhase> rows =
        StridePhase.of(Math.toIntExact(e.h()), Math.toIntExact(e.r()), w.strideH(), w.padTop(), w.dilationH());
    List<StridePhase> columns =
        StridePhase.of(Math.toIntExact(e.w()), Math.toIntExact(e.s()), w.strideW(), w.padLeft(), w.dilationW());
    boolean padded =
        rows.stream().anyMatch(r -> sticksOut(r, e.p())) || columns.stream().anyMatch(r -> sticksOut(r, e.q()));
    // Residues differ in their taps, and a CPU, which works these out for a whole slice at a time, gains nothing.
    boolean numbersInText = w.strideH() == 1 && w.strideW() == 1 && !planner.limits().cpuLike();
    List<Launch> launches = new ArrayList<>();
    for (StridePhase row : rows) {
      for (StridePhase column : columns) {
        ConvGeometry geometry = new ConvGeometry(conv.layout(), conv.groups(), e.n(), e.k(), e.p(), e.q(), row.taps(),
            column.taps(), row.count(), column.count(), 1, 1, row.dilation(), column.dilation(), row.pad(),
            column.pad(),
            padded, numbersInText);
        launches.add(
            new Conv2dPlan(planner, call, op, geometry, e.c(), new Transposed(e, row, column)).launch());
      }
    }
    return launches;
  }

  private static boolean sticksOut(StridePhase r, long extent) {
    long last = (long) r.count() - 1 - r.pad() + (r.taps() - 1L) * r.dilation();
    return r.pad() > 0 || last >= extent;
  }

  private Launch launch() {
    define();
    return g.groups() > 1 && filters / g.groups() < FEW_FILTERS ? direct() : product();
  }

  private Launch launch(MainLoop loop) {
    define();
    Grid grid = loop.define(source, parameters, pixels(), filters / g.groups(), depth(), g.groups(), planner.limits());
    return planner.launch(source, loop.kernel(), grid, parameters, wide, compute,
        Stream.concat(Stream.of("sums.h", "conv2d_places.cl", "conv2d.cl"), loop.files().stream()).toList());
  }

  private void define() {
    TensorSpec x = call.input(0);
    parameters.input("x", x.dtype(), 0);
    parameters.input("w", x.dtype(), 1);
    parameters.output("y", x.dtype(), call.inputs().size());
    source.define("LOAD_W", "LOAD_" + x.dtype());
    source.define("STORE_Y", "STORE_" + x.dtype());
    g.define(source, parameters, x.dtype());
    parameters.index("filters", filters / g.groups());
    parameters.index("depth", depth());
    source.define("TRANSPOSED", transposed != null);
    if (transposed != null) {
      place(transposed);
    }
    new Formulas(compute, op.scalars(), true, call.inputs().subList(2, call.inputs().size()), 2,
        g.coordinates(call.output()), parameters).define(op.epilogue().formula(), source);
  }

  private void place(Transposed t) {
    parameters.index("tapRows", t.forward.r());
    parameters.index("tapCols", t.forward.s());
    parameters.index("lastRow", t.rows.lastTap());
    parameters.index("rowStep", t.rows.tapStep());
    parameters.index("lastCol", t.columns.lastTap());
    parameters.index("colStep", t.columns.tapStep());
    parameters.index("imageHeight", t.forward.h());
    parameters.index("imageWidth", t.forward.w());
    parameters.index("firstRow", t.rows.first());
    parameters.index("rowStride", t.rows.stride());
    parameters.index("firstCol", t.columns.first());
    parameters.index("colStride", t.columns.stride());
  }

  /** How many products make an output. */
  private long depth() {
    return g.channels() / g.groups() * g.filterH() * g.filterW();
  }

  private long pixels() {
    return g.n() * g.outHeight() * g.outWidth();
  }

  private Launch product() {
    long perGroup = filters / g.groups();
    long rows = g.layout() == Layout.NHWC ? pixels() : perGroup;
    long cols = g.layout() == Layout.NHWC ? perGroup : pixels();
    GemmTile tile = GemmTile.choose(planner.limits(), rows, cols, g.groups(), compute.size())
        .summing(depth(), planner.limits(), compute.size());
    tile.define(source);
    long tiles = tile.parameters(parameters, rows, cols, g.groups());
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("sums.h", "conv2d_places.cl", "conv2d.cl", tile.file()));
  }

  private Launch direct() {
    long count = pixels() * filters;
    int items = Math.min(DIRECT_ITEMS, planner.limits().groupItems());
    parameters.index("count", count);
    source.define("ITEMS", items);
    source.define("DEEP", depth() > Summation.DOT.block());
    return planner.launch(source, "conv2d", (count + items - 1) / items, items, parameters, wide, compute,
        List.of("sums.h", "conv2d_places.cl", "conv2d.cl", "conv2d_direct.cl"));
  }
}
