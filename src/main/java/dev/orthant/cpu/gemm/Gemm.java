package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products {@code C[m, n] = epilogue(Σ_k A[m, k]·B[k, n])} in {@code F32} or {@code F64}.
 *
 * <p>Blocked as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a k-block of B is
 * packed into panels that all threads share, each thread packs blocks of A for itself, the micro-kernel multiplies one
 * panel of B with a block of A. A finished panel goes through the epilogue while it lies in L1.
 *
 * <p>Each element is a sum of blocks of {@link RegisterTile#KC} products, each block one chain of fused multiply-adds
 * in rising k, whatever the threads: the same call gives the same bits. A few blocks are added one to the next, many
 * with compensation, so that the error does not grow with k.
 */
public final class Gemm {
  /** Blocks of k that are added one to the next; more of them with compensation. */
  static final int FEW_BLOCKS = 8;

  /** Multiply-adds below which other threads are not asked. */
  public static final long SERIAL = 1_000_000;

  private final RegisterTile tile;
  private final GemmKernels kernels;
  private final WorkerPool pool;

  public Gemm(GemmKernels kernels, WorkerPool pool) {
    this.tile = kernels.tile();
    this.kernels = kernels;
    this.pool = pool;
  }

  RegisterTile tile() {
    return tile;
  }

  /**
   * One product. At least one of {@code output} and {@code epilogue} is given. With an output, partial sums lie in it
   * between k-blocks, and finished ones if there is no epilogue; an epilogue stores by itself, where it wants.
   *
   * @param m rows of A and C; {@code n} columns of B and C; {@code k} depth; each ≥ 0. Zero depth gives zero sums
   * @param a packs A by rows; a {@link PackedOperand} of width {@link RegisterTile#mr()} is used in place, and B is
   *     then packed by whoever needs it, a few columns at a time: good for few rows
   * @param b packs B by columns; a {@link PackedOperand} of width {@link RegisterTile#nr()} is used in place
   */
  public record Product(
      long m, long n, long k, PanelPacker a, PanelPacker b, @Nullable Output output, @Nullable TileEpilogue epilogue) {
    public Product {
      if (m < 0 || n < 0 || k < 0) {
        throw new IllegalArgumentException("matrix product of negative size: m " + m + ", n " + n + ", k " + k);
      }
      if (output == null && epilogue == null) {
        throw new IllegalArgumentException("matrix product without output or epilogue");
      }
    }

    /** Multiply-adds, saturating. */
    double work() {
      return (double) m * n * Math.max(k, 1);
    }
  }

  /**
   * C in memory, row-major, in the compute type.
   *
   * @param rowStride bytes from one row to the next
   */
  public record Output(long address, long rowStride) {}

  /** Computes one product on all threads, or on this one alone if it is small. */
  public void run(Product product) {
    Scratch scratch = pool.borrow();
    try {
      boolean shared = product.work() >= SERIAL && pool.threads() > 1;
      execute(product, shared ? pool : null, scratch);
    } finally {
      pool.giveBack(scratch);
    }
  }

  /** Computes independent products: whole ones side by side if there are many or they are small, else each on all. */
  public void runAll(long count, LongFunction<Product> products) {
    if (count == 0) {
      return;
    }
    boolean many = count >= 4L * pool.threads();
    if (count == 1 || pool.threads() == 1 || (!many && products.apply(0).work() >= SERIAL)) {
      for (long i = 0; i < count; i++) {
        run(products.apply(i));
      }
    } else {
      pool.parallel(count, (i, scratch) -> runSerial(products.apply(i), scratch));
    }
  }

  /** Computes one product on this thread, in the given work memory. For use inside a pool's task. */
  public void runSerial(Product product, Scratch scratch) {
    execute(product, null, scratch);
  }

  private void execute(Product product, @Nullable WorkerPool workers, Scratch scratch) {
    Gemv gemv = Gemv.of(kernels.writer(), product);
    if (gemv != null) {
      gemv.execute(workers, scratch);
    } else {
      new GemmRun(kernels, product, workers, scratch).execute();
    }
  }

  /** The bytes that {@link #packA} writes. */
  public long packedABytes(long m, long k) {
    return PackedOperand.bytes(tile, tile.mr(), m, k);
  }

  /** The bytes that {@link #packB} writes. */
  public long packedBBytes(long n, long k) {
    return PackedOperand.bytes(tile, tile.nr(), n, k);
  }

  /** Packs an A of m rows and depth k to {@code address}, for use in any number of products. */
  public PackedOperand packA(PanelPacker a, long m, long k, long address) {
    return packWhole(a, m, k, tile.mr(), address);
  }

  /** Packs a B of n columns and depth k to {@code address}, for use in any number of products. */
  public PackedOperand packB(PanelPacker b, long n, long k, long address) {
    return packWhole(b, n, k, tile.nr(), address);
  }

  private PackedOperand packWhole(PanelPacker source, long count, long k, int width, long address) {
    PackedOperand packed = new PackedOperand(tile.element(), address, width, count, k);
    int step = width * 16;
    long perBlock = (count + step - 1) / step;
    long blocks = (k + RegisterTile.KC - 1) / RegisterTile.KC;
    WorkerPool.Task task = (i, _) -> {
      long first = i % perBlock * step;
      long k0 = i / perBlock * RegisterTile.KC;
      int depth = (int) Math.min(RegisterTile.KC, k - k0);
      int n = (int) Math.min(step, count - first);
      source.pack(first, n, k0, depth, RegisterTile.padded(depth), width, packed.panel(first, k0));
    };
    pool.parallel(perBlock * blocks, task);
    return packed;
  }
}
