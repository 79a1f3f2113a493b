// Elements moved along strided axes. Given: ELEMENT (their bits), WALK (AXIS or FILLED_AXIS for each axis, innermost
// first), count.

// Where the output's element is along an axis says where the input's is.
#define AXIS(length, stride) \
  from += rest % length * stride; \
  rest /= length;
// Only every period-th place from the first on, count of them, has an element of the input.
#define FILLED_AXIS(length, first, period, count, stride) \
  { \
    const idx i = rest % length - first; \
    inside &= i >= 0 && i % period == 0 && i / period < count; \
    from += i / period * stride; \
    rest /= length; \
  }

KERNEL(ITEMS) void copy(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    idx rest = at;
    idx from = base;
    int inside = 1;
    WALK
    y[at] = inside ? x[from] : (ELEMENT)fill;
  }
}
