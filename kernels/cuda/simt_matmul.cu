// y = formula(op(a)·op(b)) in true f32 by ordinary arithmetic, with slices copied to shared memory behind the
// arithmetic's back (cp.async): 256 items make 128×128 outputs, 8×8 each, from slices of depth 16, three of them in
// flight. (CUTLASS' kernels for ordinary arithmetic have this shape.)
//
// DEEP: the depth is more than DOT_BLOCK: sums of blocks are then added up by sums.h.
//
// Given: what matmul.cl gives (a0, b0, FINISH), TRANSPOSE_A, TRANSPOSE_B, LANES_A and LANES_B (elements to a copy where
// an operand is read along its rows or columns rather than its depth: 4 when these are aligned, else 1), and the
// numbers rows, cols, depth, tiles, tilesM, tilesN.

#define SIDE 128
#define SLICE_DEPTH 16
#define STAGES 3
// A row of a slice holds the operand's elements of one depth. The pitch spreads what eight depths and four rows hold
// over all 32 banks.
#define PITCH (SIDE + 4)
#define SLICE (SLICE_DEPTH * PITCH)
#define SIMT_ITEMS 256
#define BAND 8

typedef struct ALIGNED(16) {
  f32 e[4];
} quad;

// Copies a slice of an operand whose depth runs along memory: eight depths to a sector, scattered to as many rows of
// shared memory.
DEVICE void copy_depth_first(Copies& copies, Shared to, const f32* from, idx first, idx count, idx k0, idx depth) {
  const int item = ITEM();
#pragma unroll
  for (int u = 0; u < SLICE_DEPTH * SIDE / SIMT_ITEMS; u++) {
    const int k = u / 4 * 8 + item % 8;
    const int r = u % 4 * 32 + item / 8;
    const bool inside = first + r < count && k0 + k < depth;
    copy_async<4>(copies, to + (k * PITCH + r) * 4, inside ? from + (first + r) * depth + k0 + k : from, inside);
  }
}

// Copies a slice of an operand whose rows or columns run along memory, LANES of them at a time.
template <int LANES>
DEVICE void copy_depth_last(Copies& copies, Shared to, const f32* from, idx first, idx count, idx k0, idx depth) {
  const int item = ITEM();
#pragma unroll
  for (int u = 0; u < SLICE_DEPTH * SIDE / LANES / SIMT_ITEMS; u++) {
    const int v = u * SIMT_ITEMS + item;
    const int k = v / (SIDE / LANES);
    const int r = v % (SIDE / LANES) * LANES;
    const bool inside = first + r < count && k0 + k < depth;
    copy_async<4 * LANES>(copies, to + (k * PITCH + r) * 4, inside ? from + (k0 + k) * count + first + r : from, inside);
  }
}

#if TRANSPOSE_A
#define COPY_A(to, k0) copy_depth_last<LANES_A>(copies, to, a + a0, row0, rows, k0, depth)
#else
#define COPY_A(to, k0) copy_depth_first(copies, to, a + a0, row0, rows, k0, depth)
#endif
#if TRANSPOSE_B
#define COPY_B(to, k0) copy_depth_first(copies, to, b + b0, col0, cols, k0, depth)
#else
#define COPY_B(to, k0) copy_depth_last<LANES_B>(copies, to, b + b0, col0, cols, k0, depth)
#endif

#define COPY_STAGE(t) \
  if ((t) < slices) { \
    COPY_A(place + (int)((t) % STAGES) * (2 * SLICE) * 4, (idx)(t) * SLICE_DEPTH); \
    COPY_B(place + ((int)((t) % STAGES) * (2 * SLICE) + SLICE) * 4, (idx)(t) * SLICE_DEPTH); \
  } \
  copies_commit(copies);

// Where an item's outputs are: a warp makes 32×64, an item two runs of four rows by two runs of four columns.
#define OUT_ROW(i) (itemRow + (i) / 4 * 16 + (i) % 4)
#define OUT_COL(j) (itemCol + (j) / 4 * 32 + (j) % 4)

