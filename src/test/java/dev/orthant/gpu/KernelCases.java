package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Copy;
import dev.orthant.op.Copy.Axis;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Gather;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.op.Op;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import dev.orthant.parity.Case;
import java.util.ArrayList;
import java.util.List;

/**
 * Shapes just below, at and above the edges of tiles and runs, each way in which kernels index, few enough for a
 * simulator.
 */
public final class KernelCases {
  private static final Epilogue BIASED = Epilogue.NONE.plusOperand().activation(Activations.LEAKY_RELU);

  private KernelCases() {}

  private static TensorSpec f32(long... dims) {
    return TensorSpec.of(DType.F32, dims);
  }

  private static Case of(String name, Op op, TensorSpec... inputs) {
    return new Case(name, op.name(), op, List.of(inputs), Case.Data.NORMAL);
  }

  private static Case planted(String name, Op op, TensorSpec... inputs) {
    return new Case(name, op.name(), op, List.of(inputs), Case.Data.PLANTED);
  }

  private static MatMul matMul(boolean transposeLhs, boolean transposeRhs) {
    return new MatMul(transposeLhs, transposeRhs, BIASED);
  }

  /** The cheapest product that still has an edge on every side and two slices. */
  public static Case row() {
    return of("row times matrix", matMul(false, false), f32(1, 35), f32(35, 33), f32(33));
  }

  /**
   * Residues of a stride, some without taps, and the filters' gradient in both layouts; pooling with windows over the
   * edge.
   */
  private static void gradients(List<Case> cases) {
    Conv2d conv = Conv2d.stride(2).padding(1, 0, 1, 2);
    cases.add(
        of("by images, NCHW", new Conv2dBackwardData(conv, 6, 5, Epilogue.NONE), f32(1, 9, 3, 4), f32(9, 2, 3, 1)));
    Conv2d last = conv.layout(Layout.NHWC);
    cases.add(of("by filters, NCHW", new Conv2dBackwardWeights(conv, 3, 1, Epilogue.NONE), f32(1, 2, 6, 5),
        f32(1, 9, 3, 4)));
    cases.add(of("by filters, NHWC", new Conv2dBackwardWeights(last, 3, 1, Epilogue.NONE), f32(1, 6, 5, 2),
        f32(1, 3, 4, 9)));
    Pool2d pool = new Pool2d(Pool2d.Kind.MAX, 3, 3, Window.UNIT.stride(2, 2).padding(1, 1, 1, 1), Layout.NCHW, true, 2);
    cases.add(of("pooling", pool, f32(1, 3, 5, 6)));
    cases.add(of("pooling, gradient", new Pool2dBackward(pool, Shape.of(1, 3, 5, 6)), f32(1, 3, 3, 3), f32(1, 3, 5, 6),
        f32(1, 3, 3, 3)));
  }

  /**
   * More products than a block of {@link Summation#DOT} has: by tiles, one by one, and made again for what is infinite
   * over padding.
   */
  private static List<Case> deep() {
    long depth = Summation.DOT.block() + 5;
    return List.of(of("deep", MatMul.PLAIN, f32(2, depth), f32(depth, 3)),
        of("deep, few filters", Conv2d.PLAIN.groups(2), f32(1, 2 * depth, 1, 2), f32(2, depth, 1, 1)),
        planted("deep, few filters over padding", Conv2d.PLAIN.groups(2).padding(0, 1, 0, 0).layout(Layout.NHWC),
            f32(1, 1, 2, 2 * depth), f32(2, 1, 2, depth)),
        planted("infinite gradients over padding",
            new Conv2dBackwardWeights(Conv2d.PLAIN.padding(1), 3, 3, Epilogue.NONE), f32(1, 2, 4, 5), f32(1, 9, 4, 5)));
  }

