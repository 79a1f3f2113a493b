package dev.orthant.cpu;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.LoopWriter.Operand;
import dev.orthant.expr.Expr;
import dev.orthant.op.Broadcast;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Elementwise ops: the broadcast walk as rows and columns, in blocks that the threads share. */
final class PointwiseRunner {
  /** Elements of a block; a block is one task. */
  private static final long BLOCK = 1 << 15;
  /** Work below which other threads are not asked, in elements times operations. */
  private static final long SERIAL = 1_500_000;
  private static final int KEPT = 4096;

  /**
   * What is to be computed; a plan depends on nothing else.
   *
   * @param compute F32 or F64
   */
  record Task(List<Expr> formulas, DType compute, List<TensorSpec> inputs, List<TensorSpec> outputs) {}

  /**
   * @param outer the walk's extents but for the last two
   * @param outerStrides for each operand (inputs, then outputs), in bytes, along {@code outer}
   * @param rowStrides for each operand, in bytes
   * @param columnStrides for each operand, in bytes; 0 or the element's size
   */
  private record Plan(Kernel kernel, long[] outer, long rows, long columns, long[][] outerStrides, long[] rowStrides,
      long[] columnStrides, boolean alone) {}

  private final VectorCompiler compiler;
  private final WorkerPool pool;
  private final Map<Task, Plan> plans = new ConcurrentHashMap<>();

  PointwiseRunner(VectorCompiler compiler, WorkerPool pool) {
    this.compiler = compiler;
    this.pool = pool;
  }

  /**
   * Computes a task.
   *
   * @param addresses of the inputs, then of the outputs
   */
  void run(Task task, long[] addresses, double[] scalars) {
    Plan plan = plans.get(task);
    if (plan == null) {
      if (plans.size() >= KEPT) {
        plans.clear();
      }
      plan = plans.computeIfAbsent(task, this::plan);
    }
    run(plan, addresses, scalars);
  }

  private Plan plan(Task task) {
    Shape shape = task.outputs.getFirst().shape();
    Broadcast walk = Broadcast.of(shape, task.inputs.stream().map(TensorSpec::shape).toList());
    List<TensorSpec> all = new ArrayList<>(task.inputs);
    all.addAll(task.outputs);
    int last = walk.extents().length - 1;
    long rows = last == 0 ? 1 : walk.extents()[last - 1];
    long[] outer = last < 2 ? new long[0] : Arrays.copyOf(walk.extents(), last - 1);
    long[][] outerStrides = new long[all.size()][outer.length];
    long[] rowStrides = new long[all.size()];
    long[] columnStrides = new long[all.size()];
    for (int j = 0; j < all.size(); j++) {
      long[] strides = j < task.inputs.size() ? walk.strides()[j] : contiguous(walk.extents());
      int size = all.get(j).dtype().size();
      columnStrides[j] = strides[last] * size;
      rowStrides[j] = last == 0 ? 0 : strides[last - 1] * size;
      for (int d = 0; d < outer.length; d++) {
        outerStrides[j][d] = strides[d] * size;
      }
    }
    int operations = task.formulas.stream().mapToInt(Expr::size).sum();
    boolean alone = (double) shape.elements() * (operations + 2) < SERIAL;
    return new Plan(compiler.kernel(key(task, columnStrides)), outer, rows, walk.run(), outerStrides, rowStrides,
        columnStrides, alone);
  }

  private static VectorCompiler.Key key(Task task, long[] columnStrides) {
    List<Operand> inputs = new ArrayList<>();
    for (int j = 0; j < task.inputs.size(); j++) {
      inputs.add(new Operand(Storages.of(task.inputs.get(j).dtype()), columnStrides[j] == 0));
    }
    return new VectorCompiler.Key(task.formulas, task.compute, inputs,
        task.outputs.stream().map(o -> Storages.of(o.dtype())).toList());
  }

  private static long[] contiguous(long[] extents) {
    long[] strides = new long[extents.length];
    long step = 1;
    for (int d = extents.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= extents[d];
    }
    return strides;
  }

  private void run(Plan p, long[] addresses, double[] scalars) {
    if (p.alone && p.outer.length == 0) {
      p.kernel.run(p.rows, p.columns, addresses, p.rowStrides, scalars);
      return;
    }
    Blocks blocks = Blocks.of(p);
    if (p.alone) {
      for (long i = 0; i < blocks.count; i++) {
        block(p, blocks, i, addresses, scalars);
      }
    } else {
      pool.parallel(blocks.count, (i, _) -> block(p, blocks, i, addresses, scalars));
    }
  }

  /**
   * How a plan's elements are divided.
   *
   * @param across blocks side by side in a row, the last of which takes the rest
   * @param rows of a block
   * @param down blocks below each other
   * @param count of blocks
   */
  private record Blocks(long across, long rows, long down, long count) {
    static Blocks of(Plan p) {
      long across = Math.max(1, p.columns / BLOCK);
      long rows = Math.clamp(BLOCK / p.columns, 1, p.rows);
      long down = (p.rows + rows - 1) / rows;
      return new Blocks(across, rows, down, Arrays.stream(p.outer).reduce(across * down, (a, b) -> a * b));
    }
  }

  private static void block(Plan p, Blocks blocks, long index, long[] addresses, double[] scalars) {
    long column = index % blocks.across * BLOCK;
    long columns = (index % blocks.across == blocks.across - 1 ? p.columns : column + BLOCK) - column;
    long row = index / blocks.across % blocks.down * blocks.rows;
    long outer = index / blocks.across / blocks.down;
    long[] at = new long[addresses.length];
    for (int j = 0; j < at.length; j++) {
      at[j] = addresses[j] + outerOffset(p, j, outer) + row * p.rowStrides[j] + column * p.columnStrides[j];
    }
    p.kernel.run(Math.min(blocks.rows, p.rows - row), columns, at, p.rowStrides, scalars);
  }

  private static long outerOffset(Plan p, int operand, long index) {
    long rest = index;
    long offset = 0;
    for (int d = p.outer.length - 1; d >= 0; d--) {
      offset += rest % p.outer[d] * p.outerStrides[operand][d];
      rest /= p.outer[d];
    }
    return offset;
  }
}
