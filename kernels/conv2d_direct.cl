// Convolution with few filters to a group (depthwise above all): an item makes one output at a time by itself.

KERNEL(ITEMS) void conv2d(PARAMETERS) {
  for (idx one = GROUP() * ITEMS + ITEM(); one < count; one += GROUPS() * ITEMS) {
    const idx outPlane = outHeight * outWidth;
    const idx allFilters = groups * filters;
    const idx filter = NHWC ? one % allFilters : one / outPlane % allFilters;
    const idx position = NHWC ? one / allFilters : one / (outPlane * allFilters) * outPlane + one % outPlane;
    const Place win = WINDOW(position / outPlane, position / outWidth % outHeight, position % outWidth, filter / filters * channels);
    real made = 0;
    ADD_DIRECTLY(made, win, FILTER_OF(filter / filters, filter % filters))
    STORE_SUM(filter, position, made)
  }
}
