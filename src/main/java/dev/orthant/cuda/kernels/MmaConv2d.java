package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.Conv2dPlan;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Summation;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions in NHWC of 16-bit operands, and of F32 operands in the TF32 modes, by {@code mma.sync}:
 * {@code mma_conv2d.cu}. A group's channels must be a multiple of 16 bytes. The gradients with respect to images and
 * filters stay with the ordinary kernels.
 */
final class MmaConv2d implements FastPath {
  private final GpuLimits limits;

  MmaConv2d(GpuLimits limits) {
    this.limits = limits;
  }

  @Override
  public String name() {
    return "mma.sync conv2d";
  }

  @Override
  public MatrixUnits needs() {
    return MatrixUnits.MMA_SYNC;
  }

  @Override
  public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
    return Product.of(limits, call)
        .map(p -> List.of(plan(planner, trial, (Conv2d) trial.op(), p.tile, p.operand)));
  }

  /** The launch with that tile. */
  static Launch plan(Planner planner, Call call, Conv2d op, MmaTile tile, MmaOperand operand) {
    return Conv2dPlan.of(planner, call, op, new MmaLoop(tile, operand, "cuda/mma_conv2d.cu", MmaLoop.Loads.SAME));
  }

  /** A convolution that matrix units are for. */
  private record Product(Conv2d op, MmaOperand operand, long depth, MmaTile tile) {
    static Optional<Product> of(GpuLimits limits, Call call) {
      if (!(call.op() instanceof Conv2d op) || op.layout() != Layout.NHWC) {
        return Optional.empty();
      }
      Conv2d.Extents e = op.extents(call.input(0), call.input(1));
      long channels = e.c() / op.groups();
      long depth = channels * e.r() * e.s();
      return MmaOperand.of(call.input(0).dtype(), op).filter(o -> channels % o.perCopy() == 0)
          .flatMap(o -> MmaTile
              .choose(limits, o, e.n() * e.p() * e.q(), e.k() / op.groups(), depth, op.groups())
              .map(t -> new Product(op, o, depth, t)));
    }
  }

  @Override
  public String kind(Call call) {
    Product p = Product.of(limits, call).orElseThrow();
    return p.operand.label() + ", " + p.tile + (Conv2dPlan.isPadded(p.op.window()) ? ", padded" : "")
        + (p.operand.isDeep(p.depth) ? ", deep" : "");
  }

  /**
   * A tile and a bit each way in two groups, slices that hold several taps, all stages used; and one tap that does not
   * fill a slice, or for a deep product two blocks.
   */
  @Override
  public List<Call> trials(Call call) {
    Product p = Product.of(limits, call).orElseThrow();
    int piece = p.operand.perCopy();
    int pad = Conv2dPlan.isPadded(p.op.window()) ? 1 : 0;
    Conv2d wide = Conv2d.PLAIN.strides(2, 1).dilation(1, 2).groups(2).padding(pad, 2 * pad, 0, pad);
    // 3 pieces of channels and 8 taps: 6 slices.
    long height = 2L * (p.tile.m() / 16) + 2;
    long channels = p.operand.isDeep(p.depth) ? Summation.MATRIX_UNIT.block() + piece : piece;
    return List.of(trial(p, wide, TensorSpec.of(DType.F32, 2, height, 12, 6L * piece),
        TensorSpec.of(DType.F32, 2L * (p.tile.n() + 5), 4, 2, 3L * piece)),
        trial(p, Conv2d.PLAIN.padding(pad), TensorSpec.of(DType.F32, 1, 3, 5, channels),
            TensorSpec.of(DType.F32, 7, 1, 1, channels)));
  }

  private static Call trial(Product p, Conv2d how, TensorSpec x, TensorSpec w) {
    DType type = p.operand.size() == 4 ? DType.F32 : DType.named(p.operand.label());
    Conv2d op = how.layout(Layout.NHWC).math(p.op.math());
    TensorSpec images = new TensorSpec(type, x.shape());
    TensorSpec filters = new TensorSpec(type, w.shape());
    return Call.of("trial", op.withEpilogue(TRIAL),
        List.of(images, filters, TensorSpec.of(type, w.shape().dim(0)), op.product(images, filters)));
  }
}
