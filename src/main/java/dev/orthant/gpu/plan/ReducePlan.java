package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.ReduceText;
import dev.orthant.op.Call;
import dev.orthant.op.Reduce;
import dev.orthant.op.ReduceLoops;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A reduction as one launch, all stages in it; or, where there are few rows, long ones and a single stage, as two:
 * chunks of the rows, then what those came to.
 */
final class ReducePlan {
  private static final int ITEMS = 256;
  /** Rows that lie side by side and that a group takes, so that loads coalesce. */
  private static final int SIDE_BY_SIDE = 32;
  /** Fewer rows side by side than this leave most of such a group idle. */
  private static final int NARROW = 4;
  /** Elements of a row that an item should find, or fewer items share it. */
  private static final int ELEMENTS = 4;
  /** Rows and columns that an item on a CPU takes at a time. */
  private static final int SERIAL_ROWS = 16;
  private static final int SERIAL_COLUMNS = 64;
  /** Groups to a compute unit that keep a GPU busy, and what a chunk must have at least. */
  private static final int GROUPS = 4;
  private static final int CHUNK = 16;
  private static final int MAX_CHUNKS = 64;

  private final Planner planner;
  private final Call call;
  private final Reduce op;
  private final ReduceLoops loops;
  private final DType compute;
  private final boolean wide;

  ReducePlan(Planner planner, Call call, Reduce op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.loops = new ReduceLoops(op, call.inputs());
    this.compute = op.compute(call.inputs());
    this.wide = Planner.isWide(call, (double) op.walked(call.inputs()).elements());
  }

  List<Launch> launches() {
    if (planner.limits().cpuLike()) {
      return List.of(serial());
    }
    Group group = group();
    long groups = (loops.rows() + group.rows - 1) / group.rows;
    long chunks = chunks(group, groups);
    if (chunks == 1) {
      return List.of(whole(group, groups));
    }
    long span = (loops.length() + chunks - 1) / chunks;
    long filled = (loops.length() + span - 1) / span;
    return List.of(part(group, groups, filled, span), combine(filled));
  }

  /** How many items share a row, and how many rows a group has. */
  private record Group(int items, int rows) {}

  /** Few different ones, as each is a program. */
  private Group group() {
    int all = Integer.highestOneBit(Math.min(ITEMS, planner.limits().groupItems()));
    if (loops.inner()) {
      long wanted = loops.length() / ELEMENTS;
      int items = Math.min(all, wanted > 32 ? ITEMS : wanted > 4 ? 32 : 4);
      return new Group(items, all / items);
    }
    int rows = Math.min(all, loops.length() <= ELEMENTS ? all : loops.rows() <= 2 * NARROW ? NARROW : SIDE_BY_SIDE);
    return new Group(all / rows, rows);
  }

  private long chunks(Group group, long groups) {
    long wanted = (long) GROUPS * planner.limits().units();
    boolean cuts = op.stages().size() == 1 && groups * 2 <= wanted
        && op.results().stream().noneMatch(r -> !r.perRow() && r.formula().inputs().contains(op.operands()));
    return cuts
        ? Math.clamp(loops.length() / ((long) group.items * CHUNK), 1, Math.min(MAX_CHUNKS, wanted / groups))
        : 1;
  }

  private ReduceText text() {
    return new ReduceText(planner.source(), new KernelParameters(wide, compute), call, op, loops, compute);
  }

  private Launch whole(Group group, long groups) {
    ReduceText t = text();
    t.tensors();
    IntStream.range(0, op.stages().size()).forEach(j -> t.stage(j, "r" + j, true));
    t.elements();
    t.rows();
    return shared(t, group, groups, 1, loops.length());
  }

  private Launch part(Group group, long groups, long chunks, long span) {
    ReduceText t = text();
    t.tensors();
    t.stage(0, "r0", false);
    t.elements();
    t.partial(chunks, true);
    t.source().define("ROW_RESULTS", "partial[chunk * rows + row] = r0;");
    return shared(t, group, groups, chunks, span);
  }

  private Launch shared(ReduceText t, Group group, long groups, long chunks, long span) {
    KernelParameters p = t.parameters();
    t.source().define("ROW_ITEMS", group.items);
    t.source().define("ROWS", group.rows);
    p.index("chunks", chunks);
    p.index("span", span);
    p.index("groups", Math.multiplyExact(groups, chunks));
    return launch(t, Math.multiplyExact(groups, chunks), group.items * group.rows, "reduce.cl");
  }

  private Launch combine(long chunks) {
    ReduceText t = text();
    int items = Math.min(ITEMS, planner.limits().groupItems());
    t.tensors();
    t.stage(0, "r0", true);
    t.partial(chunks, false);
    t.rows();
    t.source().define("ITEMS", items);
    t.parameters().index("chunks", chunks);
    return launch(t, (loops.rows() + items - 1) / items, items, "reduce_combine.cl");
  }

  private Launch serial() {
    ReduceText t = text();
    boolean columns = !loops.inner();
    int block = columns ? SERIAL_COLUMNS : SERIAL_ROWS;
    long across = (loops.kept().extent() + block - 1) / block;
    t.tensors();
    IntStream.range(0, op.stages().size()).forEach(j -> t.stage(j, columns ? "r" + j + "[i]" : "r" + j, true));
    t.elements();
    t.rows();
    t.source().define("BLOCK", block);
    t.parameters().index("lines", loops.length() == 0 ? 0 : loops.reducedLines());
    t.parameters().index("across", across);
    t.parameters().index("groups", Math.multiplyExact(loops.keptLines(), across));
    return launch(t, Math.multiplyExact(loops.keptLines(), across), 1, "reduce_serial.cl");
  }

  private Launch launch(ReduceText t, long groups, int items, String file) {
    t.source().define("STAGES", IntStream.range(0, op.stages().size())
        .mapToObj(j -> (isSum(op.stages().get(j)) ? "SUM_STAGE(" : "STAGE(") + j + ")")
        .collect(Collectors.joining(" ")));
    t.source().define("COLUMNS", !loops.inner());
    return planner.launch(t.source(), "reduce", groups, items, t.parameters(), wide, compute,
        List.of("reduce_stages.cl", "sums.h", file));
  }

  /** Whether the order of a stage's additions matters, and so their number in a row. */
  private boolean isSum(Reduce.Stage stage) {
    return compute.isFloating() && (stage.kind() == Reduce.Kind.SUM || stage.kind() == Reduce.Kind.MEAN);
  }
}
