// Slices of two operands in shared memory: how they lie there, how they get there, how a warp reads its fragments.
//
// A slice is TILE_K = 64 bytes deep. Where depth runs along memory (depth first), the slice of an operand has a row of
// 64 bytes for each of its rows or columns; else it has a row for each depth. Rows are of 16-byte pieces, permuted so
// that neither a copy nor a warp's read meets a bank twice.
//
// Given: OPERAND (f16, bf16, tf32, tf32x3), OPERAND_SIZE in bytes, TILE_M, TILE_N, WARPS_M, WARPS_N, LHS_DEPTH_FIRST,
// RHS_DEPTH_FIRST.

#define TILE_K (64 / OPERAND_SIZE)
#define ITEMS (32 * WARPS_M * WARPS_N)
#define WARP_M (TILE_M / WARPS_M)
#define WARP_N (TILE_N / WARPS_N)
// Products of 16 rows and of 8 columns that a warp makes.
#define MADE_M (WARP_M / 16)
#define MADE_N (WARP_N / 8)
// Products one behind the other in a slice.
#define STEPS 2
#define LHS_BYTES (64 * TILE_M)
#define RHS_BYTES (64 * TILE_N)
#define SLICE_BYTES (LHS_BYTES + RHS_BYTES)

// Where in a slice a row's column is, in bytes; OUTER: the tile's rows or columns.
template <int DEPTH_FIRST, int OUTER>
DEVICE int slice_place(int row, int column) {
  const int piece = column * OPERAND_SIZE / 16;
  const int inPiece = column * OPERAND_SIZE % 16;
  if (DEPTH_FIRST) {
    return row * 64 + (piece ^ (row / 2 % 4)) * 16 + inPiece;
  }
  return row * OUTER * OPERAND_SIZE + (piece ^ (OPERAND_SIZE == 2 ? row % 8 : row % 4 * 2)) * 16 + inPiece;
}

// A vector of a slice. Two bytes are too few for an asynchronous copy: they are read at once.
template <int VECTOR>
DEVICE void copy_vector(Copies& copies, Shared to, const void* from, bool valid) {
  if (VECTOR == 2) {
    store_half(to, valid ? *(const u16*)from : (u16)0);
  } else {
    copy_async<VECTOR == 2 ? 4 : VECTOR>(copies, to, from, valid);
  }
}

// Asks for this thread's part of the slice at depth k0 of a matrix in memory: vectors of VECTOR bytes, which the
// matrix' rows are multiples of. `step` elements lie between its rows; beyond `outers` and `depth` there are zeros.
template <int DEPTH_FIRST, int OUTER, int VECTOR, class T>
DEVICE void copy_matrix(Copies& copies, Shared to, const T* from, idx step, idx outer0, idx outers, idx k0, idx depth, int item) {
  const int per = VECTOR / OPERAND_SIZE;
  const int vectors = (DEPTH_FIRST ? TILE_K : OUTER) / per;
  // Many narrow copies: their places would not fit the registers all at once.
  const int mine = VECTOR == 16 ? item : opaque(item);
#pragma unroll(VECTOR == 16 ? 16 : 2)
  for (int u = 0; u < OUTER * TILE_K / per / ITEMS; u++) {
    const int row = (u * ITEMS + mine) / vectors;
    const int column = (u * ITEMS + mine) % vectors * per;
    const idx outer = outer0 + (DEPTH_FIRST ? row : column);
    const idx k = k0 + (DEPTH_FIRST ? column : row);
    const bool valid = outer < outers && k < depth;
    const idx at = DEPTH_FIRST ? outer * step + k : k * step + outer;
    copy_vector<VECTOR>(copies, to + slice_place<DEPTH_FIRST, OUTER>(row, column), from + (valid ? at : 0), valid);
  }
}

// Where a thread's part of a warp's first fragment lies in a slice. That of the others differs from it in bits that are
// 0 before the permutation, so that they may be flipped behind it, or by whole rows.
DEVICE int lhs_place(int row0, int lane) {
#if LHS_DEPTH_FIRST
  return slice_place<1, TILE_M>(row0 + lane % 16, lane / 16 * (16 / OPERAND_SIZE));
#elif OPERAND_SIZE == 2
  return slice_place<0, TILE_M>(lane % 8 + lane / 16 * 8, row0 + lane / 8 % 2 * 8);
#else
  return slice_place<0, TILE_M>(lane % 4, row0 + lane / 4);
#endif
}