  /** Every loader and every edge once, as small as that goes. */
  public static List<Case> edges() {
    List<Case> cases = new ArrayList<>();
    cases.add(of("ragged", matMul(false, false), f32(33, 19), f32(19, 35), f32(35)));
    cases.add(of("transposed", matMul(true, true), f32(17, 33), f32(31, 17), f32(33, 1)));
    cases.add(of("exact", matMul(false, true), f32(32, 32), f32(32, 32), f32(1, 32)));
    cases.add(row());
    cases.add(of("matrix times column", matMul(false, false), f32(33, 35), f32(35, 1), f32(1)));
    cases.add(of("batch against batch", matMul(true, false), f32(2, 1, 5, 3), f32(3, 5, 4), f32(2, 1, 3, 4)));
    cases.add(of("batch against matrix", matMul(false, true), f32(3, 4, 5), f32(9, 5), f32(3, 1, 9)));
    cases.add(of("no depth", matMul(false, false), f32(5, 0), f32(0, 6), f32(6)));
    cases.add(of("128 tiles", matMul(false, false), f32(65, 5), f32(5, 129), f32(129)));
    Conv2d padded = Conv2d.PLAIN.padding(1, 2, 0, 1).withEpilogue(BIASED);
    gradients(cases);
    cases.add(of("NCHW", padded, f32(2, 3, 7, 6), f32(9, 3, 3, 2), f32(9, 1, 1)));
    cases.add(of("NHWC", padded.layout(Layout.NHWC), f32(2, 7, 6, 3), f32(9, 3, 2, 3), f32(9)));
    cases.add(planted("infinite weights over padding", Conv2d.PLAIN.padding(2), f32(1, 2, 5, 5), f32(9, 2, 3, 3)));
    cases.add(of("grouped, strided, dilated", Conv2d.stride(2).dilation(2, 1).groups(2), f32(1, 4, 9, 8),
        f32(18, 2, 3, 3)));
    cases.add(of("depthwise", Conv2d.PLAIN.padding(1).groups(5).withEpilogue(BIASED), f32(2, 5, 6, 7),
        f32(10, 1, 3, 3), f32(10, 1, 1)));
    cases.add(of("depthwise NHWC", Conv2d.stride(2).padding(1).groups(5).layout(Layout.NHWC), f32(2, 6, 7, 5),
        f32(5, 3, 3, 1)));
    cases.add(of("64 bit indices", Conv2d.PLAIN.strides(1 << 15, 1 << 15).padding(1 << 15).withEpilogue(BIASED),
        f32(2, 3, 2, 2), f32(9, 3, 1, 1), f32(9, 1, 1)));
    cases.add(of("two outputs", new Pointwise(List.of(Expr.input(0).plus(Expr.input(1)),
        Expr.input(0).times(Expr.input(2)).plus(Expr.scalar(0))), 3, List.of(0.3)), f32(3, 5, 7), f32(5, 1),
        f32(3, 1, 7)));
    cases.add(of("random bits to two types", new Pointwise(
        List.of(Expr.where(Expr.input(1).lt(Expr.scalar(0)), 0, Expr.input(0)), Expr.input(1).lt(0.5).asNumber()), 1,
        List.of(0.3), List.of(DType.F32, DType.BOOL), List.of(new Philox(7, 3))), TensorSpec.of(DType.I32, 3, 37)));
    cases.addAll(deep());
    cases.addAll(packs());
    for (long offset : new long[] {0, 3}) {
      cases.add(of("random in f64 from " + offset,
          new Random(Random.Distribution.NORMAL, 1, 2, new Philox(-1, offset), TensorSpec.of(DType.F64, 259))));
      cases.add(of("random from " + offset,
          new Random(Random.Distribution.TRUNCATED_NORMAL, 1, 2, new Philox(-1, offset), f32(259))));
    }
    cases.addAll(moves());
    cases.addAll(reductions());
    cases.addAll(integers());
    return cases;
  }

  /** In 64 bits: one by one and in packs, rows of one and of several chunks, running sums. */
  private static List<Case> integers() {
    Expr x = Expr.input(0);
    Expr y = Expr.input(1);
    Pointwise all = new Pointwise(
        List.of(x.times(y).plus(Expr.scalar(0)), x.div(y), x.pow(y.abs()).minus(x.neg()), Expr.max(x, y)), 2,
        List.of(3.0),
        List.of(DType.I64, DType.I32, DType.I8, DType.BOOL), List.of());
    Reduce sum = new Reduce(List.of(0), List.of(new Reduce.Stage(Reduce.Kind.SUM, x)),
        List.of(new Reduce.Result(Expr.input(1), true, DType.I64)), 1, List.of());
    return List.of(of("integers", all, TensorSpec.of(DType.I32, 3, 7), TensorSpec.of(DType.I64, 7)),
        of("packs of integers", all, TensorSpec.of(DType.I8, 3, 16), TensorSpec.of(DType.I64, 16)),
        of("sum of integers", sum, TensorSpec.of(DType.U8, 20_011)),
        of("running sums of integers", new CumSum(0, false, true), TensorSpec.of(DType.I32, 700)));
  }

