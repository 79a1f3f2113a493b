// What the chunks of each row came to (reduce.cl), combined in their order. Given: rows, chunks, length, kept, partial; COMBINE_0,
// IDENTITY_0, FINISH_0, BASES and ROW_RESULTS as there.

KERNEL(ITEMS) void reduce(PARAMETERS) {
  for (idx row = GROUP() * ITEMS + ITEM(); row < rows; row += GROUPS() * ITEMS) {
    const idx outer = row / kept;
    const idx k = row - outer * kept;
    BASES
    real r0 = IDENTITY_0;
    for (idx chunk = 0; chunk < chunks; chunk++) {
      r0 = COMBINE_0(r0, partial[chunk * rows + row]);
    }
    r0 = r0 FINISH_0;
    ROW_RESULTS
  }
}