DEVICE int rhs_place(int col0, int lane) {
#if RHS_DEPTH_FIRST
  return slice_place<1, TILE_N>(col0 + lane % 8 + lane / 16 * 8, lane / 8 % 2 * (16 / OPERAND_SIZE));
#elif OPERAND_SIZE == 2
  return slice_place<0, TILE_N>(lane % 16, col0 + lane / 16 * 8);
#else
  return slice_place<0, TILE_N>(lane % 4, col0 + lane / 4);
#endif
}

// The fragments of a warp's 16-row products at a step of the slice.
DEVICE void load_lhs(u32 (&a)[MADE_M][4], Shared slice, int place, int step) {
#pragma unroll
  for (int i = 0; i < MADE_M; i++) {
#if LHS_DEPTH_FIRST
    load_matrices(a[i], slice + (place ^ step * 32) + i * 1024);
#elif OPERAND_SIZE == 2
    load_matrices_transposed(a[i], slice + (place ^ i * 32) + step * 16 * TILE_M * 2);
#else
#pragma unroll
    for (int e = 0; e < 4; e++) {
      a[i][e] = load_word(slice + (place ^ (i * 64 + e % 2 * 32)) + (step * 8 + e / 2 * 4) * TILE_M * 4);
    }
#endif
  }
}

// Likewise of its 8-column products, two at a time.
DEVICE void load_rhs(u32 (&b)[MADE_N][2], Shared slice, int place, int step) {
#pragma unroll
  for (int j = 0; j < MADE_N / 2; j++) {
    u32 v[4];
#if RHS_DEPTH_FIRST
    load_matrices(v, slice + (place ^ step * 32) + j * 1024);
#elif OPERAND_SIZE == 2
    load_matrices_transposed(v, slice + (place ^ j * 32) + step * 16 * TILE_N * 2);
#else
#pragma unroll
    for (int e = 0; e < 4; e++) {
      v[e] = load_word(slice + (place ^ (j * 64 + e / 2 * 32)) + (step * 8 + e % 2 * 4) * TILE_N * 4);
    }
#endif
    b[2 * j][0] = v[0];
    b[2 * j][1] = v[1];
    b[2 * j + 1][0] = v[2];
    b[2 * j + 1][1] = v[3];
  }
}

// sums += a·b
#define OPERAND_IS_f16 1
#define OPERAND_IS_bf16 1
#define OPERAND_IS_tf32 2
#define OPERAND_IS_tf32x3 3
#define JOIN(a, b) a##b
#define JOINED(a, b) JOIN(a, b)
#define OPERAND_KIND JOINED(OPERAND_IS_, OPERAND)
// Products of matrix units that make one of operands.
#define PRODUCTS (OPERAND_KIND == 3 ? 3 : 1)

DEVICE void multiply(float (&sums)[MADE_M][MADE_N][4], const u32 (&a)[MADE_M][4], const u32 (&b)[MADE_N][2]) {
#if OPERAND_KIND == 1
#pragma unroll
  for (int i = 0; i < MADE_M; i++) {
#pragma unroll
    for (int j = 0; j < MADE_N; j++) {
      // There and back: neighbouring products share a fragment.
      const int jj = i % 2 ? MADE_N - 1 - j : j;
      JOINED(mma_, OPERAND)(sums[i][jj], a[i], b[jj]);
    }
  }
#else
  u32 rhs[MADE_N][2], rhsLow[MADE_N][2];
#pragma unroll
  for (int j = 0; j < MADE_N; j++) {
#pragma unroll
    for (int e = 0; e < 2; e++) {
      if (OPERAND_KIND == 2) {
        rhs[j][e] = to_tf32(FLOAT_OF(b[j][e]));
      } else {
        split_tf32(b[j][e], rhs[j][e], rhsLow[j][e]);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < MADE_M; i++) {
    u32 lhs[4], lhsLow[4];
#pragma unroll
    for (int e = 0; e < 4; e++) {
      if (OPERAND_KIND == 2) {
        lhs[e] = to_tf32(FLOAT_OF(a[i][e]));
      } else {
        split_tf32(a[i][e], lhs[e], lhsLow[e]);
      }
    }
    // Small products first.
#if OPERAND_KIND == 3
#pragma unroll
    for (int j = 0; j < MADE_N; j++) {
      mma_tf32(sums[i][j], lhsLow, rhs[j]);
    }
#pragma unroll
    for (int j = 0; j < MADE_N; j++) {
      mma_tf32(sums[i][j], lhs, rhsLow[j]);
    }
#endif
#pragma unroll
    for (int j = 0; j < MADE_N; j++) {
      mma_tf32(sums[i][j], lhs, rhs[j]);
    }
  }
#endif
}
