// Elements picked by index along an axis of `extent`; 0 where the index is out of range. Given: ELEMENT (their bits),
// ELEMENTWISE (an index for each element, else for each slice of `inner`), count.

KERNEL(ITEMS) void gather(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    const idx line = at / inner;
    const i64 picked = indices[ELEMENTWISE ? at : line % own];
    const int inside = picked >= 0 && picked < extent;
    y[at] = inside ? x[(line / own * extent + (idx)picked) * inner + at % inner] : (ELEMENT)0;
  }
}
