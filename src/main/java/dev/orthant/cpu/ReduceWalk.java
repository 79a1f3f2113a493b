package dev.orthant.cpu;

import dev.orthant.op.ReduceLoops;
import dev.orthant.op.ReduceLoops.Loop;
import java.util.List;

/**
 * How a reduction goes through its elements: its loops, cut into blocks of rows and units of a row. All of it follows from
 * shapes, so the order of summation does too.
 *
 * <p>The innermost axis is that of the columns of a rectangle; the innermost axis of the other sort (kept or reduced) is that of its rows.
 */
final class ReduceWalk {
  /** Elements of a rectangle: results of a formula stay in cache. */
  static final int UNIT = 1 << 13;
  /** Kept columns side by side, when there is a choice. */
  private static final int COLUMNS = 256;
  /** Fewer blocks than this would leave threads without work; long rows are then cut. */
  private static final int FEW_BLOCKS = 16;
  private static final int MOST_CHUNKS = 32;
  private static final int UNITS_IN_CHUNK = 4;
  private static final long WORTH_CUTTING = 1 << 17;

  private final ReduceLoops loops;
  private final Loop kept;
  private final Loop reduced;
  private final int keptBlock;
  private final int reducedBlock;
  private final long across;
  private final long along;

  ReduceWalk(ReduceLoops loops) {
    this.loops = loops;
    this.kept = loops.kept();
    this.reduced = loops.reduced();
    if (loops.inner()) {
      this.reducedBlock = Math.clamp(reduced.extent(), 1, UNIT);
      this.keptBlock = (int) Math.clamp(UNIT / reducedBlock, 1, Math.max(1, kept.extent()));
    } else {
      long most = Math.clamp(UNIT / Math.max(1, reduced.extent()), COLUMNS, UNIT);
      long blocks = Math.max(1, ceil(kept.extent(), most));
      this.keptBlock = (int) Math.clamp((ceil(kept.extent(), blocks) + 15) / 16 * 16, 1, Math.max(1, kept.extent()));
      this.reducedBlock = (int) Math.clamp(UNIT / keptBlock, 1, Math.max(1, reduced.extent()));
    }
    this.across = ceil(kept.extent(), keptBlock);
    this.along = ceil(reduced.extent(), reducedBlock);
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }

  /** Whether the columns of a rectangle are reduced (and its rows kept), rather than the reverse. */
  boolean inner() {
    return loops.inner();
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
    return loops.reducedLines() * along;
  }

  /** Into how many parts each row is cut, so that threads may share it: 1 when there are enough rows. */
  int chunks() {
    boolean cut = blocks() < FEW_BLOCKS && blocks() * units() * keptBlock * reducedBlock >= WORTH_CUTTING;
    return cut ? Math.clamp(units() / UNITS_IN_CHUNK, 1, MOST_CHUNKS) : 1;
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
    return offset(loops.outerReduced(), i, unit / along) + unit % along * reducedBlock * reduced.strides()[i];
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
