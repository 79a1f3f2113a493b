package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Random;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Random numbers, in blocks that the threads share. */
public final class RandomRunner {
  /** Elements of a block; one is not worth another thread's help. */
  private static final int BLOCK = 1 << 13;

  private final WorkerPool pool;

  public RandomRunner(WorkerPool pool) {
    this.pool = pool;
  }

  public void run(Random op, long address) {
    long elements = op.output().shape().elements();
    pool.parallel((elements + BLOCK - 1) / BLOCK, (block, _) -> {
      long first = block * BLOCK;
      block(op, first, (int) Math.min(BLOCK, elements - first), address + first * op.output().dtype().size());
    });
  }

  private static void block(Random op, long first, int count, long address) {
    DType type = op.output().dtype();
    if (type == DType.F64) {
      double[] made = new double[count];
      op.fill(first, made, count);
      MemorySegment.copy(made, 0, Raw.ALL, ValueLayout.JAVA_DOUBLE_UNALIGNED, address, count);
      return;
    }
    float[] made = new float[count];
    op.fill(first, made, count);
    if (type == DType.F32) {
      MemorySegment.copy(made, 0, Raw.ALL, ValueLayout.JAVA_FLOAT_UNALIGNED, address, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      short half = type == DType.F16 ? Float.floatToFloat16(made[i]) : DType.floatToBF16(made[i]);
      ElementTypes.putShort(address + (long) i * Short.BYTES, half);
    }
  }
}
