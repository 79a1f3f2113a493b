// Tiles of Y = L·R on matrix units: a group makes TILE_M×TILE_N sums from slices of the operands that pass through
// shared memory, STAGES of them, copied while others are multiplied; a warp makes WARP_M×WARP_N of them, reading a
// step's fragments while it multiplies those of the step before.
//
// DEEP: there are more than SLICES slices, as many as have MATRIX_BLOCK products of matrix units: sums of blocks are
// then added up by sums.h.
//
// Given: what mma_tiles.h asks for; STAGES, BLOCKS (how many groups a multiprocessor should hold); COPY_STATE,
// COPY_LHS, COPY_RHS; and of matmul.cl or conv2d.cl: BATCH_STATE, LHS_ROW and its like, FINISH, and the numbers rows,
// cols, depth, tiles, tilesM, tilesN.

#define SUMS (MADE_M * MADE_N * 4)
#define SLICES (MATRIX_BLOCK / TILE_K / PRODUCTS)

// Rows of tiles that are worked on together, for the sake of the cache.
#define BAND 8

// Sums on their way to FINISH lie in shared memory, permuted so that neither side meets a bank twice.
#define SUM_PLACE(row, column) ((row) * TILE_N + ((column) ^ ((row) % 4 * 8)))

// The first row and column that the warp of a work-item makes.
#define WARP_ROW(item) ((item) / 32 / WARPS_N * WARP_M)
#define WARP_COL(item) ((item) / 32 % WARPS_N * WARP_N)

// Asks for slice `number`, to be put into the slot `to`.
#define COPY_SLICE(number, to) \
  { \
    if ((number) < slices) { \
      const idx k0 = (number) * TILE_K; \
      COPY_LHS(to, k0) \
      COPY_RHS(to + LHS_BYTES, k0) \
    } \
    copies_commit(copies); \
  }
#define LOAD_STEP(slot, step) \
  load_lhs(lhs[step], slot, lhsPlace, step); \
  load_rhs(rhs[step], (slot) + LHS_BYTES, rhsPlace, step);

extern "C" __global__ void __launch_bounds__(ITEMS, BLOCKS) mma_gemm(PARAMETERS) {
  DYNAMIC_SHARED(shared);
  const int lhsPlace = lhs_place(WARP_ROW(ITEM()), ITEM() % 32);
  const int rhsPlace = rhs_place(WARP_COL(ITEM()), ITEM() % 32);
  const Shared slots = shared_place(shared);
  const idx slices = (depth + TILE_K - 1) / TILE_K;
  Copies copies;

  for (idx tile = GROUP(); tile < tiles; tile += GROUPS()) {
    const idx batch = tile / (tilesM * tilesN);
    const idx inBatch = tile % (tilesM * tilesN);
    const idx band = inBatch / (BAND * tilesN) * BAND;
    const idx inBand = inBatch % (BAND * tilesN);
    const idx bandRows = tilesM - band < BAND ? tilesM - band : BAND;
    const idx row0 = (band + inBand % bandRows) * TILE_M;
    const idx col0 = inBand / bandRows * TILE_N;
    const int item = opaque(ITEM());
    BATCH_STATE
    COPY_STATE

    float sums[MADE_M][MADE_N][4];
#pragma unroll
    for (int i = 0; i < MADE_M * MADE_N * 4; i++) {
      sums[i / 4 / MADE_N][i / 4 % MADE_N][i % 4] = 0;
    }
#if DEEP
    TOTALS(SUMS)
    for (int i = 0; i < SUMS; i++) {
      CLEAR_TOTAL(i)
    }
#endif
    u32 lhs[STEPS][MADE_M][4], rhs[STEPS][MADE_N][2];

#pragma unroll
    for (int s = 0; s < STAGES - 1; s++) {
      COPY_SLICE((idx)s, slots + s * SLICE_BYTES)
    }
    copies_wait<STAGES - 2>(copies);
    __syncthreads();
    LOAD_STEP(slots, 0)
    Shared slot = slots, before = slots + (STAGES - 1) * SLICE_BYTES;
    for (idx s = 0; s < slices; s++) {
      // Into the slot of the slice before this one, whose last fragments all have read.
      COPY_SLICE(s + (STAGES - 1), before)
      LOAD_STEP(slot, 1)
      multiply(sums, lhs[0], rhs[0]);
      before = slot;
      slot = slot == slots + (STAGES - 1) * SLICE_BYTES ? slots : slot + SLICE_BYTES;
      copies_wait<STAGES - 2>(copies);
      __syncthreads();
      LOAD_STEP(slot, 0)
      multiply(sums, lhs[1], rhs[1]);
#if DEEP
      if ((s + 1) % SLICES == 0) {
#pragma unroll
        for (int i = 0; i < SUMS; i++) {
          ADD_TO_TOTAL(i, sums[i / 4 / MADE_N][i / 4 % MADE_N][i % 4])
        }
      }
#endif
    }
#if DEEP
#pragma unroll
    for (int i = 0; i < SUMS; i++) {
      sums[i / 4 / MADE_N][i / 4 % MADE_N][i % 4] = VALUE_OF_TOTAL(i, sums[i / 4 / MADE_N][i / 4 % MADE_N][i % 4]);
    }
#endif

    copies_wait<0>(copies);
    __syncthreads();
    const int writer = opaque(ITEM());
    float* const made = (float*)shared;
#pragma unroll
    for (int i = 0; i < MADE_M * 2; i++) {
#pragma unroll
      for (int j = 0; j < MADE_N; j++) {
        const int row = WARP_ROW(writer) + i * 8 + writer % 32 / 4;
        float2 pair;
        pair.x = sums[i / 2][j][i % 2 * 2];
        pair.y = sums[i / 2][j][i % 2 * 2 + 1];
        *(float2*)(made + SUM_PLACE(row, WARP_COL(writer) + j * 8 + writer % 4 * 2)) = pair;
      }
    }
    __syncthreads();
#pragma unroll 4
    for (int u = writer; u < TILE_M * TILE_N; u += ITEMS) {
      const idx i = row0 + u / TILE_N;
      const idx j = col0 + u % TILE_N;
      if (i < rows && j < cols) {
        float sum = made[SUM_PLACE(u / TILE_N, u % TILE_N)];
#if OPERAND_KIND > 1
        // The parts of an infinite number, or one that rounds to 0, give NaN where the number itself does not: made
        // again without parts.
        if (sum != sum) {
          Total total = NOTHING;
          const LhsPlace l = LHS_ROW(i);
          const RhsPlace r = RHS_COL(j);
          for (idx k = 0; k < depth; k++) {
            const LhsPlace lk = LHS_DEPTH(k);
            const RhsPlace rk = RHS_DEPTH(k);
            total = plus(total, LHS(l, lk) * RHS(r, rk));
          }
          sum = value_of(total);
        }
#endif
        FINISH(i, j, sum)
      }
    }
    __syncthreads();
  }
}
