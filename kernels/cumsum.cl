// Running sums, an item for each row: of a block of SUM_BLOCK elements each, upon the sum of those before it (sums.h).
// Given: LOAD_X, STORE_Y, and parameters that say where rows lie.

KERNEL(ITEMS) void cumsum(PARAMETERS) {
  for (idx row = GROUP() * ITEMS + ITEM(); row < rows; row += GROUPS() * ITEMS) {
    const idx base = row / inner * length * inner + row % inner;
    Total total = NOTHING;
    for (idx block = 0; block < length; block += SUM_BLOCK) {
      const idx end = length - block < SUM_BLOCK ? length : block + SUM_BLOCK;
      const real before = value_of(total);
      real part = 0;
      for (idx p = block; p < end; p++) {
        const idx at = base + (reverse ? length - 1 - p : p) * inner;
        const real next = PLUS(part, LOAD_X(x, at));
        STORE_Y(y, at, PLUS(before, exclusive ? part : next));
        part = next;
      }
      total = plus(total, part);
    }
  }
}
