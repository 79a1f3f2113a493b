package dev.orthant.cpu;

import dev.orthant.core.DType;
import java.lang.foreign.Arena;
import java.util.function.Supplier;

/**
 * Runs vector code on made-up data until C2 has compiled it. Before that every vector is an object and an operation takes a hundred
 * times as long. Code that C2 does not take in some seconds, whatever the reason, is given up: the scalar code goes on.
 */
final class WarmUp {
  private static final long LIMIT_NANOS = 10_000_000_000L;
  /** An operation on a compiled vector takes a nanosecond or so, on a boxed one fifty or more. */
  private static final double COMPILED_NANOS = 8;
  private static final double LANE_NANOS = 60;
  private static final int BATCH = 20;
  private static final int STEADY = 3;
  private static final int ROWS = 2;
  /** Short rows first, until the methods underneath are compiled. */
  private static final int[] VECTORS = {2, 8, 32};

  private WarmUp() {}

  /** Whether the code became fast. */
  static boolean run(Stepper stepper, VectorCompiler.Key key, Supplier<Workspace> workspace) {
    int length = VectorLoopWriter.length(key.compute());
    long columns = (long) VECTORS[VECTORS.length - 1] * length + 1; // one more than whole vectors: the ragged path too
    Dag dag =
        Lowering.lower(key.formulas(), key.compute(), key.inputs().stream().map(LoopWriter.Operand::storage).toList(),
            key.outputs());
    double budget = budget(dag, length);
    try (Arena arena = Arena.ofConfined()) {
      long[] addresses = new long[stepper.given()];
      long[] strides = new long[stepper.given()];
      for (int j = 0; j < addresses.length; j++) {
        strides[j] = stepper.rowBytes(j, columns);
        addresses[j] = arena.allocate(strides[j] * ROWS, DType.F64.size()).address();
      }
      double[] scalars = new double[scalars(dag)];
      long start = System.nanoTime();
      int steady = 0;
      int calls = 0;
      while (steady < STEADY && System.nanoTime() - start < LIMIT_NANOS && !Thread.interrupted()) {
        int vectors = VECTORS[Math.min(calls / 400, VECTORS.length - 1)];
        long began = System.nanoTime();
        for (int i = 0; i < BATCH; i++) {
          stepper.run(ROWS, (long) vectors * length + 1, addresses, strides, scalars, workspace);
        }
        double perVector = (double) (System.nanoTime() - began) / (BATCH * ROWS * (vectors + 1));
        calls += BATCH;
        boolean full = vectors == VECTORS[VECTORS.length - 1];
        steady = full && perVector < budget ? steady + 1 : 0;
      }
      return steady == STEADY;
    }
  }

  private static double budget(Dag dag, int length) {
    double nanos = 0;
    for (int i = 0; i < dag.size(); i++) {
      nanos += switch (dag.node(i).code()) {
        case LANES, LANES2 -> length * LANE_NANOS;
        default -> COMPILED_NANOS;
      };
    }
    return nanos;
  }

  private static int scalars(Dag dag) {
    int count = 0;
    for (int i = 0; i < dag.size(); i++) {
      if (dag.node(i).code() == Dag.Code.SCALAR) {
        count = Math.max(count, (int) dag.node(i).payload() + 1);
      }
    }
    return count;
  }
}
