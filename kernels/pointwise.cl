// Formulas element by element. Given: count, FORMULA (statements that read inputs at `at` and store the outputs).

KERNEL(ITEMS) void pointwise(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    FORMULA
  }
}
