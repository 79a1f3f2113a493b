// What the kernels ask of a compiler, answered for OpenCL C 1.2.
//
// A kernel's text is composed of this file, definitions made at run time (types, tile sizes, parameters, the formula)
// and the kernel itself. Groups and items are one-dimensional. Storage types are f16 bf16 f32 f64, arithmetic is done
// in `real` (float, or double with ORTHANT_F64, or i64 with ORTHANT_I64), indices are `idx` (int, or 64 bit with
// ORTHANT_WIDE).

#define KERNEL(items) __kernel __attribute__((reqd_work_group_size(items, 1, 1)))
#define DEVICE static inline
#define GLOBAL __global
#define SHARED __local
#define TO_SHARED __local
#define RESTRICT restrict
#define ALIGNED(bytes) __attribute__((aligned(bytes)))
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#define ITEM() ((int)get_local_id(0))
#define GROUP() ((idx)get_group_id(0))
#define GROUPS() ((idx)get_num_groups(0))

typedef long i64;
typedef int i32;
typedef char i8;
typedef uchar u8;
typedef ushort u16;
typedef uint u32;
typedef ulong u64;
#define MOST_I64 ((i64)(~(u64)0 >> 1))
#ifdef ORTHANT_WIDE
typedef i64 idx;
#else
typedef i32 idx;
#endif

// Rounded before anything is added to it, in a kernel that begins with NO_CONTRACTION.
#define PRODUCT(a, b) ((a) * (b))
#define NO_CONTRACTION _Pragma("OPENCL FP_CONTRACT OFF")

// Storage only: pointers to f16, never values.
typedef half f16;
typedef ushort bf16;
typedef float f32;

#ifdef ORTHANT_I64
typedef i64 real;
#else
#ifdef ORTHANT_F64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double f64;
typedef double real;
#define I64_OF(v) as_long(v)
#define F64_OF(bits) as_double(bits)
// As many as a vector register of today's CPUs holds; vectors are used on CPUs only.
#define LANES 4
typedef double4 lanes;
#define LOAD_LANES(p) vload4(0, p)
#define STORE_LANES(p, v) vstore4(v, 0, p)
#else
typedef float real;
#define LANES 8
typedef float8 lanes;
#define LOAD_LANES(p) vload8(0, p)
#define STORE_LANES(p, v) vstore8(v, 0, p)
#endif
#define ALL_LANES(x) ((lanes)(x))
#endif

// The bits of a float, and back.
#define BITS_OF(v) as_uint(v)
#define FLOAT_OF(bits) as_float(bits)

// To the nearest, ties to even; a NaN stays a quiet NaN.
DEVICE bf16 to_bf16(float v) {
  const uint bits = as_uint(v);
  return (bf16)(v != v ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

#define LOAD_f16(p, i) vload_half((size_t)(i), p)
#define LOAD_bf16(p, i) as_float((uint)(p)[i] << 16)
#define LOAD_f32(p, i) ((p)[i])
#define LOAD_f64(p, i) ((p)[i])
#define STORE_f16(p, i, v) vstore_half_rte(v, (size_t)(i), p)
#define STORE_bf16(p, i, v) ((p)[i] = to_bf16(v))
#define STORE_f32(p, i, v) ((p)[i] = (v))
#define STORE_f64(p, i, v) ((p)[i] = (v))
