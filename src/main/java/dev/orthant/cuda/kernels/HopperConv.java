package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.driver.TensorMap;
import dev.orthant.gpu.plan.Conv2dPlan;
import dev.orthant.gpu.plan.ConvGeometry;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions of F16 and BF16 images in NHWC with one group by {@code wgmma}: {@code hopper_conv2d.cu}. Channels must
 * be a multiple of 8, as the copy engine works in units of 16 bytes, and windows within what its im2col mode takes.
 */
final class HopperConv implements FastPath {
  /** Limits of {@code cuTensorMapEncodeIm2col} for images: element strides, and corners of the box of pixels. */
  private static final int MAX_STRIDE = 8;
  private static final long MIN_CORNER = -128;
  private static final long MAX_CORNER = 127;
  /** A tap's offset has 8 bits. */
  private static final long MAX_OFFSET = 255;

  @Override
  public String name() {
    return "wgmma conv2d";
  }

  @Override
  public MatrixUnits needs() {
    return MatrixUnits.WGMMA;
  }

  @Override
  public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
    if (!suits(trial) || !suits(call)) {
      return Optional.empty();
    }
    HopperTile tile = tile(call);
    Conv2d op = (Conv2d) trial.op();
    Conv2d.Extents e = extents(trial);
    boolean staged = e.k() % HopperProduct.UNIT == 0;
    int stages = tile.stages(planner.limits().dynamicSharedBytes(), staged);
    return stages < 2 ? Optional.empty() : Optional.of(List.of(launch(planner, trial, op, e, tile, stages, staged)));
  }

  private static Conv2d.Extents extents(Call call) {
    return ((Conv2d) call.op()).extents(call.input(0), call.input(1));
  }

  /** Slices of the depth, each of one tap. */
  private static long slices(Conv2d.Extents e) {
    return e.r() * e.s() * Math.ceilDiv(e.c(), HopperTile.K);
  }

  private static HopperTile tile(Call call) {
    Conv2d.Extents e = extents(call);
    return HopperTile.choose(e.n() * e.p() * e.q(), e.k(), 1);
  }

  private static boolean suits(Call call) {
    if (!(call.op() instanceof Conv2d op) || op.layout() != Layout.NHWC || op.groups() != 1
        || call.output().shape().isEmpty()) {
      return false;
    }
    DType type = call.input(0).dtype();
    if (type != DType.F16 && type != DType.BF16) {
      return false;
    }
    Conv2d.Extents e = extents(call);
    Window w = op.window();
    boolean extents =
        e.n() * e.p() * e.q() <= HopperProduct.MAX_EXTENT && e.n() * e.h() * e.w() <= HopperProduct.MAX_EXTENT
            && e.k() <= HopperProduct.MAX_EXTENT && e.c() <= HopperProduct.MAX_EXTENT
            && e.r() * e.s() <= HopperProduct.MAX_EXTENT;
    return extents && e.c() > 0 && e.c() % HopperProduct.UNIT == 0 && w.strideH() <= MAX_STRIDE
        && w.strideW() <= MAX_STRIDE
        && fits(w.padTop(), w.padBottom(), (e.r() - 1) * w.dilationH())
        && fits(w.padLeft(), w.padRight(), (e.s() - 1) * w.dilationW());
  }

  private static boolean fits(long padBefore, long padAfter, long reach) {
    long upper = padAfter - reach;
    return -padBefore >= MIN_CORNER && upper >= MIN_CORNER && upper <= MAX_CORNER && reach <= MAX_OFFSET;
  }

  private static Launch launch(Planner planner, Call call, Conv2d op, Conv2d.Extents e, HopperTile tile, int stages,
      boolean staged) {
    DType type = call.input(0).dtype();
    DType compute = op.compute(call.inputs());
    Window w = op.window();
    ConvGeometry geometry = new ConvGeometry(Layout.NHWC, 1, e.n(), e.c(), e.h(), e.w(), e.r(), e.s(), e.p(), e.q(),
        w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(), Conv2dPlan.isPadded(w), false);
    boolean wide = Planner.isWide(call, geometry.reach());
    KernelParameters parameters = new KernelParameters(wide, compute);
    KernelSource source = planner.source();
    HopperProduct.define(source, tile, stages, type, false, false, staged);
    long rows = e.n() * e.p() * e.q();
    parameters.map("aMap", 0, images(type, e, w, tile.m()));
    parameters.map("bMap", 1, boxes(type, e.c(), e.r() * e.s(), e.k(), 1, tile.share()));
    int out = call.inputs().size();
    if (staged) {
      parameters.map("yMap", out, boxes(type, e.k(), rows, 1, HopperTile.CHUNK, 1));
    } else {
      parameters.output("y", type, out);
    }
    parameters.input("x", type, 0);
    parameters.input("w", type, 1);
    source.define("STORE_Y", "STORE_" + type.shortName());
    source.define("LOAD_W", "LOAD_" + type.shortName());
    source.define("TRANSPOSED", false);
    geometry.define(source, parameters, type);
    long tiles = tile.tilesM(rows) * tile.tilesN(e.k());
    parameters.index("filters", e.k());
    parameters.index("depth", e.c() * e.r() * e.s());
    parameters.index("rows", rows);
    parameters.index("cols", e.k());
    parameters.index("steps", slices(e));
    source.define("DEEP", HopperTile.isDeep(slices(e)));
    parameters.index("tiles", tiles);
    parameters.index("tilesM", tile.tilesM(rows));
    parameters.index("tilesN", tile.tilesN(e.k()));
    new Formulas(compute, op.scalars(), true, call.inputs().subList(2, call.inputs().size()), 2,
        geometry.coordinates(call.output()), parameters).define(op.epilogue().formula(), source);
    return planner.launch(source, "hopper_gemm", tile.grid(tiles, planner.limits().units(), stages, staged), parameters,
        wide, compute, List.of("sums.h", "cuda/hopper.h", "cuda/hopper_wgmma.h", "conv2d_places.cl", "conv2d.cl",
            "cuda/hopper_conv2d.cu", "cuda/hopper_gemm.cu"));
  }

  /**
   * The images, 64 channels of as many pixels as a tile has rows at a time; the box of pixels holds where windows can
   * begin.
   */
  private static TensorMap images(DType type, Conv2d.Extents e, Window w, int pixels) {
    long pixel = e.c() * type.size();
    int upperX = Math.toIntExact(w.padRight() - (e.s() - 1) * w.dilationW());
    int upperY = Math.toIntExact(w.padBottom() - (e.r() - 1) * w.dilationH());
    TensorMap.Im2col window = new TensorMap.Im2col(List.of(-w.padLeft(), -w.padTop()), List.of(upperX, upperY),
        HopperTile.K, pixels);
    return new TensorMap(type, List.of(e.c(), e.w(), e.h(), e.n()),
        List.of(pixel, pixel * e.w(), pixel * e.w() * e.h()), List.of(HopperTile.K, 1, 1, 1),
        List.of(1, w.strideW(), w.strideH(), 1), HopperProduct.SWIZZLE, window);
  }

  /** Boxes of 64×{@code second}×{@code third} elements. */
  private static TensorMap boxes(DType type, long inner, long middle, long outer, int second, int third) {
    long pitch = inner * type.size();
    return new TensorMap(type, List.of(inner, middle, outer), List.of(pitch, pitch * middle),
        List.of(HopperTile.K, second, third), List.of(1, 1, 1), HopperProduct.SWIZZLE, null);
  }

  @Override
  public String kind(Call call) {
    HopperTile t = tile(call);
    Window w = ((Conv2d) call.op()).window();
    Conv2d.Extents e = extents(call);
    return call.input(0).dtype().shortName() + ", tile " + t.m() + "x" + t.n() + ", clusters of " + t.cluster()
        + (e.k() % HopperProduct.UNIT == 0 ? "" : ", outputs of any width") + ", filters " + e.r() + "x" + e.s() + ", "
        + w + (HopperTile.isDeep(slices(e)) ? ", deep" : "");
  }

  /**
   * Two images of odd extents with more pixels and filters than a tile, more channels than a slice; for deep products
   * two blocks; an epilogue with a row and the output's own place.
   */
  @Override
  public List<Call> trials(Call call) {
    Conv2d op = (Conv2d) call.op();
    Conv2d.Extents e = extents(call);
    HopperTile tile = tile(call);
    DType type = call.input(0).dtype();
    Window w = op.window();
    // About 14 outputs each way, an odd number along the width.
    long h = extent(13, e.r(), w.strideH(), w.dilationH(), w.padTop() + w.padBottom());
    long width = extent(11, e.s(), w.strideW(), w.dilationW(), w.padLeft() + w.padRight());
    long k = tile.n() + (e.k() % HopperProduct.UNIT == 0 ? 8L : 3L);
    List<Call> trials = new ArrayList<>();
    for (long c : new long[] {HopperProduct.UNIT, HopperTile.K + (long) HopperProduct.UNIT}) {
      trials.add(trial(op, e, TensorSpec.of(type, 2, h, width, c), k));
    }
    if (HopperTile.isDeep(slices(e))) {
      long slices = Summation.MATRIX_UNIT.block() / HopperTile.K / (e.r() * e.s()) + 1;
      long two = extent(2, e.r(), w.strideH(), w.dilationH(), w.padTop() + w.padBottom());
      long one = extent(1, e.s(), w.strideW(), w.dilationW(), w.padLeft() + w.padRight());
      trials.add(trial(op, e, TensorSpec.of(type, 1, two, one, slices * HopperTile.K), k - tile.n()));
    }
    return trials;
  }

  private static Call trial(Conv2d op, Conv2d.Extents e, TensorSpec x, long k) {
    TensorSpec f = TensorSpec.of(x.dtype(), k, e.r(), e.s(), x.shape().dim(3));
    return Call.of("trial", op.withEpilogue(TRIAL), List.of(x, f, TensorSpec.of(x.dtype(), k), op.product(x, f)));
  }

  /** The extent of an image with that many outputs. */
  private static long extent(long outputs, long filter, int stride, int dilation, int pads) {
    return Math.max(1, (outputs - 1) * stride + (filter - 1) * dilation + 1 - pads);
  }
}
