package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs the stages of one kernel over a rectangle of any size: by blocks small enough for the temporary rows to stay in
 * L1, and narrow rectangles through padded copies, because a vector loop wants a vector's length. None of this changes
 * a result.
 */
public final class LoopDriver {
  /** Elements of a temporary row block. */
  private static final int BLOCK = 1024;
  /** Rows that are padded together. */
  private static final int PADDED_ROWS = 64;

  private final List<Loop> loops;
  private final Operand[] operands;
  private final int given;
  private final int outputs;
  private final int length;
  private final int size;

  /**
   * @param loops the stages
   * @param stages says which operands there are
   * @param given how many of them the caller has: inputs, then outputs
   * @param outputs how many of those are outputs
   * @param length the fewest columns that the loops take
   */
  public LoopDriver(List<Loop> loops, LoopSplitter stages, int given, int outputs, int length, DType compute) {
    this.loops = loops;
    this.operands = stages.operands();
    this.given = given;
    this.outputs = outputs;
    this.length = length;
    this.size = compute.size();
  }

  int given() {
    return given;
  }

  /** The most bytes that the caller's operand {@code j} has in {@code columns} columns. */
  long rowBytes(int j, long columns) {
    return (operands[j].constant() ? 1 : columns) * operands[j].storage().bytes();
  }

  public void run(long rows, long columns, long[] addresses, long[] rowStrides, double[] scalars,
      Supplier<Workspace> workspace) {
    if (rows == 0 || columns == 0) {
      return;
    }
    int temporaries = operands.length - given;
    long temporaryBytes = 2L * BLOCK * size * temporaries;
    if (columns < length) {
      long padded = (long) PADDED_ROWS * length * Double.BYTES;
      workspace.get().lend(temporaryBytes + padded * given, memory -> padded(rows, (int) columns, addresses, rowStrides,
          scalars, memory, memory + temporaryBytes, padded));
    } else if (temporaries == 0) {
      blocks(rows, columns, addresses, rowStrides, scalars, 0);
    } else {
      workspace.get().lend(temporaryBytes,
          memory -> blocks(rows, columns, addresses, rowStrides, scalars, memory));
    }
  }

  private void blocks(long rows, long columns, long[] addresses, long[] rowStrides, double[] scalars, long memory) {
    boolean alone = loops.size() == 1;
    if (alone && columns <= 1 << 30) {
      loops.getFirst().run(rows, (int) columns, addresses, rowStrides, scalars);
      return;
    }
    int block = alone ? 1 << 30 : BLOCK;
    long across = Math.max(1, columns / block); // the last one takes the rest, so that none is short
    long group = Math.max(1, block / columns);
    long[] at = Arrays.copyOf(addresses, operands.length);
    long[] strides = Arrays.copyOf(rowStrides, operands.length);
    for (long r = 0; r < rows; r += group) {
      for (long c = 0; c < across; c++) {
        long first = c * block;
        int n = (int) ((c == across - 1 ? columns : first + block) - first);
        for (int j = 0; j < given; j++) {
          at[j] =
              addresses[j] + r * rowStrides[j] + (operands[j].constant() ? 0 : first * operands[j].storage().bytes());
        }
        for (int j = given; j < operands.length; j++) {
          at[j] = memory + 2L * BLOCK * size * (j - given);
          strides[j] = (long) n * size;
        }
        for (Loop loop : loops) {
          loop.run(Math.min(group, rows - r), n, at, strides, scalars);
        }
      }
    }
  }

  /** Fewer columns than a vector: some rows at a time are copied to rows of a vector's length and back. */
  private void padded(long rows, int columns, long[] addresses, long[] rowStrides, double[] scalars, long temporaries,
      long copies, long copyBytes) {
    long[] at = new long[given];
    long[] strides = rowStrides.clone();
    for (long r = 0; r < rows; r += PADDED_ROWS) {
      int n = (int) Math.min(PADDED_ROWS, rows - r);
      for (int j = 0; j < given; j++) {
        long first = addresses[j] + r * rowStrides[j];
        at[j] = operands[j].constant() ? first : copies + j * copyBytes;
        if (!operands[j].constant()) {
          strides[j] = (long) length * operands[j].storage().bytes();
          if (j < given - outputs) {
            copyRows(first, rowStrides[j], at[j], strides[j], n, columns * operands[j].storage().bytes());
          }
        }
      }
      blocks(n, length, at, strides, scalars, temporaries);
      for (int j = given - outputs; j < given; j++) {
        copyRows(at[j], strides[j], addresses[j] + r * rowStrides[j], rowStrides[j], n,
            columns * operands[j].storage().bytes());
      }
    }
  }

  private static void copyRows(long from, long fromStride, long to, long toStride, int rows, int bytes) {
    for (int i = 0; i < rows; i++) {
      for (int b = 0; b < bytes; b += Short.BYTES) {
        ElementTypes.putShort(to + i * toStride + b, Raw.getShort(from + i * fromStride + b));
      }
    }
  }
}
