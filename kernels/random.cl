// Random numbers with the same bits everywhere: op.Random and op.Quantile have the same operations in the same order,
// change both. Only sums, products, comparisons and integer operations, each rounded on its own.
//
// Given: y, count, distribution (0 uniform, 1 normal, 2 truncated normal, 3 Bernoulli), s0, s1, s2, s3, seed0, offset0
// and STORE_Y; in F64 also the quotients QUANTILE_MIDDLE(r), QUANTILE_TAIL(r) and QUANTILE_FAR_TAIL(r) of
// expr.NormalQuantile.

NO_CONTRACTION

#define NEXT(sum, v, c) (PRODUCT(sum, v) + (c))

#ifdef ORTHANT_F64

// The logarithm of a normal positive number.
DEVICE f64 quantile_log(const f64 x) {
  const i64 bits = I64_OF(x);
  const i64 exponent = (bits - 0x3fe6a09e667f3bcdL) >> 52;
  const f64 m = F64_OF(bits - exponent * 0x10000000000000L);
  const f64 s = (m - 1.0) / (m + 1.0);
  const f64 square = PRODUCT(s, s);
  f64 sum = 1.0 / 21.0;
  sum = NEXT(sum, square, 1.0 / 19.0);
  sum = NEXT(sum, square, 1.0 / 17.0);
  sum = NEXT(sum, square, 1.0 / 15.0);
  sum = NEXT(sum, square, 1.0 / 13.0);
  sum = NEXT(sum, square, 1.0 / 11.0);
  sum = NEXT(sum, square, 1.0 / 9.0);
  sum = NEXT(sum, square, 1.0 / 7.0);
  sum = NEXT(sum, square, 1.0 / 5.0);
  sum = NEXT(sum, square, 1.0 / 3.0);
  sum = NEXT(sum, square, 1.0);
  return PRODUCT((f64)exponent, 0x1.62e42fefa39efp-1) + PRODUCT(PRODUCT(2.0, s), sum);
}

// The standard normal quantile of 1/2 + q, where tail = 1/2 - |q|.
DEVICE f64 quantile(const f64 q, const f64 tail) {
  if ((q < 0.0 ? -q : q) <= 0.425) {
    const f64 near = 0.180625 - PRODUCT(q, q);
    return PRODUCT(q, QUANTILE_MIDDLE(near));
  }
  const f64 r = sqrt(-quantile_log(tail)), inside = r - 1.6, outside = r - 5.0;
  const f64 size = r <= 5.0 ? QUANTILE_TAIL(inside) : QUANTILE_FAR_TAIL(outside);
  return q < 0.0 ? -size : size;
}

#else

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
  const i32 bits = (i32)BITS_OF(s);
  const i32 exponent = (bits - 0x3f3504f3) >> 23;
  const f32 t = FLOAT_OF(bits - exponent * 0x800000) - 1.0f;
  const f32 w = -((f32)exponent + PRODUCT(t, quantile_log2(t)));
  return PRODUCT(q, w < 7.0f ? quantile_middle(w - 3.5f) : quantile_outer(w - 15.0f));
}

#endif

// What differs between numbers of 24 bits in F32 and of 53 bits in F64.
#ifdef ORTHANT_F64
typedef i64 bits_of_number;
#define UNIT 0x1p-53
#define HALF_UNIT 0x1p-54
#define BETWEEN 0x1.e8b4307d3627ap-55
#define ALL_NUMBERS 0x20000000000000L
#define HALF 0.5
#else
typedef i32 bits_of_number;
#define UNIT 0x1p-24f
#define HALF_UNIT 0x1p-25f
#define BETWEEN 0x1.e8b43p-26f
#define ALL_NUMBERS 0x1000000
#define HALF 0.5f
#endif

// The number made from random bits.
DEVICE real random_number(const idx distribution, const real s0, const real s1, const real s2, const real s3, const bits_of_number k) {
  const real u = (real)k * UNIT;
  if (distribution == 0) {
    const real v = PRODUCT(s0 + PRODUCT(u, s1), s3);
    return v < s2 ? v : s2;
  }
  if (distribution == 3) {
    return u < s0 ? (real)1 : (real)0;
  }
  const bits_of_number n = 2 * k + 1 - ALL_NUMBERS;
  const bits_of_number rest = ALL_NUMBERS - (n < 0 ? -n : n);
  const real narrow = PRODUCT((real)n, BETWEEN);
  const real q = distribution == 1 ? PRODUCT((real)n, HALF_UNIT) : narrow;
  const real tail = distribution == 1 ? PRODUCT((real)rest, HALF_UNIT) : HALF - (narrow < 0 ? -narrow : narrow);
  return s0 + PRODUCT(s1, quantile(q, tail));
}

#ifdef ORTHANT_F64
#define BITS(word, lower) BITS_53(word, lower)
#else
#define BITS(word, lower) ((i32)((word) >> 8))
#endif

#define PUT(j, word, lower) \
  { \
    const idx at = block * 4 + (j) - cut; \
    if (at >= 0 && at < count) { \
      const real v = random_number(distribution, s0, s1, s2, s3, BITS(word, lower)); \
      STORE_Y(y, at, v); \
    } \
  }

KERNEL(ITEMS) void random_numbers(PARAMETERS) {
  const idx cut = (idx)(offset0 & 3);
  const u64 first = (u64)offset0 >> 2;
  for (idx block = GROUP() * ITEMS + ITEM(); block * 4 - cut < count; block += GROUPS() * ITEMS) {
    // Words are numbered with 64 bits, and go round.
    const u64 number = (first + (u64)block) & 0x3FFFFFFFFFFFFFFFu;
    PHILOX_BLOCK(seed0, number, 0, c0, c1, c2, c3)
#ifdef ORTHANT_F64
    PHILOX_BLOCK(seed0, number, 1, d0, d1, d2, d3)
#endif
    PUT(0, c0, d0)
    PUT(1, c1, d1)
    PUT(2, c2, d2)
    PUT(3, c3, d3)
  }
}