#define READ_FRAGMENTS(to, k) \
  l[to][0] = *(const quad*)(lhs + (k) * PITCH + itemRow); \
  l[to][1] = *(const quad*)(lhs + (k) * PITCH + itemRow + 16); \
  r[to][0] = *(const quad*)(rhs + (k) * PITCH + itemCol); \
  r[to][1] = *(const quad*)(rhs + (k) * PITCH + itemCol + 32);

#if DEEP
#define SUM_OF(i, j) VALUE_OF_TOTAL((i) * 8 + (j), sums[i][j])
#else
#define SUM_OF(i, j) sums[i][j]
#endif

extern "C" __global__ void __launch_bounds__(SIMT_ITEMS, 2) gemm(PARAMETERS) {
  DYNAMIC_SHARED(shared);
  const f32* const stages = (const f32*)shared;
  const Shared place = shared_place(shared);
  Copies copies;
  const int item = ITEM();
  const int itemRow = item / 64 * 32 + item % 32 / 8 * 4;
  const int itemCol = item / 32 % 2 * 64 + item % 8 * 4;
  const idx slices = (depth + SLICE_DEPTH - 1) / SLICE_DEPTH;

  for (idx tile = GROUP(); tile < tiles; tile += GROUPS()) {
    const idx batch = tile / (tilesM * tilesN);
    const idx inBatch = tile % (tilesM * tilesN);
    const idx band = inBatch / (BAND * tilesN) * BAND;
    const idx inBand = inBatch % (BAND * tilesN);
    const idx bandRows = tilesM - band < BAND ? tilesM - band : BAND;
    const idx row0 = (band + inBand % bandRows) * SIDE;
    const idx col0 = inBand / bandRows * SIDE;
    BATCH_STATE

    f32 sums[8][8];
#pragma unroll
    for (int i = 0; i < 64; i++) {
      sums[i / 8][i % 8] = 0;
    }
#if DEEP
    TOTALS(64)
    for (int i = 0; i < 64; i++) {
      CLEAR_TOTAL(i)
    }
#endif
    COPY_STAGE(0)
    COPY_STAGE(1)
    for (idx t = 0; t < slices; t++) {
      // This item's copies of slice t are done, and behind the barrier everybody's; and nobody reads slice t − 1 any
      // more.
      copies_wait<STAGES - 2>(copies);
      BARRIER();
      COPY_STAGE(t + STAGES - 1)
      const f32* const lhs = stages + (int)(t % STAGES) * (2 * SLICE);
      const f32* const rhs = lhs + SLICE;
      quad l[2][2], r[2][2];
      READ_FRAGMENTS(0, 0)
#pragma unroll
      for (int k = 0; k < SLICE_DEPTH; k++) {
        if (k + 1 < SLICE_DEPTH) {
          READ_FRAGMENTS((k + 1) % 2, k + 1)
        }
#pragma unroll
        for (int i = 0; i < 8; i++) {
#pragma unroll
          for (int j = 0; j < 8; j++) {
            sums[i][j] = l[k % 2][i / 4].e[i % 4] * r[k % 2][j / 4].e[j % 4] + sums[i][j];
          }
        }
      }
#if DEEP
      if ((t + 1) % (DOT_BLOCK / SLICE_DEPTH) == 0) {
#pragma unroll
        for (int i = 0; i < 64; i++) {
          ADD_TO_TOTAL(i, sums[i / 8][i % 8])
        }
      }
#endif
    }
    copies_wait<0>(copies);
    BARRIER();

#pragma unroll
    for (int i = 0; i < 8; i++) {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        if (row0 + OUT_ROW(i) < rows && col0 + OUT_COL(j) < cols) {
          FINISH(row0 + OUT_ROW(i), col0 + OUT_COL(j), SUM_OF(i, j))
        }
      }
    }
  }
}
