package dev.orthant.cpu.reduce;

import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.Reduce;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reductions: blocks of rows that the threads share, each with all its stages while it is in cache. When there are few
 * rows and they are long, each stage's rows are cut into chunks instead, whose sums are combined in their order. Which
 * of the two depends on shapes only.
 */
public final class ReduceRunner {
  /** Work below which other threads are not asked, in elements times operations. */
  private static final double SERIAL = 1_500_000;
  private static final int KEPT = 4096;

  /**
   * What a plan depends on.
   *
   * @param op all of it but the values of its launch-time numbers
   */
  private record Task(Reduce op, List<TensorSpec> inputs) {}

  private final VectorCompiler compiler;
  private final WorkerPool pool;
  private final Map<Task, ReduceKernels> plans = new ConcurrentHashMap<>();

  public ReduceRunner(VectorCompiler compiler, WorkerPool pool) {
    this.compiler = compiler;
    this.pool = pool;
  }

  /**
   * Computes a call.
   *
   * @param addresses of the inputs, then of the outputs
   */
  public void run(Call call, Reduce op, long[] addresses) {
    Task task = new Task(op.withoutValues(), call.inputs());
    ReduceKernels plan = plans.get(task);
    if (plan == null) {
      if (plans.size() >= KEPT) {
        plans.clear();
      }
      plan = plans.computeIfAbsent(task, t -> new ReduceKernels(compiler, t.op, call.inputs(), call.outputs()));
    }
    Run run = new Run(plan, addresses, op.scalars());
    if (plan.walk().chunks() == 1) {
      run.whole();
    } else {
      run.inChunks();
    }
  }

  /** One call. */
  private final class Run {
    private final ReduceKernels plan;
    private final long[] addresses;
    private final double[] scalars;
    private final long blocks;
    private final int chunks;
    private final long units;

    Run(ReduceKernels plan, long[] addresses, double[] scalars) {
      this.plan = plan;
      this.addresses = addresses;
      this.scalars = scalars;
      this.blocks = plan.walk().blocks();
      this.chunks = plan.walk().chunks();
      this.units = plan.walk().units();
    }

    private ReduceWork work(Scratch scratch) {
      return new ReduceWork(plan, addresses, scalars, scratch);
    }

    void whole() {
      if (plan.work() >= SERIAL) {
        pool.parallel(blocks, (b, scratch) -> work(scratch).whole(b));
        return;
      }
      Scratch scratch = pool.borrow();
      try {
        ReduceWork work = work(scratch);
        for (long b = 0; b < blocks; b++) {
          work.whole(b);
        }
      } finally {
        pool.giveBack(scratch);
      }
    }

    void inChunks() {
      Scratch shared = pool.borrow();
      try {
        long values = shared.get(Scratch.Slot.PREPACKED, blocks * ReduceWork.stageBytes(plan));
        long sums = shared.get(Scratch.Slot.PARTIAL, blocks * chunks * ReduceWork.sumBytes(plan));
        for (int j = 0; j < plan.stages().size(); j++) {
          int stage = j;
          pool.parallel(blocks * chunks, (t, scratch) -> {
            ReduceWork work = work(scratch);
            work.turnTo(t / chunks, values + t / chunks * ReduceWork.stageBytes(plan));
            work.reduce(stage, first(t % chunks), first(t % chunks + 1), sums + t * ReduceWork.sumBytes(plan));
          });
          finish(j, shared, values, sums);
        }
        pool.parallel(blocks * chunks, (t, scratch) -> {
          ReduceWork work = work(scratch);
          work.turnTo(t / chunks, values + t / chunks * ReduceWork.stageBytes(plan));
          work.storeElements(first(t % chunks), first(t % chunks + 1));
          if (t % chunks == 0) {
            work.storeRows();
          }
        });
      } finally {
        pool.giveBack(shared);
      }
    }

    /** The first unit of a chunk. */
    private long first(long chunk) {
      return units * chunk / chunks;
    }

    /** Combines the chunks' sums. */
    private void finish(int j, Scratch scratch, long values, long sums) {
      ReduceWork work = work(scratch);
      for (long b = 0; b < blocks; b++) {
        long own = sums + b * chunks * ReduceWork.sumBytes(plan);
        for (int c = 1; c < chunks; c++) {
          ReduceSums.addChunk(plan.stages().get(j).kind(), own + c * ReduceWork.sumBytes(plan),
              plan.walk().columns(plan.walk().keptCount(b)), own, ReduceWork.errors(plan));
        }
        work.turnTo(b, values + b * ReduceWork.stageBytes(plan));
        work.finish(j, own);
      }
    }
  }
}
