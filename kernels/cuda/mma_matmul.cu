// Which operands mma_gemm.cu copies for a matrix product: those of matmul.cl.
//
// Given: LHS_VECTOR and RHS_VECTOR, the bytes that rows of memory are multiples of (2, 4, 8 or 16).

#define COPY_STATE
#define COPY_LHS(to, k0) \
  copy_matrix<LHS_DEPTH_FIRST, TILE_M, LHS_VECTOR>(copies, to, a + a0, LHS_DEPTH_FIRST ? depth : rows, row0, rows, k0, depth, item);
#define COPY_RHS(to, k0) \
  copy_matrix<RHS_DEPTH_FIRST, TILE_N, RHS_VECTOR>(copies, to, b + b0, RHS_DEPTH_FIRST ? depth : cols, col0, cols, k0, depth, item);
