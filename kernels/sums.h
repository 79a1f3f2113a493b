// Long sums: terms are added one after another in blocks of at most SUM_BLOCK (products: DOT_BLOCK) only, see
// Summation.java. What the blocks come to is added with its rounding errors kept (TwoSum: D. E. Knuth, The Art of
// Computer Programming 2, 4.2.2), which costs one rounding however many there are. Only additions are in it, so nothing
// can be contracted; and no compiler may reorder them.
typedef struct {
  real high, low;
} Total;

DEVICE Total total_of(real high, real low) {
  Total t;
  t.high = high;
  t.low = low;
  return t;
}
#define NOTHING total_of(0, 0)

// Integers bring their own addition (integers.h).
#ifndef PLUS
#define PLUS(a, b) ((a) + (b))
#endif

#ifdef ORTHANT_I64
// Integers wrap around, in any order the same.
DEVICE Total plus(Total t, real v) {
  return total_of(PLUS(t.high, v), 0);
}
DEVICE real value_of(Total t) {
  return t.high;
}
#else
DEVICE Total plus(Total t, real v) {
  const real sum = t.high + v;
  const real added = sum - t.high;
  return total_of(sum, t.low + ((t.high - (sum - added)) + (v - added)));
}

// What is infinite or NaN is what plain addition makes of it: its errors are NaN.
DEVICE real value_of(Total t) {
  return t.low - t.low == 0 ? t.high + t.low : t.high;
}
#endif

// A sum whose terms come one by one: BEGIN_SUM, ADD_TERM for each, SUM_OF_TERMS.
#define BEGIN_SUM \
  Total total = NOTHING; \
  real part = 0; \
  int taken = 0;
#define ADD_TERM(v) \
  { \
    part += v; \
    if (++taken == SUM_BLOCK) { \
      total = plus(total, part); \
      part = 0; \
      taken = 0; \
    } \
  }
#define SUM_OF_TERMS value_of(plus(total, part))

// The totals of an item's many sums, which are needed once in a block only: volatile keeps them in memory, and the
// registers for what is multiplied.
#define TOTALS(count) volatile real high[count], low[count];
#define CLEAR_TOTAL(at) \
  { \
    high[at] = 0; \
    low[at] = 0; \
  }
#define ADD_TO_TOTAL(at, sum) \
  { \
    const Total total_ = plus(total_of(high[at], low[at]), sum); \
    high[at] = total_.high; \
    low[at] = total_.low; \
    sum = 0; \
  }
// With the last block's sum.
#define VALUE_OF_TOTAL(at, sum) value_of(plus(total_of(high[at], low[at]), sum))
