// y = formula(x * w): convolution as a matrix product whose image operand is read in place (implicit GEMM), a group of
// channels at a time. The loop is in gemm.cl or gemm_serial.cl, or for few filters to a group in conv2d_direct.cl; this
// says where operands lie. NCHW: filters are rows, pixels of all images are columns. NHWC: the other way round.
//
// Given: what conv2d_places.cl asks for, LOAD_W, STORE_Y, FORMULA (statements that read acc, at, image, channel,
// pixel), RESULT and the numbers filters (of a group) and depth (= channels*FILTER_H*FILTER_W).
//
// TRANSPOSED: the gradient with respect to the images, at the pixels of one residue of the strides (see Residue.java).
// x then is dy, channels are the filters of the forward pass and filters its channels; the taps of that residue are
// read in reverse order, and outputs lie apart. Given as well: the numbers tapRows, tapCols (of the filters), lastRow,
// rowStep, lastCol, colStep (the taps), imageHeight, imageWidth, firstRow, rowStride, firstCol, colStride (the pixels).

#if TRANSPOSED
#define PLANE (imageHeight * imageWidth)
#define PIXEL_OF_ONE(i) ((firstRow + (i) / outWidth % outHeight * rowStride) * imageWidth + firstCol + (i) % outWidth * colStride)
#define PIXEL_OF_ALL(i) ((i) / (outHeight * outWidth) * PLANE + PIXEL_OF_ONE(i))
#if NHWC
#define FILTER_OF(group, i) ((group) * channels * tapRows * tapCols * filters + (i))
#define FILTER_AT(c, r, s) ((((c) * tapRows + lastRow - (r) * rowStep) * tapCols + lastCol - (s) * colStep) * filters)
#else
#define FILTER_OF(group, i) (((group) * channels * filters + (i)) * tapRows * tapCols)
#define FILTER_AT(c, r, s) (((c) * filters * tapRows + lastRow - (r) * rowStep) * tapCols + lastCol - (s) * colStep)
#endif
#else
#define PLANE (outHeight * outWidth)
#define PIXEL_OF_ONE(i) ((i) % PLANE)
#define PIXEL_OF_ALL(i) (i)
#define FILTER_OF(group, i) (((group) * filters + (i)) * depth)
#if NHWC
#define FILTER_AT(c, r, s) (((r) * FILTER_W + (s)) * channels + (c))
#else
#define FILTER_AT(c, r, s) (((c) * FILTER_H + (r)) * FILTER_W + (s))
#endif
#endif
#define FILTER(i) FILTER_OF(batch, i)

// A filter's weight for depth index k, counted from the filter.
#if !TRANSPOSED
#define FILTER_TAP(k) (k)
#elif NHWC
#define FILTER_TAP(k) FILTER_AT((k) % channels, (k) / channels / FILTER_W, (k) / channels % FILTER_W)
#else
#define FILTER_TAP(k) FILTER_AT((k) / (FILTER_W * FILTER_H), (k) / FILTER_W % FILTER_H, (k) % FILTER_W)
#endif

// Adds to `sum` the products of the channels from `first` to `last` at element `from` of the images, with the filter at
// element `f` at its tap (r, s).
#define ADD_CHANNELS(sum, first, last) \
  for (idx c = first; c < last; c++) { \
    sum = LOAD_X(x, from + c * CHANNEL_STEP) * LOAD_W(w, f + FILTER_AT(c, r, s)) + sum; \
  }

// Each tap of the filter that is inside the image.
#define EACH_TAP(win, statements) \
  for (int r = 0; r < FILTER_H; r++) { \
    for (int s = 0; s < FILTER_W; s++) { \
      if (INSIDE((win).y + r * DILATION_H, (win).x + s * DILATION_W)) { \
        const idx from = (win).at + r * DILATION_H * Y_STEP + s * DILATION_W * X_STEP; \
        statements \
      } \
    } \
  }

// Makes `sum`, which is 0, what the window at place `win` and the filter at element `filter` give, leaving out what is
// outside the image. DEEP: there may be more than DOT_BLOCK products, whose sums are then added up by sums.h.
#if DEEP
#define ADD_DIRECTLY(sum, win, filter) \
  { \
    const idx f = filter; \
    Total total = NOTHING; \
    EACH_TAP(win, for (idx c0 = 0; c0 < channels; c0 += DOT_BLOCK) { \
      const idx end = channels - c0 < DOT_BLOCK ? channels : c0 + DOT_BLOCK; \
      real part = 0; \
      ADD_CHANNELS(part, c0, end) \
      total = plus(total, part); \
    }) \
    sum = value_of(total); \
  }
#else
#define ADD_DIRECTLY(sum, win, filter) \
  { \
    const idx f = filter; \
    EACH_TAP(win, ADD_CHANNELS(sum, 0, channels)) \
  }
#endif

#define BATCH_STATE

#if NHWC
typedef Place LhsPlace;
typedef idx RhsPlace;
#define LHS_ROW(i) PIXEL(i)
#define LHS_DEPTH(k) TAP(k)
#define LHS(row, k) IMAGE(row, k)
#define LHS_DEPTH_FIRST 1
#define RHS_COL(j) FILTER(j)
#define RHS_DEPTH(k) FILTER_TAP(k)
#define RHS(col, k) LOAD_W(w, (col) + (k))
#define RHS_DEPTH_FIRST 1
#else
typedef idx LhsPlace;
typedef Place RhsPlace;
#define LHS_ROW(i) FILTER(i)
#define LHS_DEPTH(k) FILTER_TAP(k)
#define LHS(row, k) LOAD_W(w, (row) + (k))
#define LHS_DEPTH_FIRST 1
#define RHS_COL(j) PIXEL(j)
#define RHS_DEPTH(k) TAP(k)
#define RHS(col, k) IMAGE(col, k)
#define RHS_DEPTH_FIRST 0
// Neighbouring pixels of one row at stride 1 lie next to each other, as far as the tap is inside for all of them.
#define RHS_RUN(first, last, k) \
  ((last).at - (first).at == (last).x - (first).x && (last).y == (first).y && STRIDE_W == 1 \
      && INSIDE((first).y + (k).y, (first).x + (k).x) && INSIDE((last).y + (k).y, (last).x + (k).x))
#define RHS_IN_RUN(first, k, j) LOAD_X(x, (first).at + (k).at + (j))
#endif

// Stores the sum of a channel of all groups at a position among the output pixels of all images.
#define STORE_SUM(allChannel, position, sum) \
  { \
    const idx channel = allChannel; \
    const idx image = NHWC ? 0 : (position) / (outHeight * outWidth); \
    const idx pixel = NHWC ? PIXEL_OF_ALL(position) : PIXEL_OF_ONE(position); \
    const idx at = NHWC ? pixel * groups * filters + channel : (image * groups * filters + channel) * PLANE + pixel; \
    const real acc = sum; \
    FORMULA \
    STORE_Y(y, at, RESULT); \
  }

// 0·w is NaN for an infinite w, but outside the image there is no product at all: where the sum is NaN and that may be
// why, it is made again.
#define FINISH(i, j, sum) \
  { \
    const idx row = i; \
    const idx col = j; \
    const idx position = NHWC ? row : col; \
    const idx inGroup = NHWC ? col : row; \
    real made = sum; \
    if (PADDED && made != made) { \
      const Place win = PIXEL(position); \
      if (STICKS_OUT(win)) { \
        made = 0; \
        ADD_DIRECTLY(made, win, FILTER(inGroup)) \
      } \
    } \
    STORE_SUM(batch * filters + inGroup, position, made) \
  }
