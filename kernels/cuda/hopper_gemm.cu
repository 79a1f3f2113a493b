// Tiles of Y = L·R by wgmma: one warpgroup asks the copy engine for slices of the operands, STAGES ahead; two others
// multiply them, half of the tile's rows each, and finish the sums. A block makes one tile after the other. The blocks
// of a cluster have tiles below each other: each fetches a part of the slice of R, for all of them.
//
// DEEP: the depth is more than MATRIX_BLOCK: sums of blocks are then added up by sums.h.
//
// Given: what hopper_wgmma.h asks for; STAGES, CLUSTER (1 or 2); TILE_STATE (what a tile's loads need), LOAD_STEP (asks
// for slice `step` at `toLhs` and `toRhs`, counted at `arrived`); VALUE(i, j, sum, result) (what is stored for a sum),
// REMAKES (whether a NaN is looked at again) and REMAKE(i, j, result); STORE_MAP (whether the output is written by the
// copy engine, through yMap, or as STORE_Y(y, at, v) at PLACE(i, j)), and the numbers rows, cols, steps, tiles, tilesM,
// tilesN: tiles of a cluster.

#define LHS_BYTES (TILE_M * TILE_K * 2)
#define RHS_BYTES (TILE_N * TILE_K * 2)
#define STAGE_BYTES (LHS_BYTES + RHS_BYTES)
#if DEEP
#define STEP_IN_BLOCK(step) ((step) % BLOCK_STEPS)
#else
#define STEP_IN_BLOCK(step) (step)
#endif
// Outputs are handed to the copy engine as boxes of 64×64, each made by 64 columns of the instruction.
#define CHUNK 64
#define CHUNKS (WGMMA_N / CHUNK)
#define CHUNK_BYTES (CHUNK * SWIZZLED_ROW)
#define STAGING_BYTES (STORE_MAP ? 2 * CHUNKS * CHUNK_BYTES : 0)
// Rows of tiles that are worked on together, for the sake of the cache.
#define BAND 8
#define WARPGROUP 128
// Row and column of the instruction for a thread's sum n of 32 (see hopper_wgmma.h), and of the box of outputs.
#define SUM_ROW(n) (firstRow + (n) % 4 / 2 * 8)
#define SUM_COL(n) ((n) / 4 * 8 + pair + (n) % 2)
#define BOX_ROW(n) (ACROSS ? SUM_COL(n) : SUM_ROW(n))
#define BOX_COL(n) (ACROSS ? SUM_ROW(n) : SUM_COL(n))
#define CONSUMER_WARPS 8
// Slices that are added up one after another.
#define BLOCK_STEPS (MATRIX_BLOCK / TILE_K)

#if HOPPER
// Coordinates of the copy engine have 32 bits, and so have tiles; only places of outputs may need more.
typedef struct {
  int batch, row, col;
} Corner;

DEVICE Corner corner_of(int tile, int tilesM, int tilesN, u32 rank) {
  const int inBatch = tile % (tilesM * tilesN);
  const int band = inBatch / (BAND * tilesN) * BAND;
  const int inBand = inBatch % (BAND * tilesN);
  const int bandRows = tilesM - band < BAND ? tilesM - band : BAND;
  Corner c;
  c.batch = tile / (tilesM * tilesN);
  c.row = ((band + inBand % bandRows) * CLUSTER + rank) * TILE_M;
  c.col = inBand / bandRows * TILE_N;
  return c;
}

// Where output (i, j) of a box lies in shared memory: rows of 128 bytes, swizzled as the copy engine expects them.
DEVICE u32 staged(int i, int j) {
  return i * SWIZZLED_ROW + ((j / 8 ^ (i & 7)) << 4) + j % 8 * 2;
}
#endif

