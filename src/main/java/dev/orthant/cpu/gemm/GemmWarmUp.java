package dev.orthant.cpu.gemm;

import java.lang.foreign.Arena;

/**
 * Runs the inner loops on small zeros until C2 has compiled them. Until then vector code runs in the interpreter with a
 * box for every vector, at 0.03-0.2 GF/s; calls of a few steps are enough to get it compiled.
 */
final class GemmWarmUp {
  private static final long NANOS_PER_SHAPE = 20_000_000;
  private static final int CALLS = 12_000;
  private static final long[] TAPS = new long[RegisterTile.UNROLL];

  private GemmWarmUp() {}

  /** Warms every row count of the tile, ragged ones with less patience; takes at most about half a second. */
  static void run(GemmKernels kernels) {
    RegisterTile tile = kernels.tile();
    int size = tile.element().bytes();
    long rowBytes = (long) tile.nr() * size;
    try (Arena arena = Arena.ofConfined()) {
      long a = arena.allocate((long) tile.mr() * RegisterTile.UNROLL * size, 64).address();
      long b = arena.allocate(RegisterTile.UNROLL * rowBytes, 64).address();
      long c = arena.allocate(tile.mr() * rowBytes, 64).address();
      for (int rows = tile.mr(); rows > 0; rows--) {
        int r = rows;
        repeat(rows == tile.mr() ? 12 * NANOS_PER_SHAPE : NANOS_PER_SHAPE,
            () -> kernels.micro().panel(r, RegisterTile.UNROLL, a, b, c, rowBytes));
      }
      StridedPacker byRuns = new StridedPacker(kernels.writer(), tile.element(), c, size, rowBytes);
      repeat(NANOS_PER_SHAPE,
          () -> byRuns.pack(0, tile.nr(), 0, RegisterTile.UNROLL, RegisterTile.UNROLL, tile.nr(), b));
      StridedPacker byRows = new StridedPacker(kernels.writer(), tile.element(), c, rowBytes, size);
      repeat(NANOS_PER_SHAPE,
          () -> byRows.pack(0, tile.mr(), 0, RegisterTile.UNROLL, RegisterTile.UNROLL, tile.mr(), a));
      repeat(2 * NANOS_PER_SHAPE, () -> taps(kernels, b, c));
    }
  }

  private static void taps(GemmKernels kernels, long from, long to) {
    RegisterTile tile = kernels.tile();
    int lanes = kernels.writer().lanes(tile.element());
    for (int split = (lanes + 1) / 2; split <= lanes; split += Math.max(1, lanes / 2)) {
      kernels.writer().gatherTaps(tile.element(), from, from, split, TAPS, 0, RegisterTile.UNROLL, tile.nr(), to);
    }
  }

  private static void repeat(long nanos, Runnable call) {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS && System.nanoTime() - start < nanos; i++) {
      call.run();
    }
  }
}
