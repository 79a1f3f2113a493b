package dev.orthant.cpu.reduce;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.reduce.ReduceKernels.Compiled;
import dev.orthant.cpu.reduce.ReduceKernels.Results;
import dev.orthant.cpu.reduce.ReduceKernels.Stage;
import dev.orthant.op.Reduce.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The work of one thread on one block of rows. Formulas are computed over a rectangle into scratch memory and folded
 * there in halves of halves, which vectors do well and which keeps the rounding error small; the last few numbers are
 * added in double.
 */
final class ReduceWork {
  /** Columns that are folded by vectors; fewer are added one by one. */
  private static final int FOLDED = 64;

  private final ReduceKernels plan;
  private final ReduceWalk walk;
  private final long[] addresses;
  private final double[] scalars;
  private final boolean f64;
  private final int size;
  private final int operands;
  private final Scratch scratch;
  private long ping;
  private long pong;
  private final long converted;
  /**
   * Of each formula input in the present rectangle: first element, from row to row, from one element of a reduced row
   * to the next.
   */
  private final long[] at;
  private final long[] rowStrides;
  private final long[] foldStrides;
  private long block;
  private int keptCount;
  /** Of the rectangle, where columns are kept. */
  private int columns;
  private long stageValues;

  ReduceWork(ReduceKernels plan, long[] addresses, double[] scalars, Scratch scratch) {
    this.plan = plan;
    this.walk = plan.walk();
    this.addresses = addresses;
    this.scalars = scalars;
    this.scratch = scratch;
    this.f64 = plan.compute() == DType.F64;
    this.size = plan.compute().size();
    this.operands = plan.inputs().size();
    int numbers = plan.position() + 1;
    this.at = new long[numbers];
    this.rowStrides = new long[numbers];
    this.foldStrides = new long[numbers];
    long area = (long) ReduceWalk.UNIT * size;
    this.ping = scratch.get(Scratch.Slot.A, area);
    this.pong = scratch.get(Scratch.Slot.B, area);
    this.converted = scratch.get(Scratch.Slot.TILE, area * (numbers + plan.outputs().size()));
  }

  /**
   * Bytes for the stages' values of a block: one for each row and, where columns come in groups, again one for each
   * column.
   */
  static long stageBytes(ReduceKernels plan) {
    int block = plan.walk().keptBlock();
    long values = plan.walk().group() == 1 ? block : block + plan.walk().columns(block);
    return Math.max(1, plan.stages().size()) * values * plan.compute().size();
  }

  /** Bytes for the sums of a block, and for what their additions round away. */
  static long sumBytes(ReduceKernels plan) {
    return 2 * errors(plan);
  }

  /** Bytes from a sum of a block to what its additions have rounded away: kept of F64, which nothing wider sums. */
  static long errors(ReduceKernels plan) {
    return (long) plan.walk().columns(plan.walk().keptBlock()) * Double.BYTES;
  }

  /** Turns to a block; its stages' values are kept at {@code values}. */
  void turnTo(long number, long values) {
    block = number;
    keptCount = walk.keptCount(number);
    columns = walk.columns(keptCount);
    stageValues = values;
  }

  /** Everything of a block. */
  void whole(long number) {
    long sums = scratch.get(Scratch.Slot.PARTIAL, sumBytes(plan) + stageBytes(plan));
    turnTo(number, sums + sumBytes(plan));
    for (int j = 0; j < plan.stages().size(); j++) {
      reduce(j, 0, walk.units(), sums);
      finish(j, sums);
    }
    storeElements(0, walk.units());
    storeRows();
  }

  /** Stage {@code j} over some units of the block's rows: what they sum up to. */
  void reduce(int j, long first, long last, long sums) {
    Stage stage = plan.stages().get(j);
    ReduceSums.fill(sums, columns, ReduceSums.identity(stage.kind()));
    ReduceSums.fill(sums + errors(plan), columns, 0);
    for (long u = first; u < last; u++) {
      rectangle(u, stage.inputs());
      if (walk.inner()) {
        columns(stage, walk.reducedCount(u), sums);
      } else {
        rows(stage, walk.reducedCount(u), sums);
      }
    }
  }

  /** Makes the sums of stage {@code j} its values. */
  void finish(int j, long sums) {
    Kind kind = plan.stages().get(j).kind();
    int group = walk.group();
    for (int i = 0; i < keptCount; i++) {
      double s = ReduceSums.settled(kind, sums + 8L * i * group, errors(plan));
      for (int g = 1; g < group; g++) {
        s = ReduceSums.combine(kind, s, ReduceSums.settled(kind, sums + 8L * (i * group + g), errors(plan)));
      }
      double value = kind == Kind.MEAN ? s / (double) walk.length() : s;
      // One NaN: whose bits a sum hands on is left to chance.
      double stored = Double.isNaN(value) ? Double.NaN : value;
      ReduceSums.put(f64, stageValue(j), i, stored);
      if (group > 1) {
        ReduceSums.putAll(f64, spreadValue(j), i * group, group, stored);
      }
    }
  }

