package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * The loops over the elements of a reduction: its axes, neighbours merged where all operands allow it, those of extent
 * 1 left out. A row is numbered by the outer kept loops and the kept one, a position by the outer reduced loops and the
 * reduced one. The loops over {@code kept} and {@code reduced} are always there; one of them is that of adjacent
 * elements: every operand has stride 1 or 0 along it.
 */
public final class ReduceLoops {
  /**
   * A loop.
   *
   * @param strides in elements, of each operand, then of a result at each element, then of a result for each row
   */
  public record Loop(long extent, boolean isReduced, long[] strides) {
    private boolean merges(Loop inside) {
      boolean same = isReduced == inside.isReduced;
      for (int i = 0; i < strides.length; i++) {
        same &= strides[i] == inside.strides[i] * inside.extent;
      }
      return same;
    }
  }

  private final boolean inner;
  private final Loop kept;
  private final Loop reduced;
  private final List<Loop> outerKept;
  private final List<Loop> outerReduced;

  /** The loops of {@code op} on {@code inputs}. */
  public ReduceLoops(Reduce op, List<TensorSpec> inputs) {
    Shape walked = op.walked(inputs);
    List<Shape> all = new ArrayList<>(inputs.stream().map(TensorSpec::shape).toList());
    all.add(walked);
    all.add(op.rows(walked));
    List<Loop> loops = loops(walked, op.axes(), all);
    List<Loop> keeping = new ArrayList<>(loops.stream().filter(d -> !d.isReduced).toList());
    List<Loop> reducing = new ArrayList<>(loops.stream().filter(d -> d.isReduced).toList());
    this.inner = !loops.isEmpty() && loops.getLast().isReduced;
    this.kept = keeping.isEmpty() ? new Loop(1, false, new long[all.size()]) : keeping.removeLast();
    this.reduced = reducing.isEmpty() ? new Loop(1, true, new long[all.size()]) : reducing.removeLast();
    this.outerKept = List.copyOf(keeping);
    this.outerReduced = List.copyOf(reducing);
  }

  private static List<Loop> loops(Shape walked, List<Integer> axes, List<Shape> all) {
    long[][] strides = all.stream().map(s -> strides(s, walked.rank())).toArray(long[][]::new);
    List<Loop> loops = new ArrayList<>();
    for (int d = 0; d < walked.rank(); d++) {
      if (walked.dim(d) == 1) {
        continue;
      }
      long[] column = new long[strides.length];
      for (int i = 0; i < column.length; i++) {
        column[i] = strides[i][d];
      }
      Loop loop = new Loop(walked.dim(d), axes.contains(d), column);
      if (!loops.isEmpty() && loops.getLast().merges(loop)) {
        loop = new Loop(loops.removeLast().extent * loop.extent, loop.isReduced, column);
      }
      loops.add(loop);
    }
    return loops;
  }

  private static long[] strides(Shape shape, int rank) {
    long[] result = new long[rank];
    long step = 1;
    for (int i = 1; i <= shape.rank(); i++) {
      result[rank - i] = shape.dim(-i) == 1 ? 0 : step;
      step *= shape.dim(-i);
    }
    return result;
  }

  /** Whether adjacent elements are of one row, rather than of adjacent rows. */
  public boolean inner() {
    return inner;
  }

  /** The loop over the elements of the result. */
  public Loop kept() {
    return kept;
  }

  /** The loop over what becomes one element. */
  public Loop reduced() {
    return reduced;
  }

  /** Outermost first. */
  public List<Loop> outerKept() {
    return outerKept;
  }

  /** Outermost first. */
  public List<Loop> outerReduced() {
    return outerReduced;
  }

  /** How often the outer kept loops run. */
  public long keptLines() {
    return product(outerKept);
  }

  /** How often the outer reduced loops run. */
  public long reducedLines() {
    return product(outerReduced);
  }

  private static long product(List<Loop> loops) {
    return loops.stream().mapToLong(Loop::extent).reduce(1, (a, b) -> a * b);
  }

  /** How many rows there are. */
  public long rows() {
    return keptLines() * kept.extent;
  }

  /** How many elements a row has. */
  public long length() {
    return reducedLines() * reduced.extent;
  }
}
