// y = formula(x * w) for images in NHWC, one group: a product whose left operand's rows are output pixels and whose
// depth are the taps of the filter, 64 channels of one at a time. The copy engine gathers a slice of the images by
// itself (im2col). The loop is in hopper_gemm.cu, places and the sum that leaves out what is outside the image are
// conv2d_places.cl's and conv2d.cl's.
//
// Given: what these ask for; the tensor maps aMap (im2col, 64 channels of TILE_M pixels) and bMap (channels, taps,
// filters: boxes of 64×1×share).

// Filters of a tile that a block fetches for its cluster.
#define SHARE (TILE_N / CLUSTER)
#define SLICE 64

#if HOPPER
DEVICE void load_filters(u8* to, const TensorMap* map, u64* arrived, int channel, int tap, int filter, u32 rank) {
  const int first = rank * SHARE;
#if CLUSTER > 1
  tma_load_multicast(to + first * SWIZZLED_ROW, map, arrived, channel, tap, filter + first, (1 << CLUSTER) - 1);
#else
  tma_load(to + first * SWIZZLED_ROW, map, arrived, channel, tap, filter + first);
#endif
}
#endif

// Where the window of the tile's first pixel begins, and the slice to come.
#define TILE_STATE \
  const int ofImage = corner.row % (int)PLANE; \
  const int image = corner.row / (int)PLANE; \
  const int windowY = ofImage / (int)outWidth * (int)STRIDE_H - (int)padTop; \
  const int windowX = ofImage % (int)outWidth * (int)STRIDE_W - (int)padLeft; \
  int channel = 0, tapX = 0, tapY = 0;

#define LOAD_STEP \
  tma_load_im2col(toLhs, &aMap, arrived, channel, windowX, windowY, image, tapX * (int)DILATION_W, tapY * (int)DILATION_H); \
  load_filters(toRhs, &bMap, arrived, channel, tapY * (int)FILTER_W + tapX, corner.col, rank); \
  channel += SLICE; \
  if (channel >= (int)channels) { \
    channel = 0; \
    if (++tapX == (int)FILTER_W) { \
      tapX = 0; \
      tapY++; \
    } \
  }

#undef PLACE
#define PLACE(i, j) ((idx)(i) * cols + (j))
#define VALUE(i, j, sum, result) \
  { \
    const idx pixel = i; \
    const idx channel = j; \
    const idx at = PLACE(pixel, channel); \
    const real acc = sum; \
    FORMULA \
    result = RESULT; \
    (void)at; \
  }

// 0·w is NaN for an infinite w, but outside the image there is no product at all: where the sum is NaN and that may be
// why, it is made again.
#define REMAKES PADDED
#define REMAKE(i, j, result) \
  { \
    const Place win = PIXEL(i); \
    real made = NAN; \
    if (STICKS_OUT(win)) { \
      made = 0; \
      ADD_DIRECTLY(made, win, FILTER(j)) \
    } \
    VALUE(i, j, made, result) \
  }
