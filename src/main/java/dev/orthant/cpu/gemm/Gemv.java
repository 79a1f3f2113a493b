package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.reference.CompensatedSum;
import org.jspecify.annotations.Nullable;

/**
 * Products with one row or one column. Nothing is used twice, so nothing is packed: the matrix streams by once, as sums
 * of scaled runs where rows or columns of the result are adjacent in memory, as dot products where k is. A long k is
 * summed in blocks, whose sums are added with compensation.
 */
final class Gemv {
  /** Sums per task: they stay in L1. Fixed, like the order of summation, so that threads do not change bits. */
  private static final int CHUNK = 1024;

  /** Runs of the matrix that are scaled and added in one pass over the sums. */
  static final int RUNS = 4;

  /** Products of a block of a dot product, which is several chains side by side. */
  static final int DOT = 4096;

  /** Runs of a block, which are one chain. */
  private static final int BLOCK = RegisterTile.KC;

  private final PanelWriter writer;
  private final Gemm.Product product;
  private final StridedPacker matrix;
  private final StridedPacker vector;
  private final boolean row;
  private final long count;
  private final int size;

  private Gemv(PanelWriter writer, Gemm.Product product, StridedPacker a, StridedPacker b) {
    this.writer = writer;
    this.product = product;
    this.row = product.m() == 1;
    this.matrix = row ? b : a;
    this.vector = row ? a : b;
    this.count = row ? product.n() : product.m();
    this.size = matrix.storage().compute().bytes();
  }

  /** The product as matrix times vector, or null if it is not one that this class computes. */
  static @Nullable Gemv of(PanelWriter writer, Gemm.Product product) {
    if ((product.m() != 1 && product.n() != 1) || product.k() > Integer.MAX_VALUE / 8
        || !(product.a() instanceof StridedPacker a) || !(product.b() instanceof StridedPacker b)) {
      return null;
    }
    Gemv gemv = new Gemv(writer, product, a, b);
    return gemv.runs() || gemv.dots() ? gemv : null;
  }

  /** A single sum is a dot product, whatever else it is. */
  private boolean asRuns() {
    return runs() && !(count == 1 && dots());
  }

  private boolean runs() {
    return matrix.iStride() == matrix.storage().bytes();
  }

  private boolean dots() {
    return matrix.kStride() == matrix.storage().bytes();
  }

  /** Computes it; on this thread if {@code pool} is null. */
  void execute(@Nullable WorkerPool pool, Scratch scratch) {
    int k = (int) product.k();
    long x = scratch.get(Scratch.Slot.PARTIAL, (long) k * size);
    writer.gatherLanes(vector.storage(), vector.address(), 0, vector.kStride(), k, 1, 1, x);
    long tasks = (count + CHUNK - 1) / CHUNK;
    if (pool == null) {
      for (long task = 0; task < tasks; task++) {
        chunk(task * CHUNK, k, x, scratch);
      }
    } else {
      pool.parallel(tasks, (task, own) -> chunk(task * CHUNK, k, x, own));
    }
  }

  private void chunk(long first, int k, long x, Scratch own) {
    int n = (int) Math.min(CHUNK, count - first);
    long acc = own.get(Scratch.Slot.TILE, 3L * CHUNK * size);
    if (asRuns()) {
      runs(first, n, k, x, acc, own);
    } else {
      dots(first, n, k, x, acc, own);
    }
    TileEpilogue epilogue = product.epilogue();
    if (epilogue != null && row) {
      epilogue.apply(acc, (long) n * size, 0, first, 1, n);
    } else if (epilogue != null) {
      epilogue.apply(acc, size, first, 0, n, 1);
    } else {
      store(first, n, acc);
    }
  }

  private void store(long first, int n, long acc) {
    Gemm.Output output = product.output();
    if (output != null) {
      long step = row ? size : output.rowStride();
      writer.copyRows(acc, size, output.address() + first * step, step, n, size);
    }
  }

  private void runs(long first, int n, int k, long x, long acc, Scratch own) {
    if (k <= 2 * BLOCK) {
      addRuns(first, n, 0, k, x, acc, own);
      return;
    }
    ElementType element = matrix.storage().compute();
    long sums = acc + (long) CHUNK * size;
    long errors = sums + (long) CHUNK * size;
    Raw.zero(sums, 2L * CHUNK * size);
    for (int p = 0; p < k; p += BLOCK) {
      addRuns(first, n, p, Math.min(k, p + BLOCK), x, acc, own);
      writer.addCompensated(element, acc, sums, errors, n);
    }
    writer.settle(element, sums, errors, acc, n);
  }

  /** The sums over {@code from … k}, one chain for each. */
  private void addRuns(long first, int n, int from, int k, long x, long acc, Scratch own) {
    Raw.zero(acc, (long) n * size);
    ElementType element = matrix.storage().compute();
    long converted = element == matrix.storage() ? 0 : own.get(Scratch.Slot.A, (long) RUNS * CHUNK * size);
    for (int p = from; p < k; p += RUNS) {
      int runs = Math.min(RUNS, k - p);
      long run = matrix.address() + first * matrix.iStride() + p * matrix.kStride();
      long stride = matrix.kStride();
      if (converted != 0) {
        writer.copyRuns(matrix.storage(), run, stride, runs, n, n, converted);
        run = converted;
        stride = (long) n * size;
      }
      writer.addScaled(element, x + (long) p * size, run, stride, runs, n, acc);
    }
  }

  private void dots(long first, int n, int k, long x, long acc, Scratch own) {
    ElementType element = matrix.storage().compute();
    long converted = element == matrix.storage() ? 0 : own.get(Scratch.Slot.A, (long) k * size);
    for (int i = 0; i < n; i++) {
      long from = matrix.address() + (first + i) * matrix.iStride();
      if (converted != 0) {
        writer.copyRuns(matrix.storage(), from, 0, 1, k, k, converted);
        from = converted;
      }
      if (k <= DOT) {
        writer.dot(element, from, x, k, acc + (long) i * size);
      } else {
        dot(element, from, x, k, acc + (long) i * size);
      }
    }
  }

  /** A dot product in blocks. */
  private void dot(ElementType element, long from, long x, int k, long to) {
    CompensatedSum sum = new CompensatedSum();
    for (int p = 0; p < k; p += DOT) {
      long at = (long) p * size;
      writer.dot(element, from + at, x + at, Math.min(DOT, k - p), to);
      sum.add(element == ElementType.F64 ? Raw.getDouble(to) : Raw.getFloat(to));
    }
    if (element == ElementType.F64) {
      Raw.putDouble(to, sum.value());
    } else {
      Raw.putFloat(to, (float) sum.value());
    }
  }
}
