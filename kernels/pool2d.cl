// Pooling, one output to an item. KIND: 0 the largest, 1 the average, 2 the norm, 3 the norm for p = infinity; sums are
// those of sums.h. NHWC: channels are last, else planes.
//
// Given: LOAD_X, STORE_Y and the numbers count (of outputs), channels, height, width, outHeight, outWidth, windowH,
// windowW, strideH, strideW, dilationH, dilationW, padTop, padLeft; for averages what pool2d_count.h asks for, for
// norms power and root.

KERNEL(ITEMS) void pool2d(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
#if NHWC
    const idx c = at % channels;
    const idx pixel = at / channels;
#else
    const idx c = at / (outHeight * outWidth) % channels;
    const idx pixel = at / (outHeight * outWidth * channels) * (outHeight * outWidth) + at % (outHeight * outWidth);
#endif
    const idx image = pixel / (outHeight * outWidth);
    const idx top = pixel / outWidth % outHeight * strideH - padTop;
    const idx left = pixel % outWidth * strideW - padLeft;
#if KIND == 0
    real acc = -INFINITY;
#elif KIND == 3
    real acc = 0;
#else
    BEGIN_SUM
#endif
#if KIND == 2
    // Powers are taken of magnitudes over the largest, so that none overflows. Of 0 and of infinity nothing need be
    // divided.
    real scale = 0;
    for (idx r = 0; r < windowH; r++) {
      const idx y = top + r * dilationH;
      for (idx s = 0; s < windowW; s++) {
        const idx x = left + s * dilationW;
        if (y >= 0 && y < height && x >= 0 && x < width) {
          const real v = LOAD_X(x0, ELEMENT(image, c, y, x, height, width));
          scale = fabs(v) > scale || v != v ? fabs(v) : scale;
        }
      }
    }
    scale = scale == 0 || scale == INFINITY ? (real)1 : scale;
#endif
    for (idx r = 0; r < windowH; r++) {
      const idx y = top + r * dilationH;
      for (idx s = 0; s < windowW; s++) {
        const idx x = left + s * dilationW;
        if (y >= 0 && y < height && x >= 0 && x < width) {
          const real v = LOAD_X(x0, ELEMENT(image, c, y, x, height, width));
#if KIND == 0
          acc = v > acc || v != v ? v : acc;
#elif KIND == 1
          ADD_TERM(v)
#elif KIND == 2
          ADD_TERM(pow(fabs(v) / scale, power))
#else
          acc = fabs(v) > acc || v != v ? fabs(v) : acc;
#endif
        }
      }
    }
#if KIND == 1
    COUNT_TAPS(taps, top, left)
    const real acc = SUM_OF_TERMS / (real)taps;
#elif KIND == 2
    const real acc = scale * pow(SUM_OF_TERMS, root);
#endif
    STORE_Y(y0, at, acc);
  }
}
