// Running sums, a group for each row: slices of EACH elements to an item, the items' sums scanned in shared memory, the
// slices' added up by sums.h. Given: as cumsum.cl.

#define EACH 4

KERNEL(ITEMS) void cumsum_long(PARAMETERS) {
  SHARED real sums[ITEMS];
  const int item = ITEM();
  for (idx row = GROUP(); row < rows; row += GROUPS()) {
    const idx base = row / inner * length * inner + row % inner;
    Total carry = NOTHING;
    for (idx slice = 0; slice < length; slice += ITEMS * EACH) {
      real own[EACH];
      real sum = 0;
      for (int i = 0; i < EACH; i++) {
        const idx p = slice + item * EACH + i;
        own[i] = p < length ? LOAD_X(x, base + (reverse ? length - 1 - p : p) * inner) : 0;
        sum = PLUS(sum, own[i]);
      }
      sums[item] = sum;
      BARRIER();
      for (int step = 1; step < ITEMS; step *= 2) {
        const real before = item >= step ? sums[item - step] : 0;
        BARRIER();
        if (item >= step) {
          sums[item] = PLUS(sums[item], before);
        }
        BARRIER();
      }
      sum = PLUS(value_of(carry), item > 0 ? sums[item - 1] : 0);
      for (int i = 0; i < EACH; i++) {
        const idx p = slice + item * EACH + i;
        const real next = PLUS(sum, own[i]);
        if (p < length) {
          STORE_Y(y, base + (reverse ? length - 1 - p : p) * inner, exclusive ? sum : next);
        }
        sum = next;
      }
      carry = plus(carry, sums[ITEMS - 1]);
      BARRIER();
    }
  }
}
