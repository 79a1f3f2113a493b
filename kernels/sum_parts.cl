// Adds the sums of the parts of a depth, in their order (sums.h). Given: STORE_Y, FORMULA (statements that read acc and
// at), RESULT and the numbers count (of sums) and parts (of each).

KERNEL(ITEMS) void sum_parts(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    Total total = NOTHING;
    for (idx part = 0; part < parts; part++) {
      total = plus(total, sums[part * count + at]);
    }
    const real acc = value_of(total);
    FORMULA
    STORE_Y(y, at, RESULT);
  }
}
