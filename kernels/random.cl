// Random numbers with the same bits everywhere: op.Random and op.Quantile have the same operations in the same order, change both.
// Only sums, products, comparisons and integer operations, each rounded on its own.
//
// Given: y, count, distribution (0 uniform, 1 normal, 2 truncated normal, 3 Bernoulli), s0, s1, s2, seed0, offset0 and STORE_Y.

NO_CONTRACTION

#define NEXT(sum, v, c) (PRODUCT(sum, v) + (c))

// z/q for w = v + 3.5 below 7.
DEVICE f32 quantile_middle(const f32 v) {
  f32 sum = -0x1.f8ab58p-31f;
  sum = NEXT(sum, v, 0x1.24fd6ep-28f);
  sum = NEXT(sum, v, 0x1.a50022p-24f);
  sum = NEXT(sum, v, -0x1.36e088p-20f);
  sum = NEXT(sum, v, -0x1.99e96ep-20f);
  sum = NEXT(sum, v, 0x1.2d0b02p-13f);
  sum = NEXT(sum, v, -0x1.455872p-10f);
  sum = NEXT(sum, v, -0x1.5aa06ap-8f);
  sum = NEXT(sum, v, 0x1.f058a2p-2f);
  return NEXT(sum, v, 0x1.0c7a16p+2f);
}

// z/q for w = v + 15 from 7 to 23.
DEVICE f32 quantile_outer(const f32 v) {
  f32 sum = -0x1.2f401cp-38f;
  sum = NEXT(sum, v, 0x1.63a94ap-34f);
  sum = NEXT(sum, v, -0x1.0d6128p-31f);
  sum = NEXT(sum, v, -0x1.045628p-30f);
  sum = NEXT(sum, v, 0x1.2ae4a0p-23f);
  sum = NEXT(sum, v, -0x1.52f32ep-18f);
  sum = NEXT(sum, v, 0x1.396f2ep-13f);
  sum = NEXT(sum, v, -0x1.419658p-8f);
  sum = NEXT(sum, v, 0x1.38d9fcp-2f);
  return NEXT(sum, v, 0x1.14cc88p+3f);
}

// log2(1 + t) / t for 1 + t between the roots of 1/2 and of 2.
DEVICE f32 quantile_log2(const f32 t) {
  f32 sum = 0x1.00dfb4p-3f;
  sum = NEXT(sum, t, -0x1.aeac4cp-3f);
  sum = NEXT(sum, t, 0x1.bd2a70p-3f);
  sum = NEXT(sum, t, -0x1.e87dd2p-3f);
  sum = NEXT(sum, t, 0x1.269002p-2f);
  sum = NEXT(sum, t, -0x1.7160e2p-2f);
  sum = NEXT(sum, t, 0x1.ec76eep-2f);
  sum = NEXT(sum, t, -0x1.71546ap-1f);
  return NEXT(sum, t, 0x1.715474p+0f);
}

// The standard normal quantile of 1/2 + q, where tail = 1/2 - |q|.
DEVICE f32 quantile(const f32 q, const f32 tail) {
  const f32 s = PRODUCT(PRODUCT(4.0f, tail), 1.0f - tail);
  const i32 bits = (i32)F32_BITS(s);
  const i32 exponent = (bits - 0x3f3504f3) >> 23;
  const f32 t = BITS_F32(bits - exponent * 0x800000) - 1.0f;
  const f32 w = -((f32)exponent + PRODUCT(t, quantile_log2(t)));
  return PRODUCT(q, w < 7.0f ? quantile_middle(w - 3.5f) : quantile_outer(w - 15.0f));
}

// The number made from the upper 24 bits of a word.
DEVICE real random_number(const idx distribution, const real s0, const real s1, const real s2, const i32 k) {
  const real u = (real)k * (real)5.9604644775390625e-8f;
  if (distribution == 0) {
    const real v = s0 + PRODUCT(u, s1);
    return v < s2 ? v : s2;
  }
  if (distribution == 3) {
    return u < s0 ? (real)1 : (real)0;
  }
  const i32 n = 2 * k + 1 - 0x1000000;
  const i32 rest = 0x1000000 - (n < 0 ? -n : n);
  const f32 narrow = PRODUCT((f32)n, 0x1.e8b43p-26f);
  const f32 q = distribution == 1 ? PRODUCT((f32)n, 0x1p-25f) : narrow;
  const f32 tail = distribution == 1 ? PRODUCT((f32)rest, 0x1p-25f) : 0.5f - (narrow < 0.0f ? -narrow : narrow);
  return s0 + PRODUCT(s1, (real)quantile(q, tail));
}

#define PUT(j, word) \
  { \
    const idx at = block * 4 + (j) - cut; \
    if (at >= 0 && at < count) { \
      const real v = random_number(distribution, s0, s1, s2, (i32)((word) >> 8)); \
      STORE_Y(y, at, v); \
    } \
  }

KERNEL(ITEMS) void random_numbers(PARAMETERS) {
  const idx cut = (idx)(offset0 & 3);
  const u64 first = (u64)offset0 >> 2;
  for (idx block = GROUP() * ITEMS + ITEM(); block * 4 - cut < count; block += GROUPS() * ITEMS) {
    // Words are numbered with 64 bits, and go round.
    const u64 number = (first + (u64)block) & 0x3FFFFFFFFFFFFFFFu;
    PHILOX_BLOCK(seed0, number, c0, c1, c2, c3)
    PUT(0, c0)
    PUT(1, c1)
    PUT(2, c2)
    PUT(3, c3)
  }
}
