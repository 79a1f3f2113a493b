// Matrix units and asynchronous copies of compute capability 8.0 (PTX ISA: mma.sync, ldmatrix, cp.async), and their
// twins for the emulator.

// A place in shared memory, and the block's part that is sized at launch.
#ifdef ORTHANT_HOST
typedef unsigned char* Shared;
#define DYNAMIC_SHARED(name) unsigned char* const name = (unsigned char*)emu_dynamic_shared()

DEVICE Shared shared_place(void* p) {
  return (Shared)p;
}
DEVICE u32 load_word(Shared from) {
  return *(const u32*)from;
}
DEVICE void store_half(Shared to, u16 v) {
  *(u16*)to = v;
}
#else
typedef u32 Shared;
#define DYNAMIC_SHARED(name) extern __shared__ __align__(1024) unsigned char name[]

DEVICE Shared shared_place(void* p) {
  u32 address;
  asm("{ .reg .u64 t; cvta.to.shared.u64 t, %1; cvt.u32.u64 %0, t; }" : "=r"(address) : "l"(p));
  return address;
}
DEVICE u32 load_word(Shared from) {
  u32 v;
  asm volatile("ld.shared.u32 %0, [%1];" : "=r"(v) : "r"(from));
  return v;
}
DEVICE void store_half(Shared to, u16 v) {
  asm volatile("st.shared.u16 [%0], %1;" : : "r"(to), "h"(v) : "memory");
}
#endif

// v, of which the compiler knows nothing: what depends on it is not computed ahead of a loop, to be kept in registers
// that the loop needs.
DEVICE int opaque(int v) {
#ifndef ORTHANT_HOST
  asm volatile("" : "+r"(v));
#endif
  return v;
}

// ---- copies
// --------------------------------------------------------------------------------------------------------------

// A thread's copies from global to shared memory. They are done once they were committed and waited for; others see
// them after a barrier.
#ifdef ORTHANT_HOST
// Done as late as the hardware may: by the wait that covers them.
struct Copies {
  static const int MOST = 512;
  struct Copy {
    unsigned char* to;
    const unsigned char* from;
    int bytes, given, group;
  };
  Copy waiting[MOST];
  int first = 0, last = 0, group = 0;
};

template <int BYTES>
DEVICE void copy_async(Copies& copies, Shared to, const void* from, bool valid) {
  if ((u64)to % BYTES != 0 || (valid && (u64)from % BYTES != 0) || copies.last - copies.first == Copies::MOST) {
    __builtin_trap();
  }
  copies.waiting[copies.last++ % Copies::MOST] = {to, (const unsigned char*)from, BYTES, valid ? BYTES : 0, copies.group};
}

DEVICE void copies_commit(Copies& copies) {
  copies.group++;
}

template <int PENDING>
DEVICE void copies_wait(Copies& copies) {
  while (copies.first < copies.last && copies.waiting[copies.first % Copies::MOST].group < copies.group - PENDING) {
    const Copies::Copy c = copies.waiting[copies.first++ % Copies::MOST];
    for (int i = 0; i < c.bytes; i++) {
      c.to[i] = i < c.given ? c.from[i] : 0;
    }
  }
}
#else
struct Copies {};

// Copies BYTES (4, 8 or 16, to which both places are aligned), or zeros when not valid: `from` is then not read.
template <int BYTES>
DEVICE void copy_async(Copies&, Shared to, const void* from, bool valid) {
  const int given = valid ? BYTES : 0;
  if (BYTES == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(to), "l"(from), "r"(given) : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" : : "r"(to), "l"(from), "n"(BYTES), "r"(given) : "memory");
  }
}

// Makes one group of the copies asked for since the last one.
DEVICE void copies_commit(Copies&) {
  asm volatile("cp.async.commit_group;" : : : "memory");
}

// Waits until at most the PENDING latest groups are under way.
template <int PENDING>
DEVICE void copies_wait(Copies&) {
  asm volatile("cp.async.wait_group %0;" : : "n"(PENDING) : "memory");
}
#endif

// ---- fragments
// --------------------------------------------------------------------------------------------------------------

// Four 8×8 matrices of 16-bit elements from rows of 16 bytes: thread t names row t % 8 of matrix t / 8 and gets, of
// each matrix, elements 2(t % 4) and 2(t % 4) + 1 of row t / 4; transposed: rows 2(t % 4) and 2(t % 4) + 1 of column t
// / 4.
#ifdef ORTHANT_HOST
DEVICE u16 element_of(const unsigned char* const* rows, int row, int column) {
  if ((u64)rows[row] % 16 != 0) {
    __builtin_trap();
  }
  u16 v;
  __builtin_memcpy(&v, rows[row] + 2 * column, 2);
  return v;
}

DEVICE void load_matrices(u32 (&v)[4], Shared row) {
  const unsigned char* const* rows = (const unsigned char* const*)emu_exchange(&row, sizeof row, 32);
  const int line = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
  for (int m = 0; m < 4; m++) {
    v[m] = element_of(rows + 8 * m, line, pair) | (u32)element_of(rows + 8 * m, line, pair + 1) << 16;
  }
}

DEVICE void load_matrices_transposed(u32 (&v)[4], Shared row) {
  const unsigned char* const* rows = (const unsigned char* const*)emu_exchange(&row, sizeof row, 32);
  const int line = threadIdx.x % 32 / 4, pair = threadIdx.x % 4 * 2;
  for (int m = 0; m < 4; m++) {
    v[m] = element_of(rows + 8 * m, pair, line) | (u32)element_of(rows + 8 * m, pair + 1, line) << 16;
  }
}
#else
DEVICE void load_matrices(u32 (&v)[4], Shared row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(v[0]), "=r"(v[1]), "=r"(v[2]), "=r"(v[3])
               : "r"(row));
}

