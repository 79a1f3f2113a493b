// wgmma, Hopper's matrix instruction (PTX ISA 9.0, section 9.7.15): the four warps of a warpgroup add the product of a
// 64×16 and a 16×N matrix in shared memory to sums in their registers, asynchronously.
//
// Thread t of the warpgroup holds, of the 64×N sums, in sums[4*j + 2*i + e]: row 16*(t/32) + t%32/4 + 8*i, column 8*j +
// 2*(t%4) + e (9.7.15.5.1, "Matrix fragments for wgmma.mma_async.m64nNk16", D).
//
// Given: WGMMA_N (64, 128 or 256), WGMMA_TYPE ("bf16" or "f16"), WGMMA_BF16 (1 or 0), A_ROWS_FIRST and B_COLS_FIRST (1
// when rows of a left operand, columns of a right one, run along memory: "MN-major"; else the depth does: "K-major");
// ACROSS.

// A tile of outputs, halved between two warpgroups. Rows of outputs are rows of the instruction, or with ACROSS its
// columns, which is for few columns of outputs: the instruction reads its 64 rows of one operand again for each, and so
// wants many columns.
#if ACROSS
#define TILE_M (2 * WGMMA_N)
#define TILE_N 64
#define GROUP_M WGMMA_N
#else
#define TILE_M 128
#define TILE_N WGMMA_N
#define GROUP_M 64
#endif
#define TILE_K 64
// Bytes of 64 elements: the width of the swizzle.
#define SWIZZLED_ROW 128

#if HOPPER
#define SUMS (WGMMA_N / 2)
#define TRANS_A (ACROSS ? B_COLS_FIRST : A_ROWS_FIRST)
#define TRANS_B (ACROSS ? A_ROWS_FIRST : B_COLS_FIRST)

// Where an operand lies (9.7.15.5.1.2.2, "Matrix descriptor format"), in the 128-byte swizzle (mode 1 in bits 62-63),
// its base offset 0 as patterns begin at multiples of 1024 bytes. Addresses and offsets are given in units of 16 bytes.
//
// K-major: 8 rows of 128 bytes (64 of the depth) are a pattern; `stride` leads to the next 8 rows, `leading` means
// nothing. MN-major: 8 of the depth, each 128 bytes (64 rows), are a pattern; `stride` leads to the next 8 of the
// depth, `leading` to the next 64 rows.
DEVICE u64 descriptor(u32 address, u32 leading, u32 stride) {
  return (u64)((address & 0x3ffff) >> 4) | (u64)(leading >> 4) << 16 | (u64)(stride >> 4) << 32 | (u64)1 << 62;
}
#define PATTERN 1024
// From 16 of the depth to the next 16: inside the rows of a pattern, or two patterns on.
#define NEXT_DEPTH(mn) ((mn) ? 2 * PATTERN : 32)
// From 64 rows to the next, over 64 of the depth.
#define NEXT_ROWS(mn) ((mn) ? 8 * PATTERN : 16)

// Before the first wgmma, and whenever registers that it uses have been touched (9.7.15.7.1).
DEVICE void wgmma_fence() {
#ifdef ORTHANT_HOST
  emu_wgmma_fence();
#else
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#endif
}

DEVICE void wgmma_commit() {
#ifdef ORTHANT_HOST
  emu_wgmma_commit();
#else
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#endif
}

// Waits until at most the latest `pending` groups are unfinished.
#ifdef ORTHANT_HOST
#define WGMMA_WAIT(pending) emu_wgmma_wait(pending)
#else
#define WGMMA_WAIT(pending) asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory")
#endif

// The compiler must not move a use of the sums before a wait: it does not know that the instruction writes them late.
DEVICE void hold_sums(float (&sums)[SUMS]) {
#ifndef ORTHANT_HOST
#pragma unroll
  for (int i = 0; i < SUMS; i++) {
    asm volatile("" : "+f"(sums[i])::"memory");
  }
#endif
}

// sums = (keep ? sums : 0) + a·b.
DEVICE void wgmma(float (&sums)[SUMS], u64 a, u64 b, int keep) {
#ifdef ORTHANT_HOST
  emu_wgmma(sums, WGMMA_N, a, b, (keep ? 1 : 0) | WGMMA_BF16 << 1 | TRANS_A << 2 | TRANS_B << 3);
#else
#define S(i) "+f"(sums[i])
#define S8(i) S(i), S(i + 1), S(i + 2), S(i + 3), S(i + 4), S(i + 5), S(i + 6), S(i + 7)
#define S32(i) S8(i), S8(i + 8), S8(i + 16), S8(i + 24)
#if WGMMA_N == 64
  asm volatile(
      "{\n\t.reg .pred keep;\n\tsetp.ne.b32 keep, %34, 0;\n\twgmma.mma_async.sync.aligned.m64n64k16.f32." WGMMA_TYPE "." WGMMA_TYPE " "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, keep, 1, 1, %35, %36;\n\t}"
      : S32(0)
      : "l"(a), "l"(b), "r"(keep), "n"(TRANS_A), "n"(TRANS_B)
      : "memory");
#elif WGMMA_N == 128
  asm volatile(
      "{\n\t.reg .pred keep;\n\tsetp.ne.b32 keep, %66, 0;\n\twgmma.mma_async.sync.aligned.m64n128k16.f32." WGMMA_TYPE "." WGMMA_TYPE " "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, keep, 1, 1, %67, %68;\n\t}"
      : S32(0), S32(32)
      : "l"(a), "l"(b), "r"(keep), "n"(TRANS_A), "n"(TRANS_B)
      : "memory");
#elif WGMMA_N == 256
  asm volatile(
      "{\n\t.reg .pred keep;\n\tsetp.ne.b32 keep, %130, 0;\n\twgmma.mma_async.sync.aligned.m64n256k16.f32." WGMMA_TYPE "." WGMMA_TYPE " "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
      "%128, %129, keep, 1, 1, %131, %132;\n\t}"
      : S32(0), S32(32), S32(64), S32(96)
      : "l"(a), "l"(b), "r"(keep), "n"(TRANS_A), "n"(TRANS_B)
      : "memory");
#endif
#undef S
#undef S8
#undef S32
#endif
}

// Two sums as neighbours in storage, rounded to the nearest.
DEVICE u32 pack(float low, float high) {
#ifdef ORTHANT_HOST
  return WGMMA_BF16 ? (u32)to_bf16(low) | (u32)to_bf16(high) << 16 : (u32)to_f16(low) | (u32)to_f16(high) << 16;
#else
  u32 both;
#if WGMMA_BF16
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
#else
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
#endif
  return both;
#endif
}
#endif
