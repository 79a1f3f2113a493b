package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.Workspace;
import java.lang.foreign.Arena;
import java.util.function.Supplier;

/**
 * Runs vector code on made-up data until C2 has compiled it. Before that every vector is an object and an operation
 * takes a hundred times as long. Code that C2 does not take in some seconds, whatever the reason, is given up, and so
 * is code that then is no faster than scalar code (mostly calls per element): the scalar code goes on.
 */
final class WarmUp {
  private static final long LIMIT_NANOS = 10_000_000_000L;
  /** An operation on a compiled vector takes a nanosecond or so, on a boxed one fifty or more. */
  private static final double COMPILED_NANOS = 8;
  private static final double LANE_NANOS = 60;
  private static final int BATCH = 20;
  private static final int STEADY = 3;
  private static final int CONTESTS = 40;
  private static final int ROWS = 2;
  /** Short rows first, until the methods underneath are compiled. */
  private static final int[] VECTORS = {2, 8, 32};
  private static final int LONGEST = 32;
  private static final int CALLS_EACH = 400;

  private final Supplier<Workspace> workspace;
  private final int length;
  private final double budget;
  private final long[] addresses;
  private final long[] strides;
  private final double[] scalars;

  private WarmUp(LoopDriver shape, VectorCompiler.Key key, Supplier<Workspace> workspace, Arena arena) {
    LoopIr dag = Lowering.lower(key.formulas(), key.compute(),
        key.inputs().stream().map(LoopWriter.Operand::storage).toList(), key.outputs());
    this.workspace = workspace;
    this.length = VectorLoopWriter.length(key.compute());
    this.budget = budget(dag, length);
    this.scalars = new double[scalars(dag)];
    this.addresses = new long[shape.given()];
    this.strides = new long[shape.given()];
    for (int j = 0; j < addresses.length; j++) {
      strides[j] = shape.rowBytes(j, columns(LONGEST));
      addresses[j] = arena.allocate(strides[j] * ROWS, DType.F64.size()).address();
    }
  }

  /** Whether the vector code became faster than the scalar code. */
  static boolean run(LoopDriver vector, LoopDriver scalar, VectorCompiler.Key key, Supplier<Workspace> workspace) {
    try (Arena arena = Arena.ofConfined()) {
      WarmUp w = new WarmUp(vector, key, workspace, arena);
      return w.becomesFast(vector) && w.wins(vector, scalar);
    }
  }

  /** One more than whole vectors, so that the ragged path is warmed too. */
  private long columns(int vectors) {
    return (long) vectors * length + 1;
  }

  /** Nanoseconds for a vector's length of elements, over a batch of calls. */
  private double time(LoopDriver code, int vectors) {
    long start = System.nanoTime();
    for (int i = 0; i < BATCH; i++) {
      code.run(ROWS, columns(vectors), addresses, strides, scalars, workspace);
    }
    return (double) (System.nanoTime() - start) / (BATCH * ROWS * (vectors + 1));
  }

  private boolean becomesFast(LoopDriver vector) {
    long start = System.nanoTime();
    int steady = 0;
    for (int calls = 0; steady < STEADY; calls += BATCH) {
      if (System.nanoTime() - start > LIMIT_NANOS || Thread.currentThread().isInterrupted()) {
        return false;
      }
      int vectors = VECTORS[Math.min(calls / CALLS_EACH, VECTORS.length - 1)];
      boolean fast = time(vector, vectors) < budget;
      steady = fast && vectors == LONGEST ? steady + 1 : 0;
    }
    return true;
  }

  private boolean wins(LoopDriver vector, LoopDriver scalar) {
    double one = Double.POSITIVE_INFINITY;
    double other = Double.POSITIVE_INFINITY;
    for (int i = 0; i < CONTESTS; i++) {
      one = Math.min(one, time(vector, LONGEST));
      other = Math.min(other, time(scalar, LONGEST));
    }
    return one < other;
  }

  private static double budget(LoopIr dag, int length) {
    double nanos = 0;
    for (int i = 0; i < dag.size(); i++) {
      nanos += switch (dag.node(i).code()) {
        case LANES, LANES2 -> length * LANE_NANOS;
        default -> COMPILED_NANOS;
      };
    }
    return nanos;
  }

  private static int scalars(LoopIr dag) {
    int count = 0;
    for (int i = 0; i < dag.size(); i++) {
      if (dag.node(i).code() == LoopIr.Code.SCALAR) {
        count = Math.max(count, (int) dag.node(i).payload() + 1);
      }
    }
    return count;
  }
}