  /**
   * Packs of elements: repeated along rows, along columns, in the middle; of several types; two, four and eight to a
   * pack.
   */
  private static List<Case> packs() {
    Op sum = Pointwise.of(Expr.input(0).plus(Expr.input(1)).plus(Expr.input(2)), 3);
    Pointwise types =
        new Pointwise(List.of(Expr.input(0).plus(Expr.input(1)), Expr.input(0).lt(Expr.scalar(0)).asNumber(),
            Expr.input(1)), 2, List.of(0.3), List.of(DType.BF16, DType.BOOL, DType.U8), List.of());
    return List.of(of("packs by row and column", sum, f32(5, 12), f32(12), f32(5, 1)),
        of("packs in the middle", sum, f32(3, 5, 2, 6), f32(5, 1, 1), f32(3, 1, 2, 1)),
        of("packs of eight", sum, TensorSpec.of(DType.F16, 7, 24), TensorSpec.of(DType.BF16, 24),
            TensorSpec.of(DType.F16)),
        of("packs of several types", types, TensorSpec.of(DType.F16, 7, 24), TensorSpec.of(DType.U8, 24)));
  }

  /** Moving, adding up and sorting: the kernels with edges of their own, shared memory above all. */
  private static List<Case> moves() {
    TensorSpec indices = TensorSpec.of(DType.I32, 4, 9, 3);
    return List.of(
        of("spread and padded", new Copy(List.of(new Axis(9, 1, -2, 1, 2), new Axis(5, 0, 4, -1, 1)), 7), f32(4, 3)),
        of("concat", new Concat(1), f32(5, 3), f32(5, 70)),
        of("gather", new Gather(1, true), f32(4, 5, 3), indices),
        of("scatter", new ScatterAdd(1, true, 5), f32(4, 9, 3), indices),
        of("cast", new Cast(DType.BF16), TensorSpec.of(DType.I64, 70)),
        of("cumsum", new CumSum(0, true, false), f32(9, 5)),
        of("long cumsum", new CumSum(1, false, true), f32(1, 1300)),
        of("sort", new Sort(0, true), f32(37, 3)),
        of("long sort", new Sort(0, false), TensorSpec.of(DType.BF16, 1029)));
  }

  /** Rows of all lengths and places, one stage and several: each way in which a group or an item goes through them. */
  private static List<Case> reductions() {
    Expr x = Expr.input(0);
    Expr d = x.minus(Expr.input(1));
    List<Case> cases = new ArrayList<>();
    for (Integer[] axes : new Integer[][] {{1}, {0}, {0, 2}}) {
      Reduce softmax = new Reduce(List.of(axes),
          List.of(new Reduce.Stage(Reduce.Kind.MAX, x), new Reduce.Stage(Reduce.Kind.SUM, d.exp())),
          List.of(new Reduce.Result(d.exp().div(Expr.input(2)), false, DType.F32),
              new Reduce.Result(Expr.input(1), true, DType.F32)),
          1, List.of());
      Reduce mean = new Reduce(List.of(axes),
          List.of(new Reduce.Stage(Reduce.Kind.MEAN, x.plus(Reduce.position(1, 1)))),
          List.of(new Reduce.Result(Expr.input(1), true, DType.F32), new Reduce.Result(x.neg(), false, DType.F32)), 1,
          List.of());
      cases.add(of("softmax along " + List.of(axes), softmax, f32(5, 7, axes.length == 2 ? 3 : 1)));
      cases.add(of("softmax of columns along " + List.of(axes), softmax, f32(9, 35, 2)));
      cases.add(of("mean along " + List.of(axes), mean, axes[0] == 0 ? f32(5000, 3, 1) : f32(3, 9000, 1)));
    }
    return cases;
  }

