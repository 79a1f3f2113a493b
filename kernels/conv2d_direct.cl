// Convolution with few filters to a group (depthwise above all): an item makes one output at a time by itself.

KERNEL(ITEMS) void conv2d(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    const idx plane = outHeight * outWidth;
    const idx allFilters = groups * filters;
    const idx channel = NHWC ? at % allFilters : at / plane % allFilters;
    const idx n = at / (plane * allFilters);
    const idx position = NHWC ? at / allFilters % plane : at % plane;
    const idx image = NHWC ? 0 : n;
    const idx pixel = NHWC ? at / allFilters : position;
    const Place win = WINDOW(n, position / outWidth, position % outWidth, channel / filters * channels);
    real acc = 0;
    ADD_DIRECTLY(acc, win, channel * depth)
    FORMULA
    STORE_Y(y, at, RESULT);
  }
}
