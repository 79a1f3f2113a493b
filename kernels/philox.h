// The random numbers of op.Philox: Philox4x32-10 (J. K. Salmon et al., SC11), counter (block lo, block hi, third, 0).

// Puts the four words for the counter c0 … c3 in their place.
#define PHILOX(seed, c0, c1, c2, c3) \
  { \
    u32 k0 = (u32)(seed), k1 = (u32)((u64)(seed) >> 32); \
    for (int round = 0; round < 10; round++) { \
      const u64 p0 = (u64)0xD2511F53u * c0, p1 = (u64)0xCD9E8D57u * c2; \
      c0 = (u32)(p1 >> 32) ^ c1 ^ k0; \
      c2 = (u32)(p0 >> 32) ^ c3 ^ k1; \
      c1 = (u32)p1; \
      c3 = (u32)p0; \
      k0 += 0x9E3779B9u; \
      k1 += 0xBB67AE85u; \
    } \
  }

// The four words of a block: third = 0, and 1 for the lower bits of numbers of 53 bits.
#define PHILOX_BLOCK(seed, block, third, c0, c1, c2, c3) \
  u32 c0 = (u32)(block), c1 = (u32)((u64)(block) >> 32), c2 = third, c3 = 0; \
  PHILOX(seed, c0, c1, c2, c3)

#ifdef ORTHANT_F64
#define BITS_53(word, lower) (((i64)((word) >> 5) << 26) | (i64)((lower) >> 6))
#endif

// Number i of a sequence in [0, 1): the upper 24 bits of its word, exact in F32; of 53 bits in F64.
DEVICE real philox_uniform(const i64 seed, const i64 offset, const i64 i) {
  const u64 word = (u64)offset + (u64)i;
  PHILOX_BLOCK(seed, word >> 2, 0, c0, c1, c2, c3)
  const u32 low = word & 1 ? c1 : c0, high = word & 1 ? c3 : c2;
#ifdef ORTHANT_F64
  PHILOX_BLOCK(seed, word >> 2, 1, d0, d1, d2, d3)
  const u32 lower_low = word & 1 ? d1 : d0, lower_high = word & 1 ? d3 : d2;
  return (real)BITS_53(word & 2 ? high : low, word & 2 ? lower_high : lower_low) * 0x1p-53;
#else
  return (real)((word & 2 ? high : low) >> 8) * 5.9604644775390625e-8f;
#endif
}