DEVICE void load_matrices_transposed(u32 (&v)[4], Shared row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(v[0]), "=r"(v[1]), "=r"(v[2]), "=r"(v[3])
               : "r"(row));
}
#endif

// A float as TF32 holds it: rounded to 11 significant bits, to the nearest, ties away from zero. What would round to
// infinity is cut.
DEVICE u32 to_tf32(float v) {
  const u32 bits = BITS_OF(v);
#ifdef ORTHANT_HOST
  const u32 near = (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & 0xffffe000u;
#else
  u32 near;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(near) : "f"(v));
#endif
  return (bits & 0x7fffffffu) >= 0x7f7ff000u && (bits & 0x7fffffffu) < 0x7f800000u ? bits & 0xffffe000u : near;
}

// v = high + low, up to 2^-22·|v|; low is 0 where high is no number.
DEVICE void split_tf32(u32 v, u32& high, u32& low) {
  high = to_tf32(FLOAT_OF(v));
  low = (high & 0x7f800000u) == 0x7f800000u ? 0 : to_tf32(FLOAT_OF(v) - FLOAT_OF(high));
}

// ---- products
// --------------------------------------------------------------------------------------------------------------

// c += a·b for a of 16 rows, b of 8 columns and a depth of 16 (16-bit elements) or 8 (TF32), spread over a warp. With g
// = thread / 4 and t = thread % 4: c has rows g (0, 1) and g + 8 (2, 3), columns 2t and 2t + 1. 16 bits: a[0] has row
// g, depths 2t and 2t + 1; a[1] row g + 8; a[2] and a[3] the same 8 deeper; b[0] has column g, depths 2t and 2t + 1;
// b[1] 8 deeper. TF32: depth t, and 4 deeper.
#ifdef ORTHANT_HOST
struct Fragments {
  u32 a[4], b[2];
};

// One block of products and the accumulator, as Fasi et al. 2021 found them summed: exact products, all addends cut
// below 24 bits of the largest, the sum cut to 24 bits.
DEVICE float sum_of_block(float c, const double* products, int count) {
  double most = fabs((double)c), plain = c;
  for (int i = 0; i < count; i++) {
    most = fabs(products[i]) > most ? fabs(products[i]) : most;
    plain += products[i];
  }
  if (most == 0 || !(fabs(plain) < (double)__builtin_inff())) {
    return (float)plain;
  }
  int exponent;
  __builtin_frexp(most, &exponent);
  i64 sum = (i64)__builtin_ldexp((double)c, 24 - exponent);
  for (int i = 0; i < count; i++) {
    sum += (i64)__builtin_ldexp(products[i], 24 - exponent);
  }
  const double exact = __builtin_ldexp((double)sum, exponent - 24);
  float cut = (float)exact;
  if (fabs((double)cut) > fabs(exact)) {
    cut = FLOAT_OF(BITS_OF(cut) - 1);
  }
  return cut;
}

// Blocks of DEPTH / 2, as on an A100. ELEMENT(word, i) is element i of a fragment's word.
#define MMA_TWIN(DEPTH, PER_WORD, ELEMENT) \
  Fragments mine; \
  __builtin_memcpy(mine.a, a, sizeof mine.a); \
  __builtin_memcpy(mine.b, b, sizeof mine.b); \
  const Fragments* all = (const Fragments*)emu_exchange(&mine, sizeof mine, 32); \
  const int lane = threadIdx.x % 32; \
  for (int i = 0; i < 4; i++) { \
    const int row = lane / 4 + 8 * (i / 2), col = lane % 4 * 2 + i % 2; \
    double products[DEPTH]; \
    for (int k = 0; k < DEPTH; k++) { \
      const int half = k / (4 * PER_WORD), t = k / PER_WORD % 4; \
      const u32 l = all[row % 8 * 4 + t].a[row / 8 + 2 * half], r = all[col * 4 + t].b[half]; \
      products[k] = (double)ELEMENT(l, k % PER_WORD) * (double)ELEMENT(r, k % PER_WORD); \
    } \
    c[i] = sum_of_block(sum_of_block(c[i], products, DEPTH / 2), products + DEPTH / 2, DEPTH / 2); \
  }
#define ELEMENT_f16(word, i) of_f16((f16)((word) >> (16 * (i))))
#define ELEMENT_bf16(word, i) FLOAT_OF((word) >> (16 * (i)) << 16)
#define ELEMENT_tf32(word, i) FLOAT_OF((word) & 0xffffe000u)

DEVICE void mma_f16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA_TWIN(16, 2, ELEMENT_f16)
}
DEVICE void mma_bf16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA_TWIN(16, 2, ELEMENT_bf16)
}
DEVICE void mma_tf32(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA_TWIN(8, 1, ELEMENT_tf32)
}
#else
#define MMA(shape, types) \
  asm("mma.sync.aligned." shape ".row.col.f32." types ".f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};" \
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) \
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

DEVICE void mma_f16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA("m16n8k16", "f16.f16");
}
DEVICE void mma_bf16(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA("m16n8k16", "bf16.bf16");
}
DEVICE void mma_tf32(float (&c)[4], const u32 (&a)[4], const u32 (&b)[2]) {
  MMA("m16n8k8", "tf32.tf32");
}
#endif
