// What the kernels ask of a compiler, answered for CUDA C++: nvcc, NVRTC (which has no headers: none is included), and
// behind host.h a compiler for the host.
//
// As in opencl.h, with 32-bit ids. What is written in PTX has a twin for the host.

// A formula need not read all that is at hand.
#ifdef __CUDACC__
#pragma nv_diag_suppress 177
#endif

#define KERNEL(items) extern "C" __global__ __launch_bounds__(items)
#define DEVICE static __device__ __forceinline__
#define GLOBAL
#define SHARED __shared__ __align__(16)
#define TO_SHARED
#define RESTRICT __restrict__
#define ALIGNED(bytes) __align__(bytes)
#define BARRIER() __syncthreads()
#define ITEM() ((int)threadIdx.x)
#define GROUP() ((idx)blockIdx.x)
#define GROUPS() ((idx)gridDim.x)

typedef long long i64;
typedef int i32;
typedef signed char i8;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#define MOST_I64 ((i64)(~(u64)0 >> 1))
#ifdef ORTHANT_WIDE
typedef i64 idx;
#else
typedef i32 idx;
#endif

// The bits of a float, and back.
#define BITS_OF(v) __float_as_uint(v)
#define FLOAT_OF(bits) __uint_as_float(bits)

#undef NAN
#undef INFINITY
#define NAN FLOAT_OF(0x7fc00000u)
#define INFINITY FLOAT_OF(0x7f800000u)

// Rounded before anything is added to it.
DEVICE float product(float a, float b) {
  return __fmul_rn(a, b);
}
DEVICE double product(double a, double b) {
  return __dmul_rn(a, b);
}
#define PRODUCT(a, b) product(a, b)
#define NO_CONTRACTION

// Storage only: f16 and bf16 are their bits.
typedef u16 f16;
typedef u16 bf16;
typedef float f32;

#if defined(ORTHANT_I64)
typedef i64 real;
#elif defined(ORTHANT_F64)
typedef double f64;
typedef double real;
#define I64_OF(v) __double_as_longlong(v)
#define F64_OF(bits) __longlong_as_double(bits)
#else
typedef float real;
// The functions of formulas by their names for float: a number that falls to double by chance would cost a GPU dearly.
#define fabs(x) fabsf(x)
#define sqrt(x) sqrtf(x)
#define cbrt(x) cbrtf(x)
#define exp(x) expf(x)
#define expm1(x) expm1f(x)
#define log(x) logf(x)
#define log2(x) log2f(x)
#define log10(x) log10f(x)
#define log1p(x) log1pf(x)
#define sin(x) sinf(x)
#define cos(x) cosf(x)
#define tan(x) tanf(x)
#define asin(x) asinf(x)
#define acos(x) acosf(x)
#define atan(x) atanf(x)
#define sinh(x) sinhf(x)
#define cosh(x) coshf(x)
#define tanh(x) tanhf(x)
#define asinh(x) asinhf(x)
#define atanh(x) atanhf(x)
#define erf(x) erff(x)
#define floor(x) floorf(x)
#define ceil(x) ceilf(x)
#define rint(x) rintf(x)
#define trunc(x) truncf(x)
#define pow(x, y) powf(x, y)
#define atan2(y, x) atan2f(y, x)
#define fmod(x, y) fmodf(x, y)
#endif

// To the nearest, ties to even; a NaN stays a quiet NaN.
DEVICE bf16 to_bf16(float v) {
  const u32 bits = BITS_OF(v);
  return (bf16)(v != v ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

#ifdef ORTHANT_I64
// Integers know no halves.
#elif defined(ORTHANT_HOST)
DEVICE float of_f16(f16 bits) {
  _Float16 v;
  __builtin_memcpy(&v, &bits, 2);
  return (float)v;
}
DEVICE f16 to_f16(real v) {
  const _Float16 near = (_Float16)v;
  f16 bits;
  __builtin_memcpy(&bits, &near, 2);
  return bits;
}
#else
DEVICE float of_f16(f16 bits) {
  float v;
  asm("cvt.f32.f16 %0, %1;" : "=f"(v) : "h"(bits));
  return v;
}
// One rounding from double as well.
DEVICE f16 to_f16(real v) {
  f16 bits;
#ifdef ORTHANT_F64
  asm("cvt.rn.f16.f64 %0, %1;" : "=h"(bits) : "d"(v));
#else
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(v));
#endif
  return bits;
}
#endif

#define LOAD_f16(p, i) of_f16((p)[i])
#define LOAD_bf16(p, i) FLOAT_OF((u32)(p)[i] << 16)
#define LOAD_f32(p, i) ((p)[i])
#define LOAD_f64(p, i) ((p)[i])
#define STORE_f16(p, i, v) ((p)[i] = to_f16(v))
#define STORE_bf16(p, i, v) ((p)[i] = to_bf16((float)(v)))
#define STORE_f32(p, i, v) ((p)[i] = (float)(v))
#define STORE_f64(p, i, v) ((p)[i] = (v))
