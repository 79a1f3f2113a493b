// y = formula(op(a)·op(b)), batched. The loop is in gemm.cl or gemm_serial.cl; this says where its operands lie.
//
// Given: LOAD_A, LOAD_B, STORE_Y, A_BATCH and B_BATCH (which matrix of a and b belongs to `batch`), TRANSPOSE_A,
// TRANSPOSE_B, FORMULA (statements that read acc, at, batch, row, col) and RESULT.

typedef idx LhsPlace;
typedef idx RhsPlace;

#define BATCH_STATE const idx a0 = (A_BATCH) * rows * depth, b0 = (B_BATCH) * depth * cols;

#if TRANSPOSE_A
#define LHS_ROW(i) (a0 + (i))
#define LHS_DEPTH(k) ((k) * rows)
#define LHS_DEPTH_FIRST 0
#else
#define LHS_ROW(i) (a0 + (i) * depth)
#define LHS_DEPTH(k) (k)
#define LHS_DEPTH_FIRST 1
#endif
#define LHS(row, k) LOAD_A(a, (row) + (k))

#if TRANSPOSE_B
#define RHS_COL(j) (b0 + (j) * depth)
#define RHS_DEPTH(k) (k)
#define RHS_DEPTH_FIRST 1
#else
#define RHS_COL(j) (b0 + (j))
#define RHS_DEPTH(k) ((k) * cols)
#define RHS_DEPTH_FIRST 0
// A run of columns is contiguous.
#define RHS_RUN(first, last, k) 1
#define RHS_IN_RUN(first, k, j) LOAD_B(b, (first) + (k) + (j))
#endif
#define RHS(col, k) LOAD_B(b, (col) + (k))

#define FINISH(i, j, sum) \
  { \
    const idx row = i; \
    const idx col = j; \
    const idx at = (batch * rows + row) * cols + col; \
    const real acc = sum; \
    FORMULA \
    STORE_Y(y, at, RESULT); \
  }
