// Running sums, an item for each row. Given: LOAD_X, STORE_Y, and parameters that say where rows lie.
#ifndef PLUS
#define PLUS(a, b) ((a) + (b))
#endif

KERNEL(ITEMS) void cumsum(PARAMETERS) {
  for (idx row = GROUP() * ITEMS + ITEM(); row < rows; row += GROUPS() * ITEMS) {
    const idx base = row / inner * length * inner + row % inner;
    real sum = 0;
    for (idx p = 0; p < length; p++) {
      const idx at = base + (reverse ? length - 1 - p : p) * inner;
      const real next = PLUS(sum, LOAD_X(x, at));
      STORE_Y(y, at, exclusive ? sum : next);
      sum = next;
    }
  }
}