  /** The storage types, and sizes with several groups and several slices. */
  public static List<Case> more() {
    List<Case> cases = new ArrayList<>();
    for (DType type : List.of(DType.F16, DType.BF16, DType.F64)) {
      TensorSpec bias = TensorSpec.of(type == DType.F64 ? type : DType.F32, 70);
      cases.add(of("matmul of " + type, matMul(false, true), TensorSpec.of(type, 33, 131), TensorSpec.of(type, 70, 131),
          bias));
      cases.add(of("conv2d of " + type, Conv2d.PLAIN.padding(1), TensorSpec.of(type, 1, 17, 9, 20),
          TensorSpec.of(type, 20, 17, 3, 3)));
      cases.add(of("gelu of " + type, Pointwise.of(Activations.GELU), TensorSpec.of(type, 1000)));
    }
    cases.add(of("several tiles", matMul(false, false), f32(200, 150), f32(150, 300), f32(300)));
    cases.add(of("several tiles transposed", matMul(true, false), f32(3, 150, 130), f32(150, 140), f32(140)));
    cases.add(of("long row", matMul(false, true), f32(2, 1000), f32(300, 1000), f32(300)));
    cases.add(of("wide images", Conv2d.PLAIN.padding(1).withEpilogue(BIASED), f32(2, 40, 19, 40), f32(70, 40, 3, 3),
        f32(70, 1, 1)));
    cases.add(planted("specials", MatMul.PLAIN, f32(70, 40), f32(40, 90)));
    return cases;
  }

  /**
   * What the CUDA dialect does in its own way: 16-bit storage, packs of 16 bytes, integers, each with special values.
   */
  public static List<Case> cuda() {
    List<Case> cases = new ArrayList<>();
    for (DType type : List.of(DType.F16, DType.BF16, DType.F32, DType.F64)) {
      TensorSpec odd = TensorSpec.of(type, 3, 67);
      cases.add(new Case("softplus of special " + type, "pointwise", Pointwise.of(Activations.SOFTPLUS), List.of(odd),
          Case.Data.SPECIAL));
      cases.add(new Case("packs of " + type, "pointwise", Pointwise.of(Activations.MISH),
          List.of(TensorSpec.of(type, 4, 64)), Case.Data.SPECIAL));
      for (DType to : List.of(DType.F16, DType.BF16, DType.I8, DType.I64)) {
        cases.add(new Case(type + " to " + to, "cast", new Cast(to), List.of(odd), Case.Data.SPECIAL));
      }
      cases.add(of("filters from many pixels of " + type, new Conv2dBackwardWeights(Conv2d.PLAIN, 3, 3, Epilogue.NONE),
          TensorSpec.of(type, 2, 2, 42, 42), TensorSpec.of(type, 2, 3, 40, 40)));
      cases.add(of("running sums of " + type, new CumSum(1, false, false), TensorSpec.of(type, 2, 300)));
    }
    return cases;
  }

  /** Products and convolutions in the types and modes that matrix instructions take. */
  public static List<Case> matrices() {
    List<Case> cases = new ArrayList<>();
    // All layouts in one type; of the others, which have the same code around other instructions, two.
    matrices(cases, DType.BF16, MathMode.IEEE, 0, 1, 2, 3);
    matrices(cases, DType.F16, MathMode.IEEE, 0);
    matrices(cases, DType.F32, MathMode.TF32, 1);
    matrices(cases, DType.F32, MathMode.TF32X3, 2);
    // Rows that allow copies of 2 and of 4 bytes.
    cases.add(of("product of rows of odd length", MatMul.PLAIN, TensorSpec.of(DType.BF16, 70, 71),
        TensorSpec.of(DType.BF16, 71, 73)));
    cases.add(
        of("product by tf32 of rows of odd length", MatMul.PLAIN.math(MathMode.TF32), f32(129, 129), f32(129, 129)));
    // Enough of the largest tiles for copies that run ahead.
    for (int transposed = 0; transposed < 4; transposed++) {
      cases.add(of("product " + transposed + " in true f32", matMul((transposed & 1) != 0, (transposed & 2) != 0),
          f32(384, 384), f32(384, 384), f32(384)));
    }
    return cases;
  }

  private static void matrices(List<Case> cases, DType type, MathMode math, int... layouts) {
    for (int transposed : layouts) {
      MatMul op = matMul((transposed & 1) != 0, (transposed & 2) != 0).math(math);
      cases.add(of("product " + transposed + " of " + type + " by " + math.label(), op, TensorSpec.of(type, 128, 128),
          TensorSpec.of(type, 128, 128), f32(128)));
    }
    for (Layout layout : Layout.values()) {
      cases.add(of("images " + layout + " of " + type + " by " + math.label(),
          Conv2d.PLAIN.padding(1).layout(layout).math(math), TensorSpec.of(type, 2, 32, 32, 32),
          layout == Layout.NHWC ? TensorSpec.of(type, 32, 3, 3, 32) : TensorSpec.of(type, 32, 32, 3, 3)));
    }
  }
}
