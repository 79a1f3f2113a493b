// Reductions, several work-items to a row, several rows to a group. Stages follow each other, each a sum per item (by
// sums.h where it is one) and then a tree over the row's items, in an order that depends on nothing but extents.
//
// Given: ROW_ITEMS (to a row, a power of two), ROWS (to a group), COLUMNS (whether neighbouring rows, rather than
// elements of a row, are adjacent in memory); rows, length, kept, reduced, chunks, span, groups; STAGES (STAGE(0)
// SUM_STAGE(1) …) and for each stage FORMULA_j, RESULT_j, COMBINE_j, IDENTITY_j and FINISH_j; BASES (what is known of a
// row), ELEMENTS and ROW_RESULTS (statements).

#define ITEMS (ROW_ITEMS * ROWS)
#if COLUMNS
#define LANE(item) ((item) / ROWS)
#define ROW(item) ((item) % ROWS)
#define LANE_STEP ROWS
#else
#define LANE(item) ((item) % ROW_ITEMS)
#define ROW(item) ((item) / ROW_ITEMS)
#define LANE_STEP 1
#endif

#if ROW_ITEMS > 1
#define TREE(value, combine) \
  shared[item] = value; \
  BARRIER(); \
  for (int half_ = ROW_ITEMS / 2; half_ > 0; half_ /= 2) { \
    if (lane < half_) { \
      shared[item] = combine(shared[item], shared[item + half_ * LANE_STEP]); \
    } \
    BARRIER(); \
  } \
  value = shared[item - lane * LANE_STEP]; \
  BARRIER();
#else
#define TREE(value, combine)
#endif

#define EACH_FROM(begin, end, statements) \
  for (idx p = (begin) + lane; p < (end); p += ROW_ITEMS) { \
    const idx line = p / reduced; \
    const idx q = p - line * reduced; \
    statements \
  }
#define EACH_ELEMENT(statements) EACH_FROM(first, last, statements)

#define STAGE(j) \
  real r##j = IDENTITY_##j; \
  EACH_ELEMENT(FORMULA_##j r##j = COMBINE_##j(r##j, RESULT_##j);) \
  TREE(r##j, COMBINE_##j) \
  r##j = r##j FINISH_##j;

// Of a block that all items of a row take SUM_BLOCK elements of.
#define SUM_STAGE(j) \
  Total total##j = NOTHING; \
  for (idx begin = first; begin < last; begin += SUM_BLOCK * ROW_ITEMS) { \
    const idx end = last - begin < SUM_BLOCK * ROW_ITEMS ? last : begin + SUM_BLOCK * ROW_ITEMS; \
    real part = 0; \
    EACH_FROM(begin, end, FORMULA_##j part += RESULT_##j;) \
    total##j = plus(total##j, part); \
  } \
  real r##j = value_of(total##j); \
  TREE(r##j, COMBINE_##j) \
  r##j = r##j FINISH_##j;

KERNEL(ITEMS) void reduce(PARAMETERS) {
#if ROW_ITEMS > 1
  SHARED real shared[ITEMS];
#endif
  const int item = ITEM();
  const int lane = LANE(item);
  for (idx group = GROUP(); group < groups; group += GROUPS()) {
    const idx chunk = group % chunks;
    const idx row = group / chunks * ROWS + ROW(item);
    const idx first = chunk * span;
    // Items beyond the last row go along with nothing to do: all must meet at the barriers.
    const idx last = row >= rows ? first : length - first < span ? length : first + span;
    const idx outer = row / kept;
    const idx k = row - outer * kept;
    BASES
    STAGES
#if HAS_ELEMENTS
    EACH_ELEMENT(ELEMENTS)
#endif
    if (lane == 0 && row < rows) {
      ROW_RESULTS
    }
  }
}
