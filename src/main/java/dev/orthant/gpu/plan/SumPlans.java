package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.CumSum;
import dev.orthant.op.ScatterAdd;
import java.util.ArrayList;
import java.util.List;

/** Sums whose order is fixed: running ones, and those by index. */
final class SumPlans {
  private static final int ITEMS = 256;
  /** A row of this length is worth a group of its own when there are few. */
  private static final int LONG_ROW = 256;
  /** Rows for each compute unit of a GPU from which on an item for each is as good. */
  private static final int ROWS_PER_UNIT = 64;

  private final Planner planner;
  private final Call call;
  private final boolean wide;
  private final DType type;
  private final DType compute;
  private final KernelParameters parameters;
  private final int items;

  SumPlans(Planner planner, Call call) {
    this.planner = planner;
    this.call = call;
    this.wide = Planner.isWide(call, 0);
    this.type = call.output().dtype();
    this.compute = type.isFloating() ? type.compute() : DType.I64;
    this.parameters = new KernelParameters(wide, compute);
    this.items = Math.min(ITEMS, planner.limits().groupItems());
  }

  List<Launch> cumSum(CumSum op) {
    Shape x = call.input(0).shape();
    long length = x.dim(op.axis());
    long rows = x.elements() / length;
    GpuLimits limits = planner.limits();
    boolean group = length >= LONG_ROW && rows < limits.units() * (limits.cpuLike() ? 1L : ROWS_PER_UNIT);
    parameters.input("x", type, 0);
    parameters.output("y", type, 1);
    parameters.index("rows", rows);
    parameters.index("length", length);
    parameters.index("inner", x.slice(op.axis() + 1, x.rank()).elements());
    parameters.index("reverse", op.reverse() ? 1 : 0);
    parameters.index("exclusive", op.exclusive() ? 1 : 0);
    String kernel = group ? "cumsum_long" : "cumsum";
    return List.of(launch(planner.source(), kernel, group ? rows : (rows + items - 1) / items, List.of()));
  }

  /**
   * The indices are sorted first: then each output finds its updates, in their order, however many outputs and updates
   * there are.
   */
  List<Launch> scatterAdd(ScatterAdd op) {
    Shape indices = call.input(1).shape();
    Shape out = call.output().shape();
    long inner = out.slice(op.axis() + 1, out.rank()).elements();
    long outer = out.slice(0, op.axis()).elements();
    long length = op.elementwise() ? indices.dim(op.axis()) : indices.elements();
    SortPlan sort = op.elementwise() ? new SortPlan(planner, call, 1, outer * inner, length, inner, false)
        : new SortPlan(planner, call, 1, 1, length, 1, false);
    parameters.input("x", type, 0);
    sort.sorted(parameters);
    parameters.output("y", type, 2);
    parameters.index("length", length);
    parameters.index("inner", inner);
    parameters.index("extent", op.extent());
    parameters.index("count", out.elements());
    KernelSource source = planner.source();
    sort.define(source);
    source.define("ELEMENTWISE", op.elementwise());
    List<Launch> launches = new ArrayList<>(sort.launches(false));
    launches.add(launch(source, "scatter_add", (out.elements() + items - 1) / items, List.of("sort.cl")));
    return launches;
  }

  private Launch launch(KernelSource source, String kernel, long groups, List<String> before) {
    source.define("LOAD_X", "LOAD_" + type);
    source.define("STORE_Y", "STORE_" + type);
    source.define("ITEMS", items);
    List<String> files = new ArrayList<>(before);
    files.addAll(List.of("sums.h", kernel + ".cl"));
    return planner.launch(source, kernel, groups, items, parameters, wide, compute, files);
  }
}
