// y = formula(x * w): convolution as a matrix product whose image operand is read in place (implicit GEMM), a group of channels at a
// time. The loop is in gemm.cl or gemm_serial.cl, or for few filters to a group in conv2d_direct.cl; this says where operands lie.
// NCHW: filters are rows, pixels of all images are columns. NHWC: the other way round.
//
// Given: LOAD_X, LOAD_W, STORE_Y, NHWC, PADDED (whether a filter can stick out of an image), FILTER_H/W, STRIDE_H/W, DILATION_H/W, FORMULA
// (statements that read acc, at, image, channel, pixel), RESULT and the numbers groups, channels and filters (of a group), height, width,
// outHeight, outWidth, padTop, padLeft, depth (= channels·FILTER_H·FILTER_W).

#if NHWC
#define CHANNEL_STEP 1
#define X_STEP (groups * channels)
#define Y_STEP (width * groups * channels)
#define FILTER_AT(c, r, s) (((r) * FILTER_W + (s)) * channels + (c))
#else
#define CHANNEL_STEP (height * width)
#define X_STEP 1
#define Y_STEP width
#define FILTER_AT(c, r, s) (((c) * FILTER_H + (r)) * FILTER_W + (s))
#endif

// Where an output pixel's window begins, or a tap of the filter from there: element, row and column. A window may begin outside the
// image: its element is then not in it, but the sum with a tap inside is.
typedef struct {
  idx at, y, x;
} Place;

DEVICE Place place(idx at, idx y, idx x) {
  Place p;
  p.at = at;
  p.y = y;
  p.x = x;
  return p;
}

DEVICE Place window_at(idx image, idx p, idx q, idx channel, idx padTop, idx padLeft, idx groups, idx channels, idx height, idx width) {
  const idx y = p * STRIDE_H - padTop;
  const idx x = q * STRIDE_W - padLeft;
  return place(image * groups * channels * height * width + channel * CHANNEL_STEP + y * Y_STEP + x * X_STEP, y, x);
}

DEVICE Place tap_at(idx k, idx groups, idx channels, idx height, idx width) {
#if NHWC
  const idx c = k % channels;
  const idx s = k / channels % FILTER_W;
  const idx r = k / channels / FILTER_W;
#else
  const idx s = k % FILTER_W;
  const idx r = k / FILTER_W % FILTER_H;
  const idx c = k / (FILTER_W * FILTER_H);
#endif
  return place(c * CHANNEL_STEP + r * DILATION_H * Y_STEP + s * DILATION_W * X_STEP, r * DILATION_H, s * DILATION_W);
}

#define WINDOW(image, p, q, channel) \
  window_at(image, p, q, channel, padTop, padLeft, groups, channels, height, width)
#define PIXEL(i) \
  WINDOW((i) / (outHeight * outWidth), (i) / outWidth % outHeight, (i) % outWidth, batch * channels)
#define TAP(k) tap_at(k, groups, channels, height, width)

#if PADDED
#define INSIDE(y, x) ((y) >= 0 && (y) < height && (x) >= 0 && (x) < width)
#define STICKS_OUT(w) \
  (!INSIDE((w).y, (w).x) || !INSIDE((w).y + (FILTER_H - 1) * DILATION_H, (w).x + (FILTER_W - 1) * DILATION_W))
#else
#define INSIDE(y, x) 1
#define STICKS_OUT(w) 0
#endif
#define IMAGE(w, t) (INSIDE((w).y + (t).y, (w).x + (t).x) ? LOAD_X(x, (w).at + (t).at) : (real)0)
#define FILTER(i) ((batch * filters + (i)) * depth)

// Adds to `sum` what the window at place `w` and the filter at element `f` give, leaving out what is outside the image.
#define ADD_DIRECTLY(sum, win, f) \
  for (int r = 0; r < FILTER_H; r++) { \
    for (int s = 0; s < FILTER_W; s++) { \
      if (INSIDE((win).y + r * DILATION_H, (win).x + s * DILATION_W)) { \
        const idx from = (win).at + r * DILATION_H * Y_STEP + s * DILATION_W * X_STEP; \
        for (idx c = 0; c < channels; c++) { \
          sum = LOAD_X(x, from + c * CHANNEL_STEP) * LOAD_W(w, (f) + FILTER_AT(c, r, s)) + sum; \
        } \
      } \
    } \
  }

#define BATCH_STATE

#if NHWC
typedef Place LhsPlace;
typedef idx RhsPlace;
#define LHS_ROW(i) PIXEL(i)
#define LHS_DEPTH(k) TAP(k)
#define LHS(row, k) IMAGE(row, k)
#define LHS_DEPTH_FIRST 1
#define RHS_COL(j) FILTER(j)
#define RHS_DEPTH(k) (k)
#define RHS(col, k) LOAD_W(w, (col) + (k))
#define RHS_DEPTH_FIRST 1
#else
typedef idx LhsPlace;
typedef Place RhsPlace;
#define LHS_ROW(i) FILTER(i)
#define LHS_DEPTH(k) (k)
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

// 0·w is NaN for an infinite w, but outside the image there is no product at all: where the sum is NaN and that may be why, it is
// made again.
#define FINISH(i, j, sum) \
  { \
    const idx row = i; \
    const idx col = j; \
    const idx position = NHWC ? row : col; \
    const idx inGroup = NHWC ? col : row; \
    real acc = sum; \
    if (PADDED && acc != acc) { \
      const Place win = PIXEL(position); \
      if (STICKS_OUT(win)) { \
        acc = 0; \
        ADD_DIRECTLY(acc, win, FILTER(inGroup)) \
      } \
    } \
    const idx channel = batch * filters + inGroup; \
    const idx image = NHWC ? 0 : position / (outHeight * outWidth); \
    const idx pixel = NHWC ? position : position % (outHeight * outWidth); \
    const idx at = NHWC ? pixel * groups * filters + channel \
        : (image * groups * filters + channel) * outHeight * outWidth + pixel; \
    FORMULA \
    STORE_Y(y, at, RESULT); \
  }
