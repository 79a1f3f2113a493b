package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;

/**
 * The register tile: {@code mr} rows by {@code nr} columns of accumulators, held in vector registers during the
 * k-loop, and the cache blocks around it.
 *
 * @param element {@code F32} or {@code F64}
 * @param mr rows
 * @param nr columns, a whole number of vectors
 * @param pinned whether the generated loop fences loads between rows (see {@link MicroKernelGenerator})
 */
public record RegisterTile(ElementType element, int mr, int nr, boolean pinned) {
  /** Steps of k per iteration of a full tile. */
  public static final int UNROLL = 4;

  /** Depth of a k-block: a B panel of it (32 KB with AVX2) streams through L1. */
  public static final int KC = 512;

  /** Vectors side by side in a tile row. */
  static final int VECTORS = 2;

  /** The tile for vectors of {@code vectorBits}; {@code arch} as in the system property {@code os.arch}. */
  static RegisterTile of(ElementType element, int vectorBits, String arch) {
    int lanes = vectorBits / (8 * element.bytes());
    boolean x86 = arch.equals("amd64") || arch.equals("x86_64");
    // x86 below AVX-512 has 16 vector registers: 12 sums, 2 of B, 1 of A. AVX-512 and NEON have 32, yet 12 rows make
    // the code long; 16 sums are enough to hide the latency of two multiply-add units.
    int rows = vectorBits >= 512 || !x86 ? 8 : 6;
    return new RegisterTile(element, rows, VECTORS * lanes, x86 && vectorBits <= 256);
  }

  /** Rows of A packed at a time: together with {@link #KC} about half of an L2 cache. */
  public int mc() {
    return element == ElementType.F64 ? 72 : 144;
  }

  /** Columns of B packed at a time. */
  int nc() {
    return element == ElementType.F64 ? 2048 : 4096;
  }

  /** {@code k} rounded up to the unroll of the micro-kernel; packed panels are padded with zeros to it. */
  public static int padded(int k) {
    return (k + UNROLL - 1) / UNROLL * UNROLL;
  }
}
