package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.Kernel;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.op.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formulas over operands that compiled code cannot take as they are: integers, and outputs in another type than the
 * computing one, are converted block by block in work memory, random numbers are made there. The code sees floats of
 * the computing type only.
 *
 * @param compute F32 or F64
 * @param kernel its operands: the inputs, the random numbers, the outputs
 * @param rowStrides of inputs and outputs, in bytes
 * @param columnStrides the same; 0 for what is repeated
 */
record ConvertedOperands(DType compute, Kernel kernel, List<TensorSpec> inputs, int noise, List<TensorSpec> outputs,
    long[] rowStrides, long[] columnStrides) {
  private static final long LINE = 64;

  /** Whether compiled code cannot take an operand of this type as it is. */
  static boolean isConverted(DType type, DType compute) {
    return !type.isFloating() || type.compute() != compute;
  }

  /** How the compiled code stores what {@code type} is converted to. */
  static ElementType storage(DType type, DType compute) {
    return ElementTypes.of(isConverted(type, compute) ? compute : type);
  }

  /** Whether any of this is needed. */
  static boolean isNeeded(PointwiseRunner.Task task) {
    return task.noise() > 0 || Stream.concat(task.inputs().stream(), task.outputs().stream())
        .anyMatch(s -> isConverted(s.dtype(), task.compute()));
  }

  /**
   * Computes a block; it is contiguous in the outputs.
   *
   * @param addresses of the block's first element in each input, then output
   * @param sequences the random numbers
   * @param index the number of the block's first output element
   */
  void run(long rows, long columns, long[] addresses, double[] scalars, List<Philox> sequences, long index,
      Workspace workspace) {
    workspace.lend(bytes(rows, columns),
        memory -> run(rows, columns, addresses, scalars, sequences, index, memory));
  }

  private void run(long rows, long columns, long[] addresses, double[] scalars, List<Philox> sequences, long index,
      long memory) {
    int operands = inputs.size() + noise + outputs.size();
    long[] at = new long[operands];
    long[] strides = new long[operands];
    List<Runnable> after = new ArrayList<>();
    long free = memory;
    for (int j = 0; j < inputs.size(); j++) {
      at[j] = addresses[j];
      strides[j] = rowStrides[j];
      if (isConverted(inputs.get(j).dtype(), compute)) {
        at[j] = free;
        strides[j] = rowStrides[j] == 0 ? 0 : copiedColumns(j, columns) * compute.size();
        convert(j, rows, columns, addresses[j], free);
        free += inputBytes(j, rows, columns);
      }
    }
    for (int j = 0; j < noise; j++) {
      at[inputs.size() + j] = free;
      strides[inputs.size() + j] = columns * compute.size();
      uniform(sequences.get(j), index, Math.toIntExact(rows * columns), free);
      free += aligned(rows * columns);
    }
    for (int i = 0; i < outputs.size(); i++) {
      int j = inputs.size() + noise + i;
      DType type = outputs.get(i).dtype();
      at[j] = addresses[inputs.size() + i];
      strides[j] = rowStrides[inputs.size() + i];
      if (isConverted(type, compute)) {
        long from = free;
        long to = at[j];
        at[j] = from;
        strides[j] = columns * compute.size();
        after.add(() -> Conversions.store(compute, from, type, to, rows * columns));
        free += aligned(rows * columns);
      }
    }
    kernel.run(rows, columns, at, strides, scalars);
    after.forEach(Runnable::run);
  }

  private long bytes(long rows, long columns) {
    long sum = noise * aligned(rows * columns);
    for (int j = 0; j < inputs.size(); j++) {
      sum += isConverted(inputs.get(j).dtype(), compute) ? inputBytes(j, rows, columns) : 0;
    }
    long stored = outputs.stream().filter(o -> isConverted(o.dtype(), compute)).count();
    return sum + stored * aligned(rows * columns);
  }

  private long inputBytes(int input, long rows, long columns) {
    return aligned((rowStrides[input] == 0 ? 1 : rows) * copiedColumns(input, columns));
  }

  private long copiedColumns(int input, long columns) {
    return columnStrides[input] == 0 ? 1 : columns;
  }

  private long aligned(long elements) {
    return (elements * compute.size() + LINE - 1) & -LINE;
  }

  private void convert(int input, long rows, long columns, long source, long target) {
    long n = copiedColumns(input, columns);
    for (long r = 0; r < (rowStrides[input] == 0 ? 1 : rows); r++) {
      Conversions.load(inputs.get(input).dtype(), source + r * rowStrides[input], compute,
          target + r * n * compute.size(), n);
    }
  }

  private void uniform(Philox sequence, long first, int count, long target) {
    if (compute == DType.F64) {
      long[] bits = new long[count];
      sequence.bits(first, bits, count);
      for (int i = 0; i < count; i++) {
        Raw.putDouble(target + (long) i * Double.BYTES, bits[i] * 0x1p-53);
      }
      return;
    }
    int[] bits = new int[count];
    sequence.bits(first, bits, count);
    for (int i = 0; i < count; i++) {
      Raw.putFloat(target + (long) i * Float.BYTES, bits[i] * 0x1p-24f);
    }
  }
}
