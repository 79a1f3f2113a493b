package dev.orthant.cpu.integer;

import dev.orthant.core.DType;
import dev.orthant.op.Call;
import dev.orthant.op.Reduce;
import dev.orthant.op.ReduceLoops;
import dev.orthant.op.ReduceLoops.Loop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A reduction in integers. A task is one row where a row's elements are adjacent in memory, else as many adjacent rows
 * as a register holds; a register then is a stretch of the row, or an element of each row.
 */
final class IntegerReduce {
  private static final int BLOCK = IntegerProgram.BLOCK;

  private final Call call;
  private final Reduce op;
  private final ReduceLoops loops;
  private final List<IntegerProgram> stages;
  private final List<IntegerProgram> results;
  private final long[] addresses;
  private final boolean inner;
  /** Along a register, from one number to the next. */
  private final Loop along;
  private final long side;

  IntegerReduce(Call call, Reduce op, List<IntegerProgram> stages, List<IntegerProgram> results, long[] addresses) {
    this.call = call;
    this.op = op;
    this.loops = new ReduceLoops(op, call.inputs());
    this.stages = stages;
    this.results = results;
    this.addresses = addresses;
    this.inner = loops.inner();
    this.along = inner ? loops.reduced() : loops.kept();
    this.side = inner ? 1 : Math.clamp(loops.kept().extent(), 1, BLOCK);
  }

  private long across() {
    return (loops.kept().extent() + side - 1) / side;
  }

  long tasks() {
    return loops.keptLines() * across();
  }

  /** Of a task. */
  long cost() {
    return Math.max(1, Long.BYTES * side * loops.length() * (op.stages().size() + op.results().size()));
  }

  Work work() {
    return new Work();
  }

  /** What one thread needs. */
  final class Work {
    private final List<long[][]> stageMemory = new ArrayList<>();
    private final List<long[][]> resultMemory = new ArrayList<>();
    private final long[][] values = new long[op.stages().size()][(int) side];
    /** Where the task's first element of each operand, of a result at each element and of one for each row is. */
    private final long[] bases = new long[op.operands() + 2];
    private final long[] at = new long[op.operands() + 2];
    private int rows;

    private Work() {
      int block = (int) Math.max(1, Math.min(BLOCK, along.extent()));
      stages.forEach(p -> stageMemory.add(p.memory(op.scalars(), block)));
      results.forEach(p -> resultMemory.add(p.memory(op.scalars(), block)));
    }

    void run(long task) {
      long k = task % across() * side;
      rows = (int) Math.min(side, loops.kept().extent() - k);
      for (int o = 0; o < bases.length; o++) {
        bases[o] = offset(loops.outerKept(), task / across(), o) + k * loops.kept().strides()[o];
      }
      for (int j = 0; j < stages.size(); j++) {
        int stage = j;
        Reduce.Kind kind = op.stages().get(j).kind();
        Arrays.fill(values[j], identity(kind));
        long[][] r = stageMemory.get(j);
        long[] from = r[stages.get(j).result(0)];
        each(stages.get(j), r, op.stages().get(j).formula().inputs().stream().mapToInt(i -> i).toArray(),
            n -> fold(kind, from, n, values[stage]));
      }
      for (int j = 0; j < results.size(); j++) {
        store(j);
      }
    }

    private void store(int j) {
      Reduce.Result result = op.results().get(j);
      long[][] r = resultMemory.get(j);
      int[] read = result.formula().inputs().stream().mapToInt(i -> i).toArray();
      long[] from = r[results.get(j).result(0)];
      DType type = call.outputs().get(j).dtype();
      long output = addresses[op.operands() + j];
      if (result.perRow()) {
        System.arraycopy(bases, 0, at, 0, at.length);
        load(read, r, inner ? 1 : rows, 0);
        results.get(j).run(r, rows);
        IntegerElements.store(type, from, rows, output + bases[op.operands() + 1] * type.size());
      } else {
        each(results.get(j), r, read,
            n -> IntegerElements.store(type, from, n, output + at[op.operands()] * type.size()));
      }
    }

    /** Runs a program on all elements of the task's rows; {@code then} hears how many numbers are in the registers. */
    private void each(IntegerProgram program, long[][] r, int[] read, IntConsumer then) {
      long extent = loops.reduced().extent();
      for (long line = 0; line < loops.reducedLines(); line++) {
        for (long q = 0; q < extent; q += inner ? BLOCK : 1) {
          int n = inner ? (int) Math.min(BLOCK, extent - q) : rows;
          for (int o = 0; o < at.length; o++) {
            at[o] = bases[o] + offset(loops.outerReduced(), line, o) + q * loops.reduced().strides()[o];
          }
          load(read, r, n, line * extent + q);
          program.run(r, n);
          then.accept(n);
        }
      }
    }

    private void load(int[] read, long[][] r, int n, long position) {
      for (int i : read) {
        if (i < op.operands()) {
          DType type = call.input(i).dtype();
          IntegerElements.load(type, addresses[i] + at[i] * type.size(), along.strides()[i] == 0, r[i], 0, n);
        } else if (i == op.position()) {
          for (int p = 0; p < n; p++) {
            r[i][p] = position + (inner ? p : 0);
          }
        } else if (inner) {
          Arrays.fill(r[i], 0, n, values[i - op.operands()][0]);
        } else {
          System.arraycopy(values[i - op.operands()], 0, r[i], 0, n);
        }
      }
    }

    /** A stretch of a row becomes one number, an element of each row joins that row's. */
    private void fold(Reduce.Kind kind, long[] from, int n, long[] to) {
      for (int i = 0; i < n; i++) {
        int row = inner ? 0 : i;
        to[row] = switch (kind) {
          case SUM, MEAN -> to[row] + from[i];
          case PROD -> to[row] * from[i];
          case MAX -> Math.max(to[row], from[i]);
          case MIN -> Math.min(to[row], from[i]);
        };
      }
    }
  }

  private static long identity(Reduce.Kind kind) {
    return switch (kind) {
      case SUM, MEAN -> 0;
      case PROD -> 1;
      case MAX -> Long.MIN_VALUE;
      case MIN -> Long.MAX_VALUE;
    };
  }

  /** What the outer loops at their turn {@code line} add. */
  private static long offset(List<Loop> outer, long line, int o) {
    long rest = line;
    long offset = 0;
    for (int d = outer.size() - 1; d >= 0; d--) {
      offset += rest % outer.get(d).extent() * outer.get(d).strides()[o];
      rest /= outer.get(d).extent();
    }
    return offset;
  }
}
