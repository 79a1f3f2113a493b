package dev.orthant.cuda.kernels;

import dev.orthant.gpu.driver.Grid;
import dev.orthant.op.Summation;
import java.util.List;

/**
 * How {@code kernels/cuda/hopper_gemm.cu} cuts a product: blocks make {@code m}×{@code n} outputs at a time from slices
 * of depth 64; {@code cluster} neighbours have tiles below each other and share what they fetch of the right operand.
 *
 * @param m 128; or 256, where rows lie across the instruction, which takes up to 256 columns and 64 rows
 * @param n 64, 128 or 256 for 128 rows, 64 for 256
 * @param cluster 1 or 2
 */
record HopperTile(int m, int n, int cluster) {
  static final int K = 64;
  private static final int TALL = 256;
  /** Outputs are copied in pieces of 64×64. */
  static final int CHUNK = 64;
  /** Work-items of a group: one warpgroup fetches, two multiply. */
  static final int ITEMS = 384;
  /** Slices that are fetched ahead at most. */
  static final int MAX_STAGES = 6;

  /**
   * Of an H100 or H200 (SXM); a PCIe card has 114. A tile is chosen by this, so that the choice is the call's alone.
   */
  private static final int UNITS = 132;
  private static final int ELEMENT_BYTES = 2;
  /** Two barriers to a stage. */
  private static final int BARRIER_BYTES = 16;
  /** The swizzle's patterns begin at multiples of 1024. */
  private static final int ALIGNMENT = 1024;
  /** Below as many rows of tiles an odd one would leave too much of a cluster idle. */
  private static final long FEW_ROWS = 8;

  /**
   * A tile and how long it takes, relative to the largest: small ones read shared memory more often for what they
   * compute.
   */
  private record Candidate(int m, int n, double time) {}

  private static final List<Candidate> CANDIDATES = List.of(new Candidate(128, 256, 1), new Candidate(128, 128, 0.55),
      new Candidate(256, 64, 0.56), new Candidate(128, 64, 0.33));

  /** The one place that chooses: the tile with which {@code batch} products of that extent are made soonest. */
  static HopperTile choose(long rows, long cols, long batch) {
    HopperTile best = new HopperTile(128, CHUNK, 1);
    double least = Double.POSITIVE_INFINITY;
    for (Candidate c : CANDIDATES) {
      long rowTiles = Math.ceilDiv(rows, c.m);
      boolean pairs = c.n > CHUNK && (rowTiles % 2 == 0 || rowTiles >= FEW_ROWS);
      HopperTile tile = new HopperTile(c.m, c.n, pairs ? 2 : 1);
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
    return Math.ceilDiv(rows, (long) m * cluster);
  }

  long tilesN(long cols) {
    return Math.ceilDiv(cols, n);
  }

  /** Whether that many slices are more than may be added up one after another. */
  static boolean isDeep(long slices) {
    return slices * K > Summation.MATRIX_UNIT.block();
  }

  /** Columns that a block fetches for its cluster. */
  int share() {
    return n / cluster;
  }

  /** Whether rows of outputs are columns of the instruction. */
  boolean across() {
    return m == TALL;
  }

  /** Columns of the instruction. */
  int instruction() {
    return across() ? m / 2 : n;
  }

  private int stageBytes() {
    return (m + n) * K * ELEMENT_BYTES + BARRIER_BYTES;
  }

  private int fixedBytes(boolean staged) {
    return ALIGNMENT + (staged ? m * n * ELEMENT_BYTES : 0);
  }

  /**
   * How many slices are fetched ahead where a group has that much shared memory; fewer than 2 do not work.
   *
   * @param staged whether outputs pass through shared memory
   */
  int stages(int sharedBytes, boolean staged) {
    return Math.min(MAX_STAGES, (sharedBytes - fixedBytes(staged)) / stageBytes());
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