  private long stageValue(int j) {
    return stageValues + (long) j * walk.keptBlock() * size;
  }

  /** The same at every column. */
  private long spreadValue(int j) {
    long rows = (long) plan.stages().size() * walk.keptBlock();
    return walk.group() == 1 ? stageValue(j)
        : stageValues + (rows + (long) j * walk.columns(walk.keptBlock())) * size;
  }

  // ---- where operands lie
  // --------------------------------------------------------------------------------------------

  /** Finds the given formula inputs in the rectangle of a unit; those of other types are converted. */
  private void rectangle(long unit, int[] inputs) {
    int reducedCount = walk.reducedCount(unit);
    int rows = walk.inner() ? keptCount : reducedCount;
    int width = walk.inner() ? reducedCount : columns;
    for (int i : inputs) {
      if (i < operands) {
        DType type = plan.inputs().get(i).dtype();
        long row = (walk.inner() ? walk.keptStride(i) : walk.reducedStride(i)) * type.size();
        long from = addresses[i] + (walk.keptOffset(i, block) + walk.reducedOffset(i, unit)) * type.size();
        boolean spread = walk.isSpread(i);
        int count = plan.isConstant(i) ? 1 : spread ? keptCount : width;
        place(i, type, from, row, rows, count, spread ? walk.group() : 1);
      } else if (i == plan.position()) {
        at[i] = area(i);
        rowStrides[i] = walk.inner() ? 0 : size;
        for (int p = 0; p < reducedCount; p++) {
          ReduceSums.put(f64, at[i], p, (double) (walk.position(unit) + p));
        }
      } else {
        at[i] = spreadValue(i - operands);
        rowStrides[i] = walk.inner() ? size : 0;
      }
      foldStrides[i] = !walk.inner() ? rowStrides[i] : plan.isConstant(i) ? 0 : own(i);
    }
  }

  /** @param group how many columns each of the {@code count} elements stands for */
  private void place(int i, DType type, long from, long row, int rows, int count, int group) {
    at[i] = from;
    rowStrides[i] = row;
    if (group > 1 || !plan.isDirect(type)) {
      at[i] = area(i);
      rowStrides[i] = row == 0 ? 0 : (long) count * group * size;
      for (int r = 0; r < (row == 0 ? 1 : rows); r++) {
        MemorySegment source = Raw.ALL.asSlice(from + r * row, (long) count * type.size());
        for (int c = 0; c < count; c++) {
          ReduceSums.putAll(f64, at[i] + r * rowStrides[i], c * group, group, type.get(source, c));
        }
      }
    }
  }

  private long area(int number) {
    return converted + (long) number * ReduceWalk.UNIT * size;
  }

  private int own(int i) {
    return i < operands && plan.isDirect(plan.inputs().get(i).dtype()) ? plan.inputs().get(i).dtype().size() : size;
  }

  // ---- stages
  // --------------------------------------------------------------------------------------------------------

  /** Each row of the rectangle becomes a number. */
  private void columns(Stage stage, int count, long sums) {
    int n = count;
    if (stage.folding() != null && n >= FOLDED && n % ReduceKernels.FAN == 0) {
      n /= ReduceKernels.FAN;
      run(stage.folding(), keptCount, n, 0, n, ping, (long) n * size);
    } else {
      run(stage.plain(), keptCount, n, 0, 0, ping, (long) n * size);
    }
    while (n >= FOLDED) {
      n = foldColumns(stage, n);
    }
    for (int i = 0; i < keptCount; i++) {
      double row = ReduceSums.run(stage.kind(), f64, ping + (long) i * n * size, n);
      ReduceSums.add(stage.kind(), f64, row, sums + 8L * i, errors(plan));
    }
  }

  private int foldColumns(Stage stage, int n) {
    int quarter = n / ReduceKernels.FAN;
    long row = (long) quarter * size;
    long[] four = {ping, ping + row, ping + 2 * row, ping + 3 * row, pong};
    long[] strides = new long[ReduceKernels.FAN + 1];
    Arrays.fill(strides, (long) n * size);
    strides[ReduceKernels.FAN] = row;
    stage.fold().kernel().run(keptCount, quarter, four, strides, scalars);
    for (int p = ReduceKernels.FAN * quarter; p < n; p++) {
      for (int i = 0; i < keptCount; i++) {
        int to = i * quarter + p - ReduceKernels.FAN * quarter;
        double both = ReduceSums.combine(stage.kind(), ReduceSums.get(f64, pong, to),
            ReduceSums.get(f64, ping, i * n + p));
        ReduceSums.put(f64, pong, to, both);
      }
    }
    swap();
    return quarter;
  }

