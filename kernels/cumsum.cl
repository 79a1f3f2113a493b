// Running sums, an item for each row, by sums.h. Given: LOAD_X, STORE_Y, and parameters that say where rows lie.

KERNEL(ITEMS) void cumsum(PARAMETERS) {
  for (idx row = GROUP() * ITEMS + ITEM(); row < rows; row += GROUPS() * ITEMS) {
    const idx base = row / inner * length * inner + row % inner;
    Total total = NOTHING;
    real sum = 0;
    for (idx p = 0; p < length; p++) {
      const idx at = base + (reverse ? length - 1 - p : p) * inner;
      total = plus(total, LOAD_X(x, at));
      const real next = value_of(total);
      STORE_Y(y, at, exclusive ? sum : next);
      sum = next;
    }
  }
}
