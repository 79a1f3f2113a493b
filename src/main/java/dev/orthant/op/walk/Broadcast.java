package dev.orthant.op.walk;

import dev.orthant.core.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How contiguous operands are read while an output is written from its first element to its last: the output's extents,
 * merged where all operands allow it, and each operand's stride in elements along them (0 where it is repeated).
 *
 * @param extents the merged output extents, outermost first; never empty
 * @param strides for each operand, its stride along each extent
 */
public record Broadcast(long[] extents, long[][] strides) {
  /** The common walk of {@code operands}, each of which broadcasts to {@code output}. */
  public static Broadcast of(Shape output, List<Shape> operands) {
    int rank = output.rank();
    long[][] full = operands.stream().map(s -> strides(s, output)).toArray(long[][]::new);
    List<Long> extents = new ArrayList<>();
    List<long[]> columns = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      long extent = output.dim(d);
      if (extent == 1) {
        continue;
      }
      long[] column = new long[full.length];
      for (int i = 0; i < full.length; i++) {
        column[i] = full[i][d];
      }
      int last = extents.size() - 1;
      if (last >= 0 && merges(columns.get(last), column, extent)) {
        extents.set(last, extents.get(last) * extent);
        columns.set(last, column);
      } else {
        extents.add(extent);
        columns.add(column);
      }
    }
    if (extents.isEmpty()) {
      extents.add(1L);
      columns.add(new long[full.length]);
    }
    long[][] merged = new long[full.length][extents.size()];
    for (int i = 0; i < full.length; i++) {
      for (int d = 0; d < extents.size(); d++) {
        merged[i][d] = columns.get(d)[i];
      }
    }
    return new Broadcast(extents.stream().mapToLong(Long::longValue).toArray(), merged);
  }

  /** Two neighbouring extents are one when a step in the outer is as long as the whole inner, for every operand. */
  private static boolean merges(long[] outer, long[] inner, long innerExtent) {
    for (int i = 0; i < outer.length; i++) {
      if (outer[i] != inner[i] * innerExtent) {
        return false;
      }
    }
    return true;
  }

  private static long[] strides(Shape operand, Shape output) {
    long[] result = new long[output.rank()];
    long step = 1;
    for (int i = 1; i <= operand.rank(); i++) {
      long extent = operand.dim(-i);
      result[output.rank() - i] = extent == 1 ? 0 : step;
      step *= extent;
    }
    return result;
  }

  /** The innermost extent: the length of the runs in which every operand is either contiguous or constant. */
  public long run() {
    return extents[extents.length - 1];
  }

  /** The element of {@code operand} that belongs to the output's element {@code index}. */
  public long offset(int operand, long index) {
    long rest = index;
    long offset = 0;
    for (int d = extents.length - 1; d >= 0; d--) {
      offset += rest % extents[d] * strides[operand][d];
      rest /= extents[d];
    }
    return offset;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Broadcast b && Arrays.equals(extents, b.extents) && Arrays.deepEquals(strides, b.strides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(extents) + Arrays.deepHashCode(strides);
  }

  @Override
  public String toString() {
    return Arrays.toString(extents) + Arrays.deepToString(strides);
  }
}