  /** Each column of the rectangle becomes a number. */
  private void rows(Stage stage, int count, long sums) {
    long row = (long) columns * size;
    int n = count;
    if (stage.folding() != null && n >= ReduceKernels.FAN) {
      int quarter = n / ReduceKernels.FAN;
      int rest = n - ReduceKernels.FAN * quarter;
      run(stage.folding(), quarter, columns, 0, quarter, ping, row);
      run(stage.plain(), rest, columns, (long) ReduceKernels.FAN * quarter, 0, ping + quarter * row, row);
      n = quarter + rest;
    } else {
      run(stage.plain(), n, columns, 0, 0, ping, row);
    }
    while (n >= ReduceKernels.FAN) {
      int quarter = n / ReduceKernels.FAN;
      int rest = n - ReduceKernels.FAN * quarter;
      long part = quarter * row;
      stage.fold().kernel().run(1, (long) quarter * columns,
          new long[] {ping, ping + part, ping + 2 * part, ping + 3 * part, pong}, new long[ReduceKernels.FAN + 1],
          scalars);
      Raw.copy(ping + ReduceKernels.FAN * part, pong + part, rest * row);
      n = quarter + rest;
      swap();
    }
    ReduceSums.addRows(stage.kind(), f64, ping, n, columns, sums, errors(plan));
  }

  private void swap() {
    long other = ping;
    ping = pong;
    pong = other;
  }

  /**
   * A stage's formula over a part of the rectangle.
   *
   * @param from the first element of the reduced rows
   * @param part how many elements lie between the parts that are folded
   */
  private void run(Compiled c, int rows, int columns, long from, long part, long to, long toStride) {
    int n = c.inputs().length;
    long[] first = new long[n + 1];
    long[] strides = new long[n + 1];
    for (int k = 0; k < n; k++) {
      int i = c.inputs()[k];
      first[k] = at[i] + (from + c.parts()[k] * part) * foldStrides[i];
      strides[k] = rowStrides[i];
    }
    first[n] = to;
    strides[n] = toStride;
    run(c, rows, columns, first, strides);
  }

  /** Rows that lie behind one another are one. */
  private void run(Compiled c, int rows, int columns, long[] first, long[] strides) {
    boolean one = true;
    for (int k = 0; k < strides.length; k++) {
      one &= strides[k] == (c.constant()[k] ? 0 : (long) columns * c.bytes()[k]);
    }
    if (one) {
      c.kernel().run(1, (long) rows * columns, first, strides, scalars);
    } else {
      c.kernel().run(rows, columns, first, strides, scalars);
    }
  }

  // ---- results
  // -------------------------------------------------------------------------------------------------------

  /** The results at each element of some units. */
  void storeElements(long firstUnit, long lastUnit) {
    Results r = plan.perElement();
    if (r == null) {
      return;
    }
    for (long u = firstUnit; u < lastUnit; u++) {
      rectangle(u, r.inputs());
      int rows = walk.inner() ? keptCount : walk.reducedCount(u);
      int width = walk.inner() ? walk.reducedCount(u) : columns;
      long row = walk.inner() ? walk.keptStride(operands) : walk.reducedStride(operands);
      store(r, rows, width, walk.keptOffset(operands, block) + walk.reducedOffset(operands, u), row);
    }
  }

  /** The results for each row of the block. */
  void storeRows() {
    Results r = plan.perRow();
    if (r == null) {
      return;
    }
    for (int i : r.inputs()) {
      if (i < operands) {
        DType type = plan.inputs().get(i).dtype();
        int count = walk.keptStride(i) == 0 ? 1 : keptCount;
        place(i, type, addresses[i] + walk.keptOffset(i, block) * type.size(), 0, 1, count, 1);
      } else {
        at[i] = stageValue(i - operands);
        rowStrides[i] = 0;
      }
    }
    store(r, 1, keptCount, walk.keptOffset(operands + 1, block), 0);
  }

  /**
   * @param element the first, of each output
   * @param row elements from one row to the next
   */
  private void store(Results r, int rows, int columns, long element, long row) {
    Compiled c = r.kernel();
    int n = c.inputs().length;
    long[] first = new long[n + r.outputs().length];
    long[] strides = new long[first.length];
    for (int k = 0; k < n; k++) {
      first[k] = at[c.inputs()[k]];
      strides[k] = rowStrides[c.inputs()[k]];
    }
    for (int k = 0; k < r.outputs().length; k++) {
      DType type = plan.outputs().get(r.outputs()[k]).dtype();
      boolean direct = plan.isDirect(type);
      first[n + k] = direct ? output(r.outputs()[k], element) : area(at.length + k);
      strides[n + k] = direct ? row * type.size() : (long) columns * size;
    }
    run(c, rows, columns, first, strides);
    for (int k = 0; k < r.outputs().length; k++) {
      DType type = plan.outputs().get(r.outputs()[k]).dtype();
      if (!plan.isDirect(type)) {
        for (int i = 0; i < rows; i++) {
          convert(first[n + k] + i * strides[n + k], columns, type, output(r.outputs()[k], element + i * row));
        }
      }
    }
  }

  private long output(int number, long element) {
    return addresses[operands + number] + element * plan.outputs().get(number).dtype().size();
  }

  private void convert(long from, int count, DType type, long to) {
    MemorySegment target = Raw.ALL.asSlice(to, (long) count * type.size());
    for (int c = 0; c < count; c++) {
      type.set(target, c, ReduceSums.get(f64, from, c));
    }
  }
}
