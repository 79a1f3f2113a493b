package dev.orthant.gpu;

import java.util.List;

/**
 * How {@code kernels/cuda/hopper_gemm.cu} cuts a product: blocks make 128×{@code n} outputs at a time, {@code cluster} neighbours one below the
 * other, from slices of depth 64.
 *
 * @param n columns: 64, 128 or 256
 * @param cluster blocks that share what they fetch of the right operand: 1 or 2
 */
record HopperTile(int n, int cluster) {
  static final int M = 128;
  static final int K = 64;
  /** Outputs are copied in pieces of 64×64. */
  static final int CHUNK = 64;
  /** Work-items of a group: one warpgroup fetches, two multiply. */
  static final int ITEMS = 384;
  /** Slices that are fetched ahead at most. */
  static final int MOST_STAGES = 6;

  /** Of an H100 or H200 (SXM); a PCIe card has 114. A tile is chosen by this, so that the choice is the call's alone. */
  private static final int UNITS = 132;
  private static final int ELEMENT_BYTES = 2;
  /** Two barriers to a stage. */
  private static final int BARRIER_BYTES = 16;
  /** The swizzle's patterns begin at multiples of 1024. */
  private static final int ALIGNMENT = 1024;
  /** Below as many rows of tiles an odd one would leave too much of a cluster idle. */
  private static final long FEW_ROWS = 8;

  /** A tile's width and how long it takes, relative to the widest: narrow ones read shared memory more often for what they compute. */
  private record Candidate(int n, double time) {}

  private static final List<Candidate> CANDIDATES =
      List.of(new Candidate(256, 1), new Candidate(128, 0.55), new Candidate(64, 0.32));

  /** The one place that chooses: the tile with which {@code batch} products of that extent are made soonest. */
  static HopperTile choose(long rows, long cols, long batch) {
    long rowTiles = Math.ceilDiv(rows, M);
    boolean pairs = rowTiles % 2 == 0 || rowTiles >= FEW_ROWS;
    HopperTile best = new HopperTile(CHUNK, 1);
    double least = Double.POSITIVE_INFINITY;
    for (Candidate c : CANDIDATES) {
      HopperTile tile = new HopperTile(c.n, pairs && c.n > CHUNK ? 2 : 1);
      double blocks = (double) tile.tilesM(rows) * tile.cluster * tile.tilesN(cols) * batch;
      double time = Math.ceil(blocks / UNITS) * c.time;
      if (time < least) {
        least = time;
        best = tile;
      }
    }
    return best;
  }

  /** Rows of tiles of a cluster. */
  long tilesM(long rows) {
    return Math.ceilDiv(rows, (long) M * cluster);
  }

  long tilesN(long cols) {
    return Math.ceilDiv(cols, n);
  }

  /** Columns that a block fetches for its cluster. */
  int share() {
    return n / cluster;
  }

  private int stageBytes() {
    return (M + n) * K * ELEMENT_BYTES + BARRIER_BYTES;
  }

  private int fixedBytes(boolean staged) {
    return ALIGNMENT + (staged ? M * n * ELEMENT_BYTES : 0);
  }

  /**
   * How many slices are fetched ahead where a group has that much shared memory; fewer than 2 do not work.
   *
   * @param staged whether outputs pass through shared memory
   */
  int stages(int sharedBytes, boolean staged) {
    return Math.min(MOST_STAGES, (sharedBytes - fixedBytes(staged)) / stageBytes());
  }

  /** Shared memory of a group. */
  int sharedBytes(int stages, boolean staged) {
    return fixedBytes(staged) + stages * stageBytes();
  }

  /** The grid for that many tiles of a cluster: as many groups as run at a time. */
  Grid grid(long tiles, int units, int stages, boolean staged) {
    long clusters = Math.min(tiles, Math.max(1, units / cluster));
    return new Grid(clusters * cluster, ITEMS, sharedBytes(stages, staged), cluster);
  }
}
