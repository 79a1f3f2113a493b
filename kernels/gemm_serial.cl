// Tiles of Y = L·R for one work-item on one core of a CPU: slices of the operands are packed into panels, and a
// register tile of ITEM_M rows by ITEM_N = 2·LANES columns is summed by vector arithmetic. What slices come to is added
// one after another as well; DEEP: there are more than SLICES of them, whose sums are then added up by sums.h. Given:
// as in gemm.cl, and where columns may be contiguous RHS_RUN (whether they are) and RHS_IN_RUN.

#define ITEMS 1
#define ITEM_N (2 * LANES)
// A term meets the sums of its own slice, then those of slices.
#define SLICES (DOT_BLOCK - TILE_K)

KERNEL(ITEMS) void gemm(PARAMETERS) {
  SHARED real lhsPanel[TILE_M * TILE_K];
  SHARED real rhsPanel[TILE_N * TILE_K];
  SHARED real sums[TILE_M * TILE_N];
#if DEEP
  SHARED real high[TILE_M * TILE_N];
  SHARED real low[TILE_M * TILE_N];
#endif

  for (idx tile = GROUP(); tile < tiles; tile += GROUPS()) {
    const idx batch = tile / (tilesM * tilesN);
    const idx row0 = tile % (tilesM * tilesN) / tilesN * TILE_M;
    const idx col0 = tile % tilesN * TILE_N;
    const int rowsHere = rows - row0 < TILE_M ? (int)(rows - row0) : TILE_M;
    const int colsHere = cols - col0 < TILE_N ? (int)(cols - col0) : TILE_N;
    BATCH_STATE

    for (int i = 0; i < TILE_M * TILE_N; i++) {
      sums[i] = 0;
#if DEEP
      CLEAR_TOTAL(i)
#endif
    }
    for (idx k0 = 0; k0 < depth; k0 += TILE_K) {
      const int depthHere = depth - k0 < TILE_K ? (int)(depth - k0) : TILE_K;
      LhsPlace lhsDepth[TILE_K];
      RhsPlace rhsDepth[TILE_K];
      for (int kk = 0; kk < depthHere; kk++) {
        lhsDepth[kk] = LHS_DEPTH(k0 + kk);
        rhsDepth[kk] = RHS_DEPTH(k0 + kk);
      }

      // Panels of ITEM_M rows, for each k the rows next to each other.
      for (int i = 0; i < rowsHere; i += ITEM_M) {
        for (int ii = 0; ii < ITEM_M; ii++) {
          TO_SHARED real* to = lhsPanel + i * TILE_K + ii;
          const LhsPlace row = LHS_ROW(row0 + i + ii);
          if (i + ii < rowsHere) {
            for (int kk = 0; kk < depthHere; kk++) {
              to[kk * ITEM_M] = LHS(row, lhsDepth[kk]);
            }
          } else {
            for (int kk = 0; kk < depthHere; kk++) {
              to[kk * ITEM_M] = 0;
            }
          }
        }
      }
      // Panels of ITEM_N columns, likewise.
      for (int j = 0; j < colsHere; j += ITEM_N) {
        TO_SHARED real* to = rhsPanel + j * TILE_K;
        RhsPlace col[ITEM_N];
        for (int jj = 0; jj < ITEM_N; jj++) {
          // Columns beyond the edge repeat the last one: their sums are not used.
          col[jj] = RHS_COL(col0 + (j + jj < colsHere ? j + jj : colsHere - 1));
        }
        for (int kk = 0; kk < depthHere; kk++, to += ITEM_N) {
#ifdef RHS_RUN
          if (j + ITEM_N <= colsHere && RHS_RUN(col[0], col[ITEM_N - 1], rhsDepth[kk])) {
            for (int jj = 0; jj < ITEM_N; jj++) {
              to[jj] = RHS_IN_RUN(col[0], rhsDepth[kk], jj);
            }
            continue;
          }
#endif
          for (int jj = 0; jj < ITEM_N; jj++) {
            to[jj] = RHS(col[jj], rhsDepth[kk]);
          }
        }
      }

      for (int j = 0; j < colsHere; j += ITEM_N) {
        for (int i = 0; i < rowsHere; i += ITEM_M) {
          TO_SHARED const real* l = lhsPanel + i * TILE_K;
          TO_SHARED const real* r = rhsPanel + j * TILE_K;
          TO_SHARED real* s = sums + i * TILE_N + j;
          lanes left[ITEM_M];
          lanes right[ITEM_M];
#pragma unroll
          for (int ii = 0; ii < ITEM_M; ii++) {
            left[ii] = ALL_LANES(0);
            right[ii] = ALL_LANES(0);
          }
          for (int kk = 0; kk < depthHere; kk++, l += ITEM_M, r += ITEM_N) {
            const lanes r0 = LOAD_LANES(r);
            const lanes r1 = LOAD_LANES(r + LANES);
#pragma unroll
            for (int ii = 0; ii < ITEM_M; ii++) {
              left[ii] = ALL_LANES(l[ii]) * r0 + left[ii];
              right[ii] = ALL_LANES(l[ii]) * r1 + right[ii];
            }
          }
#pragma unroll
          for (int ii = 0; ii < ITEM_M; ii++) {
            STORE_LANES(s + ii * TILE_N, LOAD_LANES(s + ii * TILE_N) + left[ii]);
            STORE_LANES(s + ii * TILE_N + LANES, LOAD_LANES(s + ii * TILE_N + LANES) + right[ii]);
          }
        }
      }
#if DEEP
      if ((k0 / TILE_K + 1) % SLICES == 0) {
        for (int i = 0; i < TILE_M * TILE_N; i++) {
          ADD_TO_TOTAL(i, sums[i])
        }
      }
#endif
    }
#if DEEP
    for (int i = 0; i < TILE_M * TILE_N; i++) {
      sums[i] = VALUE_OF_TOTAL(i, sums[i]);
    }
#endif

    for (int i = 0; i < rowsHere; i++) {
      for (int j = 0; j < colsHere; j++) {
        FINISH(row0 + i, col0 + j, sums[i * TILE_N + j])
      }
    }
  }
}
