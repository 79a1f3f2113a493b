package dev.orthant.cpu;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Convolutions of tensors: shapes, layouts and epilogues as the convolution engine takes them. */
final class ConvRunner {
  private static final long LINE = 64;

  private final VectorCompiler compiler;
  private final Engines engines;
  private final PointwiseRunner pointwise;

  ConvRunner(VectorCompiler compiler, Engines engines, PointwiseRunner pointwise) {
    this.compiler = compiler;
    this.engines = engines;
    this.pointwise = pointwise;
  }

  /** @param addresses of images, filters, the epilogue's operands and the output */
  void run(Call call, Conv2d op, long[] addresses) {
    TensorSpec out = call.output();
    DType compute = out.dtype().compute();
    BitSet notFinite = NonFinite.filters(call, op, addresses[1]);
    if (!notFinite.isEmpty()) {
      inTwoSteps(call, op, addresses, notFinite);
      return;
    }
    if (op.epilogue().isIdentity() && out.dtype() == compute) {
      convolve(call, op, addresses, addresses[addresses.length - 1], null);
      return;
    }
    boolean planes = op.layout() == Layout.NCHW;
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    Optional<FusedEpilogue> fused =
        FusedEpilogue.of(compiler, op.epilogue(), compute, out, operands, 1, planes ? 2 : 3);
    if (fused.isEmpty()) {
      inTwoSteps(call, op, addresses, notFinite);
      return;
    }
    long[] stored = Arrays.copyOfRange(addresses, 2, addresses.length);
    // Partial sums may lie in an output of the compute type until the last ones are in.
    long sums = out.dtype() == compute ? addresses[addresses.length - 1] : 0;
    FusedEpilogue epilogue = fused.get();
    convolve(call, op, addresses, sums, (image, filter) -> planes ? epilogue.of(image, filter, 0, stored)
        : epilogue.of(image, 0, filter, stored));
  }

  /**
   * Sums first, then everything else: for an operand that varies along the height or the width alone, and for filters
   * that are not finite.
   */
  private void inTwoSteps(Call call, Conv2d op, long[] addresses, BitSet notFinite) {
    TensorSpec out = call.output();
    TensorSpec sums = new TensorSpec(out.dtype().compute(), out.shape());
    try (Arena arena = Arena.ofShared()) {
      long[] at = Arrays.copyOfRange(addresses, 1, addresses.length);
      at[0] = arena.allocate(sums.bytes(), LINE).address();
      convolve(call, op, addresses, at[0], null);
      if (!notFinite.isEmpty()) {
        NonFinite.repair(call, op, notFinite, addresses, at[0]);
      }
      List<TensorSpec> inputs = new ArrayList<>(call.inputs().subList(1, call.inputs().size()));
      inputs.set(0, sums);
      List<Expr> formula = List.of(op.epilogue().formula());
      pointwise.run(new PointwiseRunner.Task(formula, sums.dtype(), inputs, call.outputs()), at, op.scalars());
    }
  }

  private void convolve(Call call, Conv2d op, long[] addresses, long sums,
      ConvTensors.@Nullable ImageEpilogue epilogue) {
    Storage storage = Storages.of(call.input(0).dtype());
    ConvShape shape = shape(call, op);
    ConvTensors.WeightStrides strides = shape.nhwc() ? ConvTensors.WeightStrides.ohwi(shape, storage)
        : ConvTensors.WeightStrides.oihw(shape, storage);
    engines.convolution(call.output().dtype().compute())
        .run(shape, new ConvTensors(storage, addresses[0], addresses[1], strides, sums, epilogue));
  }

  private static ConvShape shape(Call call, Conv2d op) {
    Conv2d.Extents e = op.extents(call.input(0), call.input(1));
    try {
      return new ConvShape(Math.toIntExact(e.n()), Math.toIntExact(e.c()), Math.toIntExact(e.h()),
          Math.toIntExact(e.w()), Math.toIntExact(e.k()), Math.toIntExact(e.r()), Math.toIntExact(e.s()),
          op.window().strideH(), op.window().strideW(), op.window().padTop(), op.window().padLeft(),
          op.window().dilationH(), op.window().dilationW(), op.groups(), Math.toIntExact(e.p()),
          Math.toIntExact(e.q()), op.layout() == Layout.NHWC);
    } catch (ArithmeticException tooLarge) {
      throw new InvalidInputException(call + ": an extent is beyond " + Integer.MAX_VALUE + " (on cpu)", tooLarge);
    }
  }
}
