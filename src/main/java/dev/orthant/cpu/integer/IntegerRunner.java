package dev.orthant.cpu.integer;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import dev.orthant.op.walk.Broadcast;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Elementwise work and reductions in integers of 64 bits. */
public final class IntegerRunner {
  private static final int KEPT = 1024;
  /** What an operation on a register costs, next to a byte moved. */
  private static final int OPERATION = 4;

  private record Key(List<Expr> formulas, int inputs) {}

  private final WorkerPool pool;
  private final Map<Key, IntegerProgram> programs = new ConcurrentHashMap<>();

  public IntegerRunner(WorkerPool pool) {
    this.pool = pool;
  }

  /**
   * The program of {@code formulas}.
   *
   * @param inputs how many formula inputs there are
   */
  private IntegerProgram program(List<Expr> formulas, int inputs) {
    Key key = new Key(formulas, inputs);
    IntegerProgram before = programs.get(key);
    if (before != null) {
      return before;
    }
    if (programs.size() >= KEPT) {
      programs.clear();
    }
    return programs.computeIfAbsent(key, k -> new IntegerProgram(k.formulas, k.inputs));
  }

  /**
   * Computes elementwise.
   *
   * @param addresses of the inputs, then of the outputs
   */
  public void run(Call call, Pointwise op, long[] addresses) {
    IntegerProgram program = program(op.formulas(), op.operands());
    long count = call.output().shape().elements();
    Broadcast walk = Broadcast.of(call.output().shape(), call.inputs().stream().map(TensorSpec::shape).toList());
    long blocks = (count + IntegerProgram.BLOCK - 1) / IntegerProgram.BLOCK;
    long cost = (long) IntegerProgram.BLOCK
        * ((long) Long.BYTES * addresses.length + (long) OPERATION * program.operations());
    double[] scalars = op.scalars();
    new Split(pool).run(blocks, cost, (first, last) -> {
      long[][] r = program.memory(scalars, (int) Math.min(count, IntegerProgram.BLOCK));
      for (long b = first; b < last; b++) {
        long at = b * IntegerProgram.BLOCK;
        int n = (int) Math.min(IntegerProgram.BLOCK, count - at);
        for (int o = 0; o < op.operands(); o++) {
          load(call.input(o).dtype(), addresses[o], walk, o, at, n, r[o]);
        }
        program.run(r, n);
        for (int j = 0; j < call.outputs().size(); j++) {
          DType type = call.outputs().get(j).dtype();
          IntegerElements.store(type, r[program.result(j)], n, addresses[op.operands() + j] + at * type.size());
        }
      }
    });
  }

  /** The elements of operand {@code o} that belong to {@code n} neighbouring output elements. */
  private static void load(DType type, long address, Broadcast walk, int o, long first, int n, long[] to) {
    boolean repeated = walk.strides()[o][walk.extents().length - 1] == 0;
    int m;
    for (int i = 0; i < n; i += m) {
      long index = first + i;
      m = (int) Math.min(walk.run() - index % walk.run(), n - i);
      IntegerElements.load(type, address + walk.offset(o, index) * type.size(), repeated, to, i, m);
    }
  }

  /**
   * Reduces.
   *
   * @param addresses of the inputs, then of the outputs
   */
  public void run(Call call, Reduce op, long[] addresses) {
    int inputs = op.position() + 1;
    List<IntegerProgram> stages = op.stages().stream().map(s -> program(List.of(s.formula()), inputs)).toList();
    List<IntegerProgram> results = op.results().stream().map(r -> program(List.of(r.formula()), inputs)).toList();
    IntegerReduce reduce = new IntegerReduce(call, op, stages, results, addresses);
    new Split(pool).run(reduce.tasks(), reduce.cost(), (first, last) -> {
      IntegerReduce.Work work = reduce.work();
      for (long t = first; t < last; t++) {
        work.run(t);
      }
    });
  }
}
