// Which operands mma_gemm.cu copies for a convolution in NHWC: those of conv2d.cl, a group's channels being a multiple
// of 16 bytes. A row is an output pixel whose window is read in place (implicit GEMM), a piece of 16 bytes at a time;
// what lies outside the image is 0.

// The part of a thread: it copies the same piece of the depth for each of its pixels, slice after slice.
#define PIXELS_COPIED (TILE_M * 4 / ITEMS)

struct ImageCopy {
  Place windows[PIXELS_COPIED];
  bool inside[PIXELS_COPIED];
  // Which tap and channel comes next.
  idx channel, tapRow, tapCol;
};

#define COPY_STATE \
  ImageCopy image; \
  _Pragma("unroll") for (int u = 0; u < PIXELS_COPIED; u++) { \
    const idx row = row0 + (u * ITEMS + item) / 4; \
    image.windows[u] = PIXEL(row); \
    image.inside[u] = row < rows; \
  } \
  { \
    const idx first = item % 4 * (16 / OPERAND_SIZE); \
    image.channel = first % channels; \
    image.tapCol = first / channels % FILTER_W; \
    image.tapRow = first / channels / FILTER_W; \
  }

// Slices are asked for in their order.
#define COPY_LHS(to, k0) \
  { \
    _Pragma("unroll") for (int u = 0; u < PIXELS_COPIED; u++) { \
      const idx y = image.windows[u].y + image.tapRow * DILATION_H; \
      const idx x_ = image.windows[u].x + image.tapCol * DILATION_W; \
      const bool valid = image.inside[u] && image.tapRow < FILTER_H && INSIDE(y, x_); \
      const idx at = image.windows[u].at + image.tapRow * DILATION_H * Y_STEP + image.tapCol * DILATION_W * X_STEP + image.channel; \
      copy_async<16>(copies, (to) + slice_place<1, TILE_M>((u * ITEMS + item) / 4, item % 4 * (16 / OPERAND_SIZE)), x + (valid ? at : 0), valid); \
    } \
    image.channel += TILE_K; \
    while (image.channel >= channels) { \
      image.channel -= channels; \
      if (++image.tapCol == FILTER_W) { \
        image.tapCol = 0; \
        image.tapRow++; \
      } \
    } \
  }
#define COPY_RHS(to, k0) \
  copy_matrix<1, TILE_N, 16>(copies, to, w + batch * filters * depth, depth, col0, filters, k0, depth, item);
