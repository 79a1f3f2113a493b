// The gradient of a pooling by its images, one element of dx to an item: it gathers the shares from the windows that
// cover it, in ascending order (sums.h).
//
// Given: what pool2d.cl asks for, with LOAD_X for all inputs; dy, and for the largest and for norms x0 (the images),
// for norms y (their norms); powerLess is power − 1. count is that of dx.

// Whether the element at (y, x) with value v is the first of the largest under the window: none before it is as large,
// none after it larger, and a NaN counts as larger than any number.
#define IS_LARGEST(is, top, left) \
  for (idx i = 0; i < windowH && is; i++) { \
    const idx otherY = (top) + i * dilationH; \
    for (idx j = 0; j < windowW && is; j++) { \
      const idx otherX = (left) + j * dilationW; \
      if (otherY >= 0 && otherY < height && otherX >= 0 && otherX < width && (otherY != row || otherX != col)) { \
        const real other = LOAD_X(x0, ELEMENT(image, c, otherY, otherX, height, width)); \
        const int before = otherY < row || (otherY == row && otherX < col); \
        const int larger = other > v || (other != other && v == v); \
        const int same = other == v || (other != other && v != v); \
        is = !(larger || (before && same)); \
      } \
    } \
  }

KERNEL(ITEMS) void pool2d_backward(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
#if NHWC
    const idx c = at % channels;
    const idx pixel = at / channels;
#else
    const idx c = at / (height * width) % channels;
    const idx pixel = at / (height * width * channels) * (height * width) + at % (height * width);
#endif
    const idx image = pixel / (height * width);
    const idx row = pixel / width % height;
    const idx col = pixel % width;
#if KIND != 1
    const real v = LOAD_X(x0, at);
#endif
    BEGIN_SUM
    for (idx r = windowH - 1; r >= 0; r--) {
      const idx top = row - r * dilationH;
      const idx p = (top + padTop) / strideH;
      if (top + padTop >= 0 && p * strideH == top + padTop && p < outHeight) {
        for (idx s = windowW - 1; s >= 0; s--) {
          const idx left = col - s * dilationW;
          const idx q = (left + padLeft) / strideW;
          if (left + padLeft >= 0 && q * strideW == left + padLeft && q < outWidth) {
            const idx out = ELEMENT(image, c, p, q, outHeight, outWidth);
#if KIND == 0
            int is = 1;
            IS_LARGEST(is, top, left)
            if (is) {
              ADD_TERM(LOAD_X(dy, out))
            }
#elif KIND == 1
            COUNT_TAPS(taps, top, left)
            ADD_TERM(LOAD_X(dy, out) / (real)taps)
#else
            const real norm = LOAD_X(y, out);
            const real sign = v > 0 ? (real)1 : v < 0 ? (real)-1 : v;
#if KIND == 3
            // Shared evenly by those of the largest magnitude.
            idx attaining = 0;
            for (idx i = 0; i < windowH; i++) {
              for (idx j = 0; j < windowW; j++) {
                const idx otherY = top + i * dilationH;
                const idx otherX = left + j * dilationW;
                if (otherY >= 0 && otherY < height && otherX >= 0 && otherX < width) {
                  attaining += fabs(LOAD_X(x0, ELEMENT(image, c, otherY, otherX, height, width))) == norm;
                }
              }
            }
            ADD_TERM(norm != norm ? norm : fabs(v) == norm ? LOAD_X(dy, out) * sign / (real)attaining : (real)0)
#else
            ADD_TERM(norm == 0 ? (real)0 : LOAD_X(dy, out) * sign * pow(fabs(v) / norm, powerLess))
#endif
#endif
          }
        }
      }
    }
    STORE_Y(y0, at, SUM_OF_TERMS);
  }
}
