package dev.orthant.cpu.gemm;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.Kernel;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.op.Epilogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An epilogue compiled to take over tiles of sums. The output is seen as a stack of matrices: its axes are split into
 * those of the stack, those that make a row index and those that make a column index. Operands must be linear in both
 * indices.
 */
public final class FusedEpilogue {
  private final Kernel kernel;
  private final double[] scalars;
  private final long[] extents;
  private final int rowAxis;
  /** For each operand, then the output: strides along every axis, in bytes. */
  private final long[][] strides;
  private final long[] rowStrides;
  private final long[] columnStrides;

  private FusedEpilogue(Kernel kernel, double[] scalars, long[] extents, int rowAxis, long[][] strides,
      long[] rowStrides, long[] columnStrides) {
    this.kernel = kernel;
    this.scalars = scalars;
    this.extents = extents;
    this.rowAxis = rowAxis;
    this.strides = strides;
    this.rowStrides = rowStrides;
    this.columnStrides = columnStrides;
  }

  /**
   * Compiles, or gives nothing if an operand is not linear.
   *
   * @param operands of the epilogue: inputs 1, 2, … of its formula
   * @param rowAxis the first axis of the row index
   * @param columnAxis the first axis of the column index, which has all axes from here on
   */
  public static Optional<FusedEpilogue> of(VectorCompiler compiler, Epilogue epilogue, DType compute, TensorSpec output,
      List<TensorSpec> operands, int rowAxis, int columnAxis) {
    List<TensorSpec> all = new ArrayList<>(operands);
    all.add(output);
    long[] extents = output.shape().dims();
    long[][] strides = new long[all.size()][];
    long[] rows = new long[all.size()];
    long[] columns = new long[all.size()];
    List<Operand> inputs = new ArrayList<>();
    inputs.add(new Operand(ElementTypes.of(compute), false));
    for (int j = 0; j < all.size(); j++) {
      strides[j] = strides(all.get(j), output.shape());
      rows[j] = linear(strides[j], extents, rowAxis, columnAxis);
      columns[j] = linear(strides[j], extents, columnAxis, extents.length);
      if (rows[j] < 0 || columns[j] < 0) {
        return Optional.empty();
      }
      if (j < operands.size()) {
        inputs.add(new Operand(ElementTypes.of(all.get(j).dtype()), columns[j] == 0));
      }
    }
    Kernel kernel = compiler.kernel(new VectorCompiler.Key(List.of(epilogue.formula()), compute, inputs,
        List.of(ElementTypes.of(output.dtype()))));
    double[] scalars = epilogue.scalars().stream().mapToDouble(Double::doubleValue).toArray();
    return Optional.of(new FusedEpilogue(kernel, scalars, extents, rowAxis, strides, rows, columns));
  }

  /** Bytes from an element to the next along each axis of {@code output}; 0 where the operand is repeated. */
  private static long[] strides(TensorSpec operand, Shape output) {
    long[] result = new long[output.rank()];
    long step = operand.dtype().size();
    for (int i = 1; i <= operand.shape().rank(); i++) {
      long extent = operand.shape().dim(-i);
      result[output.rank() - i] = extent == 1 ? 0 : step;
      step *= extent;
    }
    return result;
  }

  /** The one stride of an index made of the axes {@code from} … {@code to} − 1, or −1 when there is none. */
  private static long linear(long[] strides, long[] extents, int from, int to) {
    long first = 0;
    long expected = -1;
    for (int axis = to - 1; axis >= from; axis--) {
      if (extents[axis] == 1) {
        continue;
      }
      if (expected < 0) {
        first = strides[axis];
      } else if (strides[axis] != expected) {
        return -1;
      }
      expected = strides[axis] * extents[axis];
    }
    return first;
  }

  /**
   * The epilogue of one matrix of the stack.
   *
   * @param matrix its number
   * @param firstRow what its row 0 is among the rows of the output
   * @param firstColumn the same for columns
   * @param addresses of the operands, then of the output
   */
  public TileEpilogue of(long matrix, long firstRow, long firstColumn, long[] addresses) {
    int count = addresses.length;
    long[] base = addresses.clone();
    for (int j = 0; j < count; j++) {
      base[j] += firstRow * rowStrides[j] + firstColumn * columnStrides[j];
      long rest = matrix;
      for (int axis = rowAxis - 1; axis >= 0; axis--) {
        base[j] += rest % extents[axis] * strides[j][axis];
        rest /= extents[axis];
      }
    }
    return (acc, accStride, row, column, rows, columns) -> {
      long[] at = new long[count + 1];
      long[] step = new long[count + 1];
      at[0] = acc;
      step[0] = accStride;
      for (int j = 0; j < count; j++) {
        at[j + 1] = base[j] + row * rowStrides[j] + column * columnStrides[j];
        step[j + 1] = rowStrides[j];
      }
      kernel.run(rows, columns, at, step, scalars);
    };
  }
}
