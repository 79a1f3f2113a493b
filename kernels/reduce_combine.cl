// What the chunks of each row came to (reduce.cl), combined in their order. Given: rows, chunks, length, kept, partial;
// STAGES (STAGE(0) or SUM_STAGE(0)), COMBINE_0, IDENTITY_0, FINISH_0, BASES and ROW_RESULTS as there.

#define STAGE(j) \
  real r##j = IDENTITY_##j; \
  for (idx chunk = 0; chunk < chunks; chunk++) { \
    r##j = COMBINE_##j(r##j, partial[chunk * rows + row]); \
  } \
  r##j = r##j FINISH_##j;

#define SUM_STAGE(j) \
  Total total = NOTHING; \
  for (idx chunk = 0; chunk < chunks; chunk++) { \
    total = plus(total, partial[chunk * rows + row]); \
  } \
  const real r##j = value_of(total) FINISH_##j;

KERNEL(ITEMS) void reduce(PARAMETERS) {
  for (idx row = GROUP() * ITEMS + ITEM(); row < rows; row += GROUPS() * ITEMS) {
    const idx outer = row / kept;
    const idx k = row - outer * kept;
    BASES
    STAGES
    ROW_RESULTS
  }
}
