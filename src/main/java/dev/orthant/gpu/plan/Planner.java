package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.NormalQuantile;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.Coordinates;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.op.Summation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns a call into launches for a device with the given limits and dialect. Composing a source takes longer than some
 * kernels run: calls like the latest ones are looked up.
 */
public final class Planner {
  /** Below this many elements every index, with the overshoot of a tile or a grid's step, fits 32 bits. */
  private static final long NARROW = 1L << 29;
  private static final int POINTWISE_ITEMS = 256;
  private static final int PLANS = 1024;
  /** The text of long sums. */
  private static final String SUMS = "sums.h";

  private final GpuLimits limits;
  private final String dialect;
  private final KernelSource.Files files = new KernelSource.Files();
  private final Recent<Key, List<Launch>> plans = new Recent<>(PLANS, plan -> {
  });

  /** All that a plan depends on: not the op's launch-time numbers. */
  public record Key(Op op, List<TensorSpec> inputs) {}

  public Planner(GpuLimits limits, String dialect) {
    this.limits = limits;
    this.dialect = dialect;
  }

  /** What is to be launched; nothing when there is nothing to compute. */
  public List<Launch> plan(Call call) {
    if (call.outputs().stream().allMatch(o -> o.shape().isEmpty())) {
      return List.of();
    }
    Op op = call.op().withoutValues();
    return plans.get(new Key(op, call.inputs()), k -> compose(new Call(op, call.inputs(), call.outputs())));
  }

  private List<Launch> compose(Call call) {
    return switch (call.op()) {
      case MatMul op -> List.of(new MatMulPlan(this, call, op).launch());
      case Conv2d op -> List.of(Conv2dPlan.of(this, call, op));
      case Pointwise op -> List.of(PackedPointwise.of(this, call, op).orElseGet(() -> pointwise(call, op)));
      case Reduce op -> new ReducePlan(this, call, op).launches();
      case Pool2d op -> List.of(PoolPlan.of(this, call, op));
      case Pool2dBackward op -> List.of(PoolPlan.of(this, call, op));
      case Copy op -> new MovePlans(this, call).copy(op);
      case Concat op -> new MovePlans(this, call).concat(op);
      case Cast _ -> new MovePlans(this, call).cast();
      case Gather op -> new MovePlans(this, call).gather(op);
      case ScatterAdd op -> new SumPlans(this, call).scatterAdd(op);
      case CumSum op -> new SumPlans(this, call).cumSum(op);
      case Sort op -> SortPlan.of(this, call, op).launches(true);
      case Random op -> List.of(random(call, op));
      case Conv2dBackwardData op -> Conv2dPlan.of(this, call, op);
      case Conv2dBackwardWeights op -> new Conv2dWeightsPlan(this, call, op).launches();
    };
  }

  private Launch pointwise(Call call, Pointwise op) {
    TensorSpec out = call.output();
    long count = out.shape().elements();
    int items = Math.min(POINTWISE_ITEMS, limits.groupItems());
    DType compute = op.compute(call.inputs());
    boolean wide = isWide(call, 0);
    KernelSource source = source();
    KernelParameters parameters = new KernelParameters(wide, compute);
    Formulas formulas =
        new Formulas(compute, op.scalars(), false, call.inputs(), 0, Coordinates.flat(out.shape(), "at"),
            parameters);
    formulas.noise(op.noise().size(), op.operands(), "at");
    formulas.define(op.formulas(), call.outputs().stream().map(TensorSpec::dtype).toList(), call.inputs().size(),
        source);
    parameters.index("count", count);
    source.define("ITEMS", items);
    return launch(source, "pointwise", (count + items - 1) / items, items, parameters, wide, compute,
        op.noise().isEmpty() ? List.of("pointwise.cl") : List.of("philox.h", "pointwise.cl"));
  }

  private Launch random(Call call, Random op) {
    TensorSpec out = call.output();
    long count = out.shape().elements();
    int items = Math.min(POINTWISE_ITEMS, limits.groupItems());
    DType compute = out.dtype().compute();
    boolean wide = isWide(call, 0);
    KernelSource source = source();
    KernelParameters parameters = new KernelParameters(wide, compute);
    parameters.output("y", out.dtype(), 0);
    parameters.index("count", count);
    parameters.index("distribution", switch (op.distribution()) {
      case UNIFORM -> 0;
      case NORMAL -> 1;
      case TRUNCATED_NORMAL -> 2;
      case BERNOULLI -> 3;
    });
    for (int i = 0; i < op.scalars().length; i++) {
      parameters.scalar("s" + i, i);
    }
    parameters.noise(0);
    source.define("STORE_Y", "STORE_" + out.dtype());
    if (compute == DType.F64) {
      for (NormalQuantile part : NormalQuantile.values()) {
        source.define("QUANTILE_" + part + "(r)", part.text("(r)"));
      }
    }
    source.define("ITEMS", items);
    // Each item makes the elements of a block of four words; the first block may be cut.
    long blocks = count / 4 + 2;
    return launch(source, "random_numbers", (blocks + items - 1) / items, items, parameters, wide, compute,
        List.of("philox.h", "random.cl"));
  }

  public GpuLimits limits() {
    return limits;
  }

  public KernelSource source() {
    return new KernelSource(files);
  }

  /** Whether indices need 64 bits, {@code more} being a further number that an index may reach. */
  public static boolean isWide(Call call, double more) {
    return isWide(more)
        || Stream.concat(call.inputs().stream(), call.outputs().stream()).anyMatch(t -> t.shape().elements() >= NARROW);
  }

  /** Whether a number that an index may reach needs 64 bits. */
  public static boolean isWide(double most) {
    return most >= NARROW;
  }

  /** Completes a launch; kernels loop over what is beyond the most groups a device takes. */
  public Launch launch(KernelSource source, String kernel, long groups, int items, KernelParameters parameters,
      boolean wide,
      DType compute, List<String> kernelFiles) {
    return launch(source, kernel, Grid.of(Math.min(groups, limits.groups()), items), parameters, wide, compute,
        kernelFiles);
  }

  /** Completes a launch in a grid that keeps to the limits. */
  public Launch launch(KernelSource source, String kernel, Grid grid, KernelParameters parameters, boolean wide,
      DType compute,
      List<String> kernelFiles) {
    List<String> flags = new ArrayList<>();
    if (wide) {
      flags.add("ORTHANT_WIDE");
    }
    if (compute == DType.F64) {
      flags.add("ORTHANT_F64");
    }
    List<String> texts = new ArrayList<>(kernelFiles);
    if (compute == DType.I64) {
      flags.add("ORTHANT_I64");
      texts.addFirst("integers.h");
    }
    if (texts.contains(SUMS)) {
      source.define("DOT_BLOCK", Summation.DOT.block());
      source.define("SUM_BLOCK", Summation.SUM.block());
      source.define("MATRIX_BLOCK", Summation.MATRIX_UNIT.block());
    }
    source.define("PARAMETERS", parameters.declaration());
    return new Launch(source.compose(flags, dialect, texts), kernel, grid, parameters.slots());
  }
}
