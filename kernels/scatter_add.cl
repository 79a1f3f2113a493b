// Sums by index: keys are the indices of a row sorted, places where they were. An item makes one output from the
// updates whose index is its own, in their order (sums.h). Given: sort.cl's definitions, LOAD_X, STORE_Y, ELEMENTWISE
// (a row of indices for each column), count.

KERNEL(ITEMS) void scatter_add(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    const idx column = at % inner;
    const idx outer = at / inner / extent;
    const key own = (key)(at / inner % extent);
    const idx start = ELEMENTWISE ? (outer * inner + column) * length : 0;
    idx low = 0;
    idx high = length;
    while (low < high) {
      const idx middle = low + (high - low) / 2;
      if (keys[start + middle] < own) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    Total total = NOTHING;
    for (; low < length && keys[start + low] == own; low++) {
      total = plus(total, LOAD_X(x, (outer * length + places[start + low]) * inner + column));
    }
    STORE_Y(y, at, value_of(total));
  }
}
