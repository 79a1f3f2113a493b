// dw = formula(dy * x): the gradient of a convolution by its filters as a matrix product with a row for each filter of
// a group, a column for each of a filter's weights (in their order) and all output pixels as its depth. The images are
// read in place. The loop is in gemm.cl or gemm_serial.cl.
//
// Given: what conv2d_places.cl asks for, LOAD_DY, STORE_Y, FORMULA (statements that read acc and at), RESULT and the
// numbers filters (of a group), pixels (of all images), share and splits: the depth is cut into `splits` of at most
// `share` pixels. SPLIT: there are several, and their sums go to `parts`, one after another, for sum_parts.cl to add.

#define BATCH_STATE \
  const idx group = batch / splits; \
  const idx first = batch % splits * share; \
  const idx depth = pixels - first < share ? pixels - first : share;

#undef PIXEL
#define PIXEL(i) \
  WINDOW((i) / (outHeight * outWidth), (i) / outWidth % outHeight, (i) % outWidth, group * channels)

#if NHWC
#define GRADIENT_ROW(i) (group * filters + (i))
#define GRADIENT_PIXEL(k) ((k) * groups * filters)
#else
#define GRADIENT_ROW(i) ((group * filters + (i)) * outHeight * outWidth)
#define GRADIENT_PIXEL(k) ((k) / (outHeight * outWidth) * (groups * filters * outHeight * outWidth) + (k) % (outHeight * outWidth))
#endif

typedef idx LhsPlace;
typedef Place RhsPlace;
#define LHS_ROW(i) GRADIENT_ROW(i)
#define LHS_DEPTH(k) GRADIENT_PIXEL(first + (k))
#define LHS(row, k) LOAD_DY(dy, (row) + (k))
#define LHS_DEPTH_FIRST !NHWC
#define RHS_COL(j) TAP(j)
#define RHS_DEPTH(k) PIXEL(first + (k))
#define RHS(col, k) IMAGE(k, col)
#define RHS_DEPTH_FIRST !NHWC
#if NHWC
// Neighbouring channels, and where filters are not dilated those of neighbouring taps, lie next to each other.
#define RHS_RUN(first, last, k) \
  ((last).at - (first).at == ITEM_N - 1 && (last).y == (first).y \
      && INSIDE((first).y + (k).y, (first).x + (k).x) && INSIDE((last).y + (k).y, (last).x + (k).x))
#define RHS_IN_RUN(first, k, j) LOAD_X(x, (first).at + (k).at + (j))
#endif

// What is infinite in dy must not meet padding, where there is no product: where the sum is NaN and that may be why, it
// is made again.
#define SUM_AGAIN(sum, row, tap) \
  { \
    Total total = NOTHING; \
    for (idx k = 0; k < depth; k++) { \
      const Place win = PIXEL(first + k); \
      if (INSIDE(win.y + (tap).y, win.x + (tap).x)) { \
        total = plus(total, LOAD_DY(dy, (row) + GRADIENT_PIXEL(first + k)) * LOAD_X(x, win.at + (tap).at)); \
      } \
    } \
    sum = value_of(total); \
  }

#if SPLIT
#define STORE_SUM(sum) parts[(batch % splits) * (groups * rows * cols) + at] = sum;
#else
#define STORE_SUM(sum) \
  const real acc = sum; \
  FORMULA \
  STORE_Y(y, at, RESULT);
#endif

#define FINISH(i, j, sum) \
  { \
    const idx row = i; \
    const idx col = j; \
    const idx at = (group * rows + row) * cols + col; \
    real made = sum; \
    if (PADDED && made != made) { \
      const Place tap = TAP(col); \
      SUM_AGAIN(made, GRADIENT_ROW(row), tap) \
    } \
    STORE_SUM(made) \
  }