// One block to a multiprocessor, so that registers can be given from one warpgroup to another.
extern "C" __global__ __launch_bounds__(3 * WARPGROUP, 1) void hopper_gemm(PARAMETERS) {
#if HOPPER
  u8* const shared = dynamic_shared();
  u64* const full = (u64*)(shared + STAGES * STAGE_BYTES + STAGING_BYTES);
  u64* const empty = full + STAGES;
  const u32 rank = cluster_rank();

  hopper_begin();
  if (threadIdx.x == 0) {
    for (int s = 0; s < STAGES; s++) {
      mbarrier_init(full + s, 1);
      // A stage is written by all blocks of the cluster: it is free when all have read theirs.
      mbarrier_init(empty + s, CONSUMER_WARPS * CLUSTER);
    }
    mbarrier_fence_init();
    prefetch_map(&aMap);
    prefetch_map(&bMap);
#if STORE_MAP
    prefetch_map(&yMap);
#endif
  }
  cluster_sync();

  int stage = 0;
  u32 phase = 0;
  if (threadIdx.x < WARPGROUP) {
    GIVE_REGISTERS(40);
    if (threadIdx.x == 0) {
      for (int tile = (int)blockIdx.x / CLUSTER; tile < (int)tiles; tile += (int)gridDim.x / CLUSTER) {
        const Corner corner = corner_of(tile, (int)tilesM, (int)tilesN, rank);
        TILE_STATE
        for (int step = 0; step < (int)steps; step++) {
          u64* const arrived = full + stage;
          u8* const toLhs = shared + stage * STAGE_BYTES;
          u8* const toRhs = toLhs + LHS_BYTES;
          mbarrier_wait(empty + stage, phase ^ 1);
          // All that lands here is announced here, the other block's part as well.
          mbarrier_arrive_expect(arrived, STAGE_BYTES);
          LOAD_STEP
          if (++stage == STAGES) {
            stage = 0;
            phase ^= 1;
          }
        }
      }
    }
  } else {
    TAKE_REGISTERS(232);
    const int group = threadIdx.x / WARPGROUP - 1;
    const int inGroup = threadIdx.x % WARPGROUP;
    const int lane = inGroup % 32;
    const int firstRow = inGroup / 32 * 16 + lane / 4;
    const int pair = lane % 4 * 2;
#if STORE_MAP
    u8* const staging = shared + STAGES * STAGE_BYTES + group * CHUNKS * CHUNK_BYTES;
#endif
    for (int tile = (int)blockIdx.x / CLUSTER; tile < (int)tiles; tile += (int)gridDim.x / CLUSTER) {
      float sums[SUMS];
#if DEEP
      TOTALS(SUMS)
      for (int n = 0; n < SUMS; n++) {
        CLEAR_TOTAL(n)
      }
#endif
      for (int step = 0; step < (int)steps; step++) {
        mbarrier_wait(full + stage, phase);
        const u32 lhs = shared_address(shared) + stage * STAGE_BYTES + group * GROUP_M * TILE_K * 2;
        const u32 rhs = shared_address(shared) + stage * STAGE_BYTES + LHS_BYTES;
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < TILE_K / 16; k++) {
          const u64 l = descriptor(lhs + k * NEXT_DEPTH(A_ROWS_FIRST), NEXT_ROWS(A_ROWS_FIRST), PATTERN);
          const u64 r = descriptor(rhs + k * NEXT_DEPTH(B_COLS_FIRST), NEXT_ROWS(B_COLS_FIRST), PATTERN);
          wgmma(sums, ACROSS ? r : l, ACROSS ? l : r, k > 0 || STEP_IN_BLOCK(step) > 0);
        }
        wgmma_commit();
        // The slice before has been read when only this one's products are under way.
        WGMMA_WAIT(1);
        if (step > 0 && lane < CLUSTER) {
          mbarrier_arrive_at(empty + (stage == 0 ? STAGES : stage) - 1, lane);
        }
        if (++stage == STAGES) {
          stage = 0;
          phase ^= 1;
        }
#if DEEP
        if (STEP_IN_BLOCK(step) == BLOCK_STEPS - 1 && step + 1 < (int)steps) {
          WGMMA_WAIT(0);
          hold_sums(sums);
#pragma unroll
          for (int n = 0; n < SUMS; n++) {
            ADD_TO_TOTAL(n, sums[n])
          }
        }
#endif
      }
      WGMMA_WAIT(0);
      hold_sums(sums);
#if DEEP
#pragma unroll
      for (int n = 0; n < SUMS; n++) {
        sums[n] = VALUE_OF_TOTAL(n, sums[n]);
      }
#endif
      if (lane < CLUSTER) {
        mbarrier_arrive_at(empty + (stage == 0 ? STAGES : stage) - 1, lane);
      }

      const Corner corner = corner_of(tile, (int)tilesM, (int)tilesN, rank);
      const idx batch = corner.batch;
      const int top = corner.row + group * GROUP_M;
#if STORE_MAP
      if (inGroup == 0) {
        tma_wait_read();
      }
      named_barrier(1 + group, WARPGROUP);
#endif
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
        const int boxTop = top + (ACROSS ? c * CHUNK : 0);
        const int boxLeft = corner.col + (ACROSS ? 0 : c * CHUNK);
        u32 again = 0;
#pragma unroll
        for (int n = 0; n < CHUNK / 2; n += 2) {
          real two[2];
#pragma unroll
          for (int e = 0; e < 2; e++) {
            const int i = boxTop + BOX_ROW(n + e);
            const int j = boxLeft + BOX_COL(n + e);
            const float sum = sums[c * (CHUNK / 2) + n + e];
            // Beyond the edges, the values of the edge: they are not stored.
            VALUE((i < (int)rows ? i : (int)rows - 1), (j < (int)cols ? j : (int)cols - 1), sum, two[e])
            if (REMAKES && sum != sum && i < (int)rows && j < (int)cols) {
              again |= 1u << (n + e);
            }
#if !STORE_MAP
            if (i < (int)rows && j < (int)cols) {
              STORE_Y(y, PLACE(i, j), two[e]);
            }
#endif
          }
#if STORE_MAP && ACROSS
          const u32 both = pack(two[0], two[1]);
          shared_store(staging + c * CHUNK_BYTES + staged(BOX_ROW(n), BOX_COL(n)), (u16)both);
          shared_store(staging + c * CHUNK_BYTES + staged(BOX_ROW(n + 1), BOX_COL(n + 1)), (u16)(both >> 16));
#elif STORE_MAP
          shared_store(staging + c * CHUNK_BYTES + staged(BOX_ROW(n), BOX_COL(n)), pack(two[0], two[1]));
#endif
        }
#if REMAKES
#pragma unroll 1
        for (int n = 0; again != 0; n++, again >>= 1) {
          if (again & 1) {
            const int i = boxTop + BOX_ROW(n);
            const int j = boxLeft + BOX_COL(n);
            real one;
            REMAKE(i, j, one)
#if STORE_MAP
            shared_store(staging + c * CHUNK_BYTES + staged(BOX_ROW(n), BOX_COL(n)), (u16)pack(one, one));
#else
            STORE_Y(y, PLACE(i, j), one);
#endif
          }
        }
#endif
#if STORE_MAP
        fence_async();
        named_barrier(1 + group, WARPGROUP);
        if (inGroup == 0) {
          tma_store(&yMap, staging + c * CHUNK_BYTES, boxLeft, boxTop, corner.batch);
          tma_commit();
        }
#endif
      }
    }
#if STORE_MAP
    if (inGroup == 0) {
      tma_wait_written();
    }
#endif
  }
  hopper_end();
#endif
}
