// y = formula(op(a)·op(b)), batched. The loop is in hopper_gemm.cu; this says how slices of the operands are fetched.
//
// Given: A_BATCH and B_BATCH (which matrix of a and b belongs to `batch`), A_ROWS_FIRST (a is transposed), B_COLS_FIRST
// (b is not), FORMULA (statements that read acc, at, batch, row, col), RESULT; tensor maps of (depth or rows, rows or
// depth, matrices): their boxes are 64×TILE_M, or 64×64 where the depth comes second, of b a cluster's share.

// Columns of a tile that a block fetches for its cluster.
#define SHARE (TILE_N / CLUSTER)

#if HOPPER
DEVICE void load_lhs(u8* to, const TensorMap* map, u64* arrived, int row, int k, int matrix) {
#if A_ROWS_FIRST
#pragma unroll
  for (int i = 0; i < TILE_M; i += 64) {
    tma_load(to + i * SWIZZLED_ROW, map, arrived, row + i, k, matrix);
  }
#else
  tma_load(to, map, arrived, k, row, matrix);
#endif
}

DEVICE void load_rhs_box(u8* to, const TensorMap* map, u64* arrived, int x, int y, int matrix) {
#if CLUSTER > 1
  tma_load_multicast(to, map, arrived, x, y, matrix, (1 << CLUSTER) - 1);
#else
  tma_load(to, map, arrived, x, y, matrix);
#endif
}

DEVICE void load_rhs(u8* to, const TensorMap* map, u64* arrived, int col, int k, int matrix, u32 rank) {
  const int first = rank * SHARE;
#if B_COLS_FIRST
#pragma unroll
  for (int j = 0; j < SHARE; j += 64) {
    load_rhs_box(to + (first + j) * SWIZZLED_ROW, map, arrived, col + first + j, k, matrix);
  }
#else
  load_rhs_box(to + first * SWIZZLED_ROW, map, arrived, k, col + first, matrix);
#endif
}
#endif

#define TILE_STATE \
  const idx batch = corner.batch; \
  const int aMatrix = (int)(A_BATCH); \
  const int bMatrix = (int)(B_BATCH); \
  (void)batch;

#define LOAD_STEP \
  load_lhs(toLhs, &aMap, arrived, corner.row, step * 64, aMatrix); \
  load_rhs(toRhs, &bMap, arrived, corner.col, step * 64, bMatrix, rank);

#define PLACE(i, j) ((batch * rows + (i)) * cols + (j))
#define VALUE(i, j, sum, result) \
  { \
    const idx row = i; \
    const idx col = j; \
    const idx at = PLACE(row, col); \
    const real acc = sum; \
    FORMULA \
    result = RESULT; \
    (void)at; \
  }
#define REMAKES 0
