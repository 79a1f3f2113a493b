// What an average divides by: wholeWindow, or if that is 0 the taps from firstRow to endRow and from firstColumn to
// endColumn, which are the image or the padded image.
#if KIND == 1
#define COUNT_TAPS(count, top, left) \
  idx count = wholeWindow; \
  if (wholeWindow == 0) { \
    idx rows = 0, columns = 0; \
    for (idx i = 0; i < windowH; i++) { \
      rows += (top) + i * dilationH >= firstRow && (top) + i * dilationH < endRow; \
    } \
    for (idx j = 0; j < windowW; j++) { \
      columns += (left) + j * dilationW >= firstColumn && (left) + j * dilationW < endColumn; \
    } \
    count = rows * columns; \
  }
#endif
