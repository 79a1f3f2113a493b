package dev.orthant.cpu.reduce;

import dev.orthant.op.ReduceLoops;
import dev.orthant.op.ReduceLoops.Loop;
import java.util.List;

/**
 * How a reduction goes through its elements: its loops, cut into blocks of rows and units of a row. All of it follows
 * from shapes, so the order of summation does too.
 *
 * <p>The innermost axis is that of the columns of a rectangle; the innermost axis of the other sort (kept or reduced)
 * is that of its rows.
 *
 * <p>When rows of the reduction lie side by side in short runs (the small images of an NCHW batch, channel by channel),
 * loops over a run would be too short for vectors. All runs side by side are the columns then, a <em>group</em> of them
 * to each row, which are combined last; what is the same in a whole run is spread over it.
 */
final class ReduceWalk {
  /** Elements of a rectangle: results of a formula stay in cache. */
  static final int UNIT = 1 << 13;
  /** Kept columns side by side, when there is a choice. */
  private static final int COLUMNS = 256;
  /** Fewer blocks than this would leave threads without work; long rows are then cut. */
  private static final int FEW_BLOCKS = 16;
  private static final int MAX_CHUNKS = 32;
  private static final int UNITS_IN_CHUNK = 4;
  private static final long WORTH_CUTTING = 1 << 17;

  /** Elements of a run that vectors take well by itself, though others could be added to it first. */
  private static final int LONG_RUN = 64;
  /** The same, of a run that is a whole row: all that one saves is that loops are longer. */
  private static final int LONG_ROW = 12;

  private final ReduceLoops loops;
  private final int group;
  private final boolean inner;
  private final Loop kept;
  private final Loop reduced;
  private final List<Loop> outerReduced;
  private final int keptBlock;
  private final int reducedBlock;
  private final long across;
  private final long along;

  /** @param numbered whether formulas ask for an element's position in its row */
  ReduceWalk(ReduceLoops loops, boolean numbered) {
    this.loops = loops;
    this.kept = loops.kept();
    this.group = !numbered && standsInShortRuns(loops) ? (int) loops.reduced().extent() : 1;
    this.inner = loops.inner() && group == 1;
    List<Loop> outer = loops.outerReduced();
    if (group == 1) {
      this.reduced = loops.reduced();
      this.outerReduced = outer;
    } else {
      this.reduced = outer.isEmpty() ? new Loop(1, true, new long[kept.strides().length]) : outer.getLast();
      this.outerReduced = outer.subList(0, Math.max(0, outer.size() - 1));
    }
    if (inner) {
      this.reducedBlock = Math.clamp(reduced.extent(), 1, UNIT);
      this.keptBlock = (int) Math.clamp(UNIT / reducedBlock, 1, Math.max(1, kept.extent()));
    } else {
      long most = Math.clamp(UNIT / Math.max(1, reduced.extent()), COLUMNS, UNIT) / group;
      long blocks = Math.max(1, ceil(kept.extent(), most));
      int even = group == 1 ? 16 : 1;
      this.keptBlock =
          (int) Math.clamp(ceil(ceil(kept.extent(), blocks), even) * even, 1, Math.max(1, kept.extent()));
      this.reducedBlock = (int) Math.clamp(UNIT / columns(keptBlock), 1, Math.max(1, reduced.extent()));
    }
    this.across = ceil(kept.extent(), keptBlock);
    this.along = ceil(reduced.extent(), reducedBlock);
  }

  /**
   * Whether the innermost loop is a short one over parts of rows that lie side by side in every operand that has them.
   */
  private static boolean standsInShortRuns(ReduceLoops loops) {
    long run = loops.reduced().extent();
    int most = loops.outerReduced().isEmpty() ? LONG_ROW : LONG_RUN;
    if (!loops.inner() || run < 2 || run >= most || loops.kept().extent() < 2) {
      return false;
    }
    long[] along = loops.reduced().strides();
    long[] across = loops.kept().strides();
    for (int i = 0; i + 1 < along.length; i++) { // the last one is stored once per row
      boolean adjacent = along[i] == 1 && across[i] == run;
      boolean same = along[i] == 0 && across[i] <= 1;
      if (!adjacent && !same) {
        return false;
      }
    }
    return true;
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }

  /** Whether the columns of a rectangle are reduced (and its rows kept), rather than the reverse. */
  boolean inner() {
    return inner;
  }

  /** How many neighbouring columns of a rectangle belong to the same row: 1 but for short runs. */
  int group() {
    return group;
  }

  /** How many columns {@code rows} rows have where columns are kept. */
  int columns(int rows) {
    return rows * group;
  }

  /** Whether operand {@code i} has one element for each group of columns. */
  boolean isSpread(int i) {
    return group > 1 && kept.strides()[i] != 0 && loops.reduced().strides()[i] == 0;
  }

  /** Whether operand {@code i} is the same along the columns of a rectangle. */
  boolean isConstant(int i) {
    long acrossRows = inner ? 0 : kept.strides()[i];
    long alongRun = inner || group > 1 ? loops.reduced().strides()[i] : 0;
    return acrossRows == 0 && alongRun == 0;
  }

  /** How many elements a row has. */
  long length() {
    return loops.length();
  }

  /** The most rows of a block. */
  int keptBlock() {
    return keptBlock;
  }

  /** Blocks of rows; together all rows. */
  long blocks() {
    return loops.keptLines() * across;
  }

  /** Units of a row; together the whole row. */
  long units() {
    return outerReduced.stream().mapToLong(Loop::extent).reduce(1, (a, b) -> a * b) * along;
  }

  /** Into how many parts each row is cut, so that threads may share it: 1 when there are enough rows. */
  int chunks() {
    boolean cut = blocks() < FEW_BLOCKS && blocks() * units() * keptBlock * reducedBlock >= WORTH_CUTTING;
    return cut ? Math.clamp(units() / UNITS_IN_CHUNK, 1, MAX_CHUNKS) : 1;
  }

  /** How many rows {@code block} has. */
  int keptCount(long block) {
    return (int) Math.min(keptBlock, kept.extent() - block % across * keptBlock);
  }

  /** How many elements of each row {@code unit} has. */
  int reducedCount(long unit) {
    return (int) Math.min(reducedBlock, reduced.extent() - unit % along * reducedBlock);
  }

  /** The position in its row of the first element of {@code unit}. */
  long position(long unit) {
    return unit / along * reduced.extent() + unit % along * reducedBlock;
  }

  /** Where the first row of {@code block} begins, in elements of operand {@code i}. */
  long keptOffset(int i, long block) {
    return offset(loops.outerKept(), i, block / across) + block % across * keptBlock * kept.strides()[i];
  }

  /** How much further the first element of {@code unit} is. */
  long reducedOffset(int i, long unit) {
    return offset(outerReduced, i, unit / along) + unit % along * reducedBlock * reduced.strides()[i];
  }

  private static long offset(List<Loop> dims, int i, long index) {
    long rest = index;
    long offset = 0;
    for (int d = dims.size() - 1; d >= 0; d--) {
      offset += rest % dims.get(d).extent() * dims.get(d).strides()[i];
      rest /= dims.get(d).extent();
    }
    return offset;
  }

  /** From one row to the next, in elements of operand {@code i}. */
  long keptStride(int i) {
    return kept.strides()[i];
  }

  /** From one element of a row to the next within a unit. */
  long reducedStride(int i) {
    return reduced.strides()[i];
  }
}
