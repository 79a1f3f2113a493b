package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.conv.ConvShape;
import dev.orthant.cpu.conv.ConvShapes;
import dev.orthant.cpu.conv.ConvTensors;
import dev.orthant.cpu.conv.Convolution;
import dev.orthant.cpu.conv.ConvolutionTranspose;
import dev.orthant.cpu.conv.FilterGradient;
import dev.orthant.cpu.conv.MatrixEngines;
import dev.orthant.cpu.gemm.FusedEpilogue;
import dev.orthant.cpu.gemm.NonFiniteOperands;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Layout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Convolutions of tensors and their gradients: shapes, layouts and epilogues as the convolution engine takes them. */
public final class ConvRunner {
  private static final long LINE = 64;

  private final VectorCompiler compiler;
  private final MatrixEngines engines;
  private final PointwiseRunner pointwise;

  public ConvRunner(VectorCompiler compiler, MatrixEngines engines, PointwiseRunner pointwise) {
    this.compiler = compiler;
    this.engines = engines;
    this.pointwise = pointwise;
  }

  /** Makes sums in the compute type at {@code y}, or hands them to the epilogue if there is one. */
  @FunctionalInterface
  private interface Sums {
    void make(long y, ConvTensors.@Nullable ImageEpilogue epilogue);
  }

  /**
   * The convolution.
   *
   * @param addresses of images, filters, the epilogue's operands and the output
   */
  public void run(Call call, Conv2d op, long[] addresses) {
    ElementType storage = ElementTypes.of(call.input(0).dtype());
    ConvShape shape = ConvShapes.forward(call, op, op.extents(call.input(0), call.input(1)));
    ConvTensors.WeightStrides strides = shape.nhwc() ? ConvTensors.WeightStrides.ohwi(shape, storage)
        : ConvTensors.WeightStrides.oihw(shape, storage);
    fused(call, op, op.layout(), NonFiniteOperands.filters(call, op, addresses[1]), addresses,
        (y, epilogue) -> engines.convolution(call.output().dtype().compute())
            .run(shape, new ConvTensors(storage, addresses[0], addresses[1], strides, y, epilogue)));
  }

  /**
   * The gradient with respect to the images.
   *
   * @param addresses of dy, filters, the epilogue's operands and the output
   */
  public void run(Call call, Conv2dBackwardData op, long[] addresses) {
    ElementType storage = ElementTypes.of(call.input(0).dtype());
    Convolution engine = engines.convolution(call.output().dtype().compute());
    ConvolutionTranspose transpose = new ConvolutionTranspose(call, op, storage);
    BitSet notFinite = NonFiniteOperands.channels(call, op, addresses[1]);
    if (transpose.isOneConvolution()) {
      fused(call, op, op.forward().layout(), notFinite, addresses,
          (y, epilogue) -> transpose.run(engine, addresses[0], addresses[1], y, epilogue));
      return;
    }
    Sums sums = (y, _) -> transpose.scatter(engine, addresses[0], addresses[1], y);
    if (isPlain(call, op) && notFinite.isEmpty()) {
      sums.make(addresses[addresses.length - 1], null);
    } else {
      inTwoSteps(call, op, addresses, sums,
          y -> NonFiniteOperands.repair(call, op, op.forward().layout(), notFinite, addresses, y));
    }
  }

  /**
   * The gradient with respect to the filters.
   *
   * @param addresses of images, dy, the epilogue's operands and the output
   */
  public void run(Call call, Conv2dBackwardWeights op, long[] addresses) {
    ElementType storage = ElementTypes.of(call.input(0).dtype());
    Conv2d.Extents e = op.forward().extents(call.input(0), op.filters(call.input(0), call.input(1)));
    ConvShape shape = ConvShapes.forward(call, op.forward(), e);
    Sums sums = (y, _) -> engines.filterGradient(call.output().dtype().compute())
        .run(new FilterGradient.Problem(shape, storage, addresses[0], addresses[1], y));
    if (isPlain(call, op)) {
      sums.make(addresses[addresses.length - 1], null);
    } else {
      inTwoSteps(call, op, addresses, sums, _ -> {
      });
    }
  }

  /** Whether sums are results. */
  private static boolean isPlain(Call call, Contraction op) {
    DType out = call.output().dtype();
    return op.epilogue().isIdentity() && out == out.compute();
  }

  /**
   * Lets sums go through the epilogue as they are made, where that is possible.
   *
   * @param notFinite channels of the output whose sums are to be computed again
   */
  private void fused(Call call, Contraction op, Layout layout, BitSet notFinite, long[] addresses, Sums sums) {
    TensorSpec out = call.output();
    DType compute = out.dtype().compute();
    boolean planes = layout == Layout.NCHW;
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    boolean plain = isPlain(call, op);
    Optional<FusedEpilogue> fused = plain || !notFinite.isEmpty() ? Optional.empty()
        : FusedEpilogue.of(compiler, op.epilogue(), compute, out, operands, 1, planes ? 2 : 3);
    if (notFinite.isEmpty() && plain) {
      sums.make(addresses[addresses.length - 1], null);
    } else if (fused.isEmpty()) {
      inTwoSteps(call, op, addresses, sums, y -> NonFiniteOperands.repair(call, op, layout, notFinite, addresses, y));
    } else {
      long[] stored = Arrays.copyOfRange(addresses, 2, addresses.length);
      // Partial sums may lie in an output of the compute type until the last ones are in.
      long y = out.dtype() == compute ? addresses[addresses.length - 1] : 0;
      FusedEpilogue epilogue = fused.get();
      sums.make(y, (image, channel) -> planes ? epilogue.of(image, channel, 0, stored)
          : epilogue.of(image, 0, channel, stored));
    }
  }

  /** What is done to sums before the epilogue. */
  @FunctionalInterface
  private interface Repair {
    void repair(long sums);
  }

  /**
   * Sums first, then everything else: for an operand that varies along the height or the width alone, for filters that
   * are not finite, and for sums that are not made in the order of the output.
   */
  private void inTwoSteps(Call call, Contraction op, long[] addresses, Sums make, Repair repair) {
    TensorSpec out = call.output();
    TensorSpec sums = new TensorSpec(out.dtype().compute(), out.shape());
    try (Arena arena = Arena.ofShared()) {
      long[] at = Arrays.copyOfRange(addresses, 1, addresses.length);
      at[0] = arena.allocate(sums.bytes(), LINE).address();
      make.make(at[0], null);
      repair.repair(at[0]);
      List<TensorSpec> inputs = new ArrayList<>(call.inputs().subList(1, call.inputs().size()));
      inputs.set(0, sums);
      List<Expr> formula = List.of(op.epilogue().formula());
      pointwise.run(new PointwiseRunner.Task(formula, sums.dtype(), inputs, call.outputs()), at, op.scalars());
    }
  }
}
