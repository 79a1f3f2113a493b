// One of the tensors put behind each other: rows of `own` elements into rows of `all`. Given: ELEMENT (their bits),
// count.

KERNEL(ITEMS) void concat(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    y[at / own * all + before + at % own] = x[at];
  }
}
