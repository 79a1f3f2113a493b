// Tiles of Y = L·R for a group of work-items: a TILE_M×TILE_N tile is summed in registers, ITEM_M×ITEM_N outputs to an
// item, from slices of TILE_K that the group copies to shared memory (which its items divide evenly).
//
// DEEP: the depth is more than DOT_BLOCK (which TILE_K divides): sums of blocks are then added up by sums.h.
//
// Given: where operands lie (LhsPlace, LHS_ROW, LHS_DEPTH, LHS, RhsPlace, RHS_COL, RHS_DEPTH, RHS, BATCH_STATE;
// *_DEPTH_FIRST: whether depth runs along memory), what happens to a sum (FINISH), and the numbers rows, cols, depth,
// tiles, tilesM, tilesN. Both operands are 0 beyond the edges; nothing there is read or written.

#define ITEMS_N (TILE_N / ITEM_N)
#define ITEMS ((TILE_M / ITEM_M) * ITEMS_N)

// An item's outputs come in runs of up to four, so that shared memory is read in vectors without bank conflicts.
#define RUN_M (ITEM_M < 4 ? ITEM_M : 4)
#define RUN_N (ITEM_N < 4 ? ITEM_N : 4)
#define ROW_OF(i) ((i) / RUN_M * (TILE_M / ITEM_M * RUN_M) + itemRow * RUN_M + (i) % RUN_M)
#define COL_OF(j) ((j) / RUN_N * (ITEMS_N * RUN_N) + itemCol * RUN_N + (j) % RUN_N)

#if DEEP
#define SUM_OF(i, j) VALUE_OF_TOTAL((i) * ITEM_N + (j), sums[i][j])
#else
#define SUM_OF(i, j) sums[i][j]
#endif

// Rows of tiles that are worked on together, for the sake of the cache.
#define BAND 8

KERNEL(ITEMS) void gemm(PARAMETERS) {
  SHARED real lhsTile[TILE_K][TILE_M + 4];
  SHARED real rhsTile[TILE_K][TILE_N + 4];
  const int item = ITEM();
  const int itemRow = item / ITEMS_N;
  const int itemCol = item % ITEMS_N;

  for (idx tile = GROUP(); tile < tiles; tile += GROUPS()) {
    const idx batch = tile / (tilesM * tilesN);
    const idx inBatch = tile % (tilesM * tilesN);
    const idx band = inBatch / (BAND * tilesN) * BAND;
    const idx inBand = inBatch % (BAND * tilesN);
    const idx bandRows = tilesM - band < BAND ? tilesM - band : BAND;
    const idx row0 = (band + inBand % bandRows) * TILE_M;
    const idx col0 = inBand / bandRows * TILE_N;
    BATCH_STATE

    real sums[ITEM_M][ITEM_N];
#pragma unroll
    for (int i = 0; i < ITEM_M; i++) {
#pragma unroll
      for (int j = 0; j < ITEM_N; j++) {
        sums[i][j] = 0;
      }
    }

#if DEEP
    TOTALS(ITEM_M * ITEM_N)
    for (int i = 0; i < ITEM_M * ITEM_N; i++) {
      CLEAR_TOTAL(i)
    }
#endif

    for (idx k0 = 0; k0 < depth; k0 += TILE_K) {
#pragma unroll
      for (int u = 0; u < TILE_M * TILE_K / ITEMS; u++) {
        const int t = u * ITEMS + item;
        const int i = LHS_DEPTH_FIRST ? t / TILE_K : t % TILE_M;
        const int kk = LHS_DEPTH_FIRST ? t % TILE_K : t / TILE_M;
        const LhsPlace row = LHS_ROW(row0 + i);
        const LhsPlace k = LHS_DEPTH(k0 + kk);
        lhsTile[kk][i] = row0 + i < rows && k0 + kk < depth ? LHS(row, k) : (real)0;
      }
#pragma unroll
      for (int u = 0; u < TILE_N * TILE_K / ITEMS; u++) {
        const int t = u * ITEMS + item;
        const int j = RHS_DEPTH_FIRST ? t / TILE_K : t % TILE_N;
        const int kk = RHS_DEPTH_FIRST ? t % TILE_K : t / TILE_N;
        const RhsPlace col = RHS_COL(col0 + j);
        const RhsPlace k = RHS_DEPTH(k0 + kk);
        rhsTile[kk][j] = col0 + j < cols && k0 + kk < depth ? RHS(col, k) : (real)0;
      }
      BARRIER();
      for (int kk = 0; kk < TILE_K; kk++) {
        real l[ITEM_M];
        real r[ITEM_N];
#pragma unroll
        for (int i = 0; i < ITEM_M; i++) {
          l[i] = lhsTile[kk][ROW_OF(i)];
        }
#pragma unroll
        for (int j = 0; j < ITEM_N; j++) {
          r[j] = rhsTile[kk][COL_OF(j)];
        }
#pragma unroll
        for (int i = 0; i < ITEM_M; i++) {
#pragma unroll
          for (int j = 0; j < ITEM_N; j++) {
            sums[i][j] = l[i] * r[j] + sums[i][j];
          }
        }
      }
      BARRIER();
#if DEEP
      if ((k0 + TILE_K) % DOT_BLOCK == 0) {
#pragma unroll
        for (int i = 0; i < ITEM_M; i++) {
#pragma unroll
          for (int j = 0; j < ITEM_N; j++) {
            ADD_TO_TOTAL(i * ITEM_N + j, sums[i][j])
          }
        }
      }
#endif
    }

#pragma unroll
    for (int i = 0; i < ITEM_M; i++) {
#pragma unroll
      for (int j = 0; j < ITEM_N; j++) {
        if (row0 + ROW_OF(i) < rows && col0 + COL_OF(j) < cols) {
          FINISH(row0 + ROW_OF(i), col0 + COL_OF(j), SUM_OF(i, j))
        }
      }
    }
  }
}
