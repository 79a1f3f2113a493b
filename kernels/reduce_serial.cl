// Reductions for one work-item on one core of a CPU, which goes through rows in the order of memory. Given: as in
// reduce.cl, and lines (how often the outer reduced loops run), across (blocks of BLOCK neighbouring rows).

#define ITEMS 1

// Adds what blocks of at most SUM_BLOCK elements came to, and begins the next ones.
#define ADD_BLOCKS(high_, low_, part_, count_) \
  for (int i = 0; i < count_; i++) { \
    const Total total = plus(total_of(high_[i], low_[i]), part_[i]); \
    high_[i] = total.high; \
    low_[i] = total.low; \
    part_[i] = 0; \
  }

#if COLUMNS
// The rows of a block lie side by side: a number for each, all at once.
#define EACH_ELEMENT(statements) \
  for (idx line = 0; line < lines; line++) { \
    for (idx q = 0; q < reduced; q++) { \
      const idx p = line * reduced + q; \
      for (int i = 0; i < count; i++) { \
        const idx k = k0 + i; \
        const idx row = outer * kept + k; \
        statements \
      } \
    } \
  }

#define STAGE(j) \
  real r##j[BLOCK]; \
  for (int i = 0; i < BLOCK; i++) { \
    r##j[i] = IDENTITY_##j; \
  } \
  EACH_ELEMENT(FORMULA_##j r##j[i] = COMBINE_##j(r##j[i], RESULT_##j);) \
  for (int i = 0; i < BLOCK; i++) { \
    r##j[i] = r##j[i] FINISH_##j; \
  }

#define SUM_STAGE(j) \
  real r##j[BLOCK]; \
  real part##j[BLOCK]; \
  real low##j[BLOCK]; \
  idx taken##j = 0; \
  for (int i = 0; i < BLOCK; i++) { \
    r##j[i] = part##j[i] = low##j[i] = 0; \
  } \
  for (idx line = 0; line < lines; line++) { \
    for (idx q0 = 0, end; q0 < reduced; q0 = end) { \
      end = reduced - q0 < SUM_BLOCK - taken##j ? reduced : q0 + SUM_BLOCK - taken##j; \
      for (idx q = q0; q < end; q++) { \
        const idx p = line * reduced + q; \
        for (int i = 0; i < count; i++) { \
          const idx k = k0 + i; \
          const idx row = outer * kept + k; \
          FORMULA_##j \
          part##j[i] += RESULT_##j; \
        } \
      } \
      taken##j += end - q0; \
      if (taken##j == SUM_BLOCK) { \
        ADD_BLOCKS(r##j, low##j, part##j, BLOCK) \
        taken##j = 0; \
      } \
    } \
  } \
  ADD_BLOCKS(r##j, low##j, part##j, BLOCK) \
  for (int i = 0; i < BLOCK; i++) { \
    r##j[i] = value_of(total_of(r##j[i], low##j[i])) FINISH_##j; \
  }
#else
#define SUMS 16
#define EACH_ELEMENT(statements) \
  for (idx line = 0; line < lines; line++) { \
    for (idx q = 0; q < reduced; q++) { \
      const idx p = line * reduced + q; \
      statements \
    } \
  }

// Several sums at once, which wait for each other less and make the error smaller.
#define STAGE(j) \
  real sums##j[SUMS]; \
  for (int i = 0; i < SUMS; i++) { \
    sums##j[i] = IDENTITY_##j; \
  } \
  for (idx line = 0; line < lines; line++) { \
    for (idx q0 = 0; q0 < reduced; q0 += SUMS) { \
      const int most = reduced - q0 < SUMS ? (int)(reduced - q0) : SUMS; \
      for (int i = 0; i < most; i++) { \
        const idx q = q0 + i; \
        const idx p = line * reduced + q; \
        FORMULA_##j \
        sums##j[i] = COMBINE_##j(sums##j[i], RESULT_##j); \
      } \
    } \
  } \
  for (int half_ = SUMS / 2; half_ > 0; half_ /= 2) { \
    for (int i = 0; i < half_; i++) { \
      sums##j[i] = COMBINE_##j(sums##j[i], sums##j[i + half_]); \
    } \
  } \
  const real r##j = sums##j[0] FINISH_##j;

#define SUM_STAGE(j) \
  real sums##j[SUMS]; \
  real part##j[SUMS]; \
  real low##j[SUMS]; \
  idx taken##j = 0; \
  for (int i = 0; i < SUMS; i++) { \
    sums##j[i] = part##j[i] = low##j[i] = 0; \
  } \
  for (idx line = 0; line < lines; line++) { \
    for (idx first = 0, end; first < reduced; first = end) { \
      end = reduced - first < SUMS * (SUM_BLOCK - taken##j) ? reduced : first + SUMS * (SUM_BLOCK - taken##j); \
      for (idx q0 = first; q0 < end; q0 += SUMS) { \
        const int most = end - q0 < SUMS ? (int)(end - q0) : SUMS; \
        for (int i = 0; i < most; i++) { \
          const idx q = q0 + i; \
          const idx p = line * reduced + q; \
          FORMULA_##j \
          part##j[i] += RESULT_##j; \
        } \
      } \
      taken##j += (end - first + SUMS - 1) / SUMS; \
      if (taken##j == SUM_BLOCK) { \
        ADD_BLOCKS(sums##j, low##j, part##j, SUMS) \
        taken##j = 0; \
      } \
    } \
  } \
  ADD_BLOCKS(sums##j, low##j, part##j, SUMS) \
  for (int i = 0; i < SUMS; i++) { \
    sums##j[i] = value_of(total_of(sums##j[i], low##j[i])); \
  } \
  for (int half_ = SUMS / 2; half_ > 0; half_ /= 2) { \
    for (int i = 0; i < half_; i++) { \
      sums##j[i] += sums##j[i + half_]; \
    } \
  } \
  const real r##j = sums##j[0] FINISH_##j;
#endif

KERNEL(ITEMS) void reduce(PARAMETERS) {
  for (idx group = GROUP(); group < groups; group += GROUPS()) {
    const idx outer = group / across;
    const idx k0 = group % across * BLOCK;
    const int count = kept - k0 < BLOCK ? (int)(kept - k0) : BLOCK;
    BASES
#if COLUMNS
    STAGES
#if HAS_ELEMENTS
    EACH_ELEMENT(ELEMENTS)
#endif
    for (int i = 0; i < count; i++) {
      const idx k = k0 + i;
      const idx row = outer * kept + k;
      ROW_RESULTS
    }
#else
    for (int i = 0; i < count; i++) {
      const idx k = k0 + i;
      const idx row = outer * kept + k;
      STAGES
#if HAS_ELEMENTS
      EACH_ELEMENT(ELEMENTS)
#endif
      ROW_RESULTS
    }
#endif
  }
}
