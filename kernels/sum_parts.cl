// Adds the sums of the parts of a depth, in their order. Given: STORE_Y, FORMULA (statements that read acc and at), RESULT and the numbers count (of
// sums) and parts (of each).

KERNEL(ITEMS) void sum_parts(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    real acc = sums[at];
    for (idx part = 1; part < parts; part++) {
      acc += sums[part * count + at];
    }
    FORMULA
    STORE_Y(y, at, RESULT);
  }
}
