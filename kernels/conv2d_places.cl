// Where the elements of images lie that a filter's taps meet. Used by conv2d.cl and conv2d_backward_weights.cl.
//
// Given: NHWC, PADDED (whether a filter can stick out of an image), FILTER_H/W, STRIDE_H/W, DILATION_H/W (numbers or
// parameters), LOAD_X and the numbers groups, channels (of a group), height, width, outHeight, outWidth, padTop,
// padLeft. The image operand is called x.

#if NHWC
#define CHANNEL_STEP 1
#define X_STEP (groups * channels)
#define Y_STEP (width * groups * channels)
#else
#define CHANNEL_STEP (height * width)
#define X_STEP 1
#define Y_STEP width
#endif

// Where an output pixel's window begins, or a tap of the filter from there: element, row and column. A window may begin
// outside the image: its element is then not in it, but the sum with a tap inside is.
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

DEVICE Place window_at(idx image, idx y, idx x, idx channel, idx groups, idx channels, idx height, idx width) {
  return place(image * groups * channels * height * width + channel * CHANNEL_STEP + y * Y_STEP + x * X_STEP, y, x);
}

DEVICE Place tap_at(idx k, idx tapsH, idx tapsW, idx stepH, idx stepW, idx groups, idx channels, idx height, idx width) {
#if NHWC
  const idx c = k % channels;
  const idx s = k / channels % tapsW;
  const idx r = k / channels / tapsW;
#else
  const idx s = k % tapsW;
  const idx r = k / tapsW % tapsH;
  const idx c = k / (tapsW * tapsH);
#endif
  return place(c * CHANNEL_STEP + r * stepH * Y_STEP + s * stepW * X_STEP, r * stepH, s * stepW);
}

#define WINDOW(image, p, q, channel) \
  window_at(image, (p) * STRIDE_H - padTop, (q) * STRIDE_W - padLeft, channel, groups, channels, height, width)
#define PIXEL(i) \
  WINDOW((i) / (outHeight * outWidth), (i) / outWidth % outHeight, (i) % outWidth, batch * channels)
#define TAP(k) tap_at(k, FILTER_H, FILTER_W, DILATION_H, DILATION_W, groups, channels, height, width)

#if PADDED
#define INSIDE(y, x) ((y) >= 0 && (y) < height && (x) >= 0 && (x) < width)
#define STICKS_OUT(w) \
  (!INSIDE((w).y, (w).x) || !INSIDE((w).y + (FILTER_H - 1) * DILATION_H, (w).x + (FILTER_W - 1) * DILATION_W))
#else
#define INSIDE(y, x) 1
#define STICKS_OUT(w) 0
#endif
#define IMAGE(w, t) (INSIDE((w).y + (t).y, (w).x + (t).x) ? LOAD_X(x, (w).at + (t).at) : (real)0)
