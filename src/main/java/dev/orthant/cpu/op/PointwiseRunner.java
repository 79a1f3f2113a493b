package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.Kernel;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.expr.Expr;
import dev.orthant.op.Philox;
import dev.orthant.op.walk.Broadcast;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Elementwise ops: the broadcast walk as rows and columns, in blocks that the threads share. */
public final class PointwiseRunner {
  /** Elements of a block; a block is one task. */
  private static final long BLOCK = 1 << 15;
  /** The same where operands are converted in work memory. */
  private static final long STAGED_BLOCK = 1 << 12;
  /** What a random number costs, in operations. */
  private static final int NOISE = 20;
  /** Work below which other threads are not asked, in elements times operations. */
  private static final long SERIAL = 1_500_000;
  private static final int KEPT = 4096;

  /**
   * What is to be computed; a plan depends on nothing else.
   *
   * @param compute F32 or F64
   * @param noise how many sequences of random numbers the formulas read, as inputs after the others
   */
  public record Task(List<Expr> formulas, DType compute, List<TensorSpec> inputs, List<TensorSpec> outputs, int noise) {
    public Task(List<Expr> formulas, DType compute, List<TensorSpec> inputs, List<TensorSpec> outputs) {
      this(formulas, compute, inputs, outputs, 0);
    }
  }

  /**
   * @param outer the walk's extents but for the last two
   * @param outerStrides for each operand (inputs, then outputs), in bytes, along {@code outer}
   * @param rowStrides for each operand, in bytes
   * @param columnStrides for each operand, in bytes; 0 or the element's size
   * @param staging null when the kernel takes all operands as they are
   */
  private record Plan(Kernel kernel, long[] outer, long rows, long columns, long[][] outerStrides, long[] rowStrides,
      long[] columnStrides, boolean alone, @Nullable ConvertedOperands staging) {
    long block() {
      return staging == null ? BLOCK : STAGED_BLOCK;
    }
  }

  /** The launch-time numbers of a call. */
  private record Values(double[] scalars, List<Philox> noise) {}

  private final VectorCompiler compiler;
  private final WorkerPool pool;
  private final Map<Task, Plan> plans = new ConcurrentHashMap<>();
  private final Workspace.PerThread workspaces = new Workspace.PerThread();

  public PointwiseRunner(VectorCompiler compiler, WorkerPool pool) {
    this.compiler = compiler;
    this.pool = pool;
  }

  /**
   * Computes a task.
   *
   * @param addresses of the inputs, then of the outputs
   */
  public void run(Task task, long[] addresses, double[] scalars) {
    run(task, addresses, scalars, List.of());
  }

  /**
   * Computes a task that reads random numbers.
   *
   * @param noise as many sequences as the task says
   */
  public void run(Task task, long[] addresses, double[] scalars, List<Philox> noise) {
    Plan plan = plans.get(task);
    if (plan == null) {
      if (plans.size() >= KEPT) {
        plans.clear();
      }
      plan = plans.computeIfAbsent(task, this::plan);
    }
    run(plan, addresses, new Values(scalars, noise));
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
    int operations = task.formulas.stream().mapToInt(Expr::size).sum() + NOISE * task.noise;
    boolean alone = (double) shape.elements() * (operations + 2) < SERIAL;
    Kernel kernel = compiler.kernel(key(task, columnStrides));
    @Nullable ConvertedOperands staging = !ConvertedOperands.isNeeded(task) ? null
        : new ConvertedOperands(task.compute, kernel, task.inputs, task.noise, task.outputs, rowStrides, columnStrides);
    return new Plan(kernel, outer, rows, walk.run(), outerStrides, rowStrides, columnStrides, alone, staging);
  }

  private static VectorCompiler.Key key(Task task, long[] columnStrides) {
    List<Operand> inputs = new ArrayList<>();
    for (int j = 0; j < task.inputs.size(); j++) {
      inputs
          .add(new Operand(ConvertedOperands.storage(task.inputs.get(j).dtype(), task.compute), columnStrides[j] == 0));
    }
    inputs.addAll(Collections.nCopies(task.noise, new Operand(ElementTypes.of(task.compute), false)));
    return new VectorCompiler.Key(task.formulas, task.compute, inputs,
        task.outputs.stream().map(o -> ConvertedOperands.storage(o.dtype(), task.compute)).toList());
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

  private void run(Plan p, long[] addresses, Values values) {
    if (p.alone && p.outer.length == 0 && p.staging == null) {
      p.kernel.run(p.rows, p.columns, addresses, p.rowStrides, values.scalars);
      return;
    }
    Blocks blocks = Blocks.of(p);
    if (p.alone) {
      for (long i = 0; i < blocks.count; i++) {
        block(p, blocks, i, addresses, values);
      }
    } else {
      pool.parallel(blocks.count, (i, _) -> block(p, blocks, i, addresses, values));
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
      long across = Math.max(1, p.columns / p.block());
      long rows = Math.clamp(p.block() / p.columns, 1, p.rows);
      long down = (p.rows + rows - 1) / rows;
      return new Blocks(across, rows, down, Arrays.stream(p.outer).reduce(across * down, (a, b) -> a * b));
    }
  }

  private void block(Plan p, Blocks blocks, long index, long[] addresses, Values values) {
    long column = index % blocks.across * p.block();
    long columns = (index % blocks.across == blocks.across - 1 ? p.columns : column + p.block()) - column;
    long row = index / blocks.across % blocks.down * blocks.rows;
    long outer = index / blocks.across / blocks.down;
    long[] at = new long[addresses.length];
    for (int j = 0; j < at.length; j++) {
      at[j] = addresses[j] + outerOffset(p, j, outer) + row * p.rowStrides[j] + column * p.columnStrides[j];
    }
    long rows = Math.min(blocks.rows, p.rows - row);
    if (p.staging == null) {
      p.kernel.run(rows, columns, at, p.rowStrides, values.scalars);
    } else {
      long first = (outer * p.rows + row) * p.columns + column;
      p.staging.run(rows, columns, at, values.scalars, values.noise, first, workspaces.get());
    }
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
