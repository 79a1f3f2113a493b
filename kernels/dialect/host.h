// What nvcc would provide to kernels, answered by g++ for the emulator (native-tests/emulator): included before the
// composed text. No header is included here, as compiling thousands of kernels must be fast.

#pragma once
#define ORTHANT_HOST 1

#define __global__
#define __device__
#define __host__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __cluster_dims__(...)
#define __align__(n) __attribute__((aligned(n)))
// One block runs at a time: its static shared memory is static, in a section of its own that the emulator fills with
// 0xFF before each block.
#define __shared__ __attribute__((section("emu_shared"))) static

typedef decltype(sizeof(0)) size_t;

struct emu_uint3 {
  unsigned x, y, z;
};
// Where the running thread is; the emulator writes it before it lets a thread run.
struct emu_place {
  emu_uint3 thread, block, blockSize, gridSize;
};
static emu_place emu_here;
#define threadIdx (emu_here.thread)
#define blockIdx (emu_here.block)
#define blockDim (emu_here.blockSize)
#define gridDim (emu_here.gridSize)
#define warpSize 32

extern "C" {
// All threads of the block.
void emu_barrier(void);
// `threads` threads of the block: bar.sync id, threads.
void emu_named_barrier(int id, int threads);
// All threads of the cluster.
void emu_cluster_barrier(void);
// `lanes` consecutive, aligned threads each give `bytes` (at most 256); all get the array of all of them, valid until
// their next exchange.
const void* emu_exchange(const void* mine, unsigned bytes, unsigned lanes);
// Lets the other threads run. A launch in which all threads only do this is a deadlock.
void emu_yield(void);
// The block's dynamic shared memory: exactly as large as asked for, aligned to 1024 bytes, filled with 0xFF.
void* emu_dynamic_shared(void);
// The place of p in the dynamic shared memory of another block of the cluster.
void* emu_cluster_shared(void* p, unsigned rank);
unsigned emu_cluster_rank(void);

float fabsf(float), sqrtf(float), cbrtf(float), expf(float), exp2f(float), expm1f(float), logf(float), log2f(float), log10f(float), log1pf(float);
float sinf(float), cosf(float), tanf(float), asinf(float), acosf(float), atanf(float), sinhf(float), coshf(float), tanhf(float);
float asinhf(float), atanhf(float), erff(float), floorf(float), ceilf(float), rintf(float), truncf(float);
float powf(float, float), atan2f(float, float), fmodf(float, float), fmaf(float, float, float), fmaxf(float, float), fminf(float, float);
double fabs(double), sqrt(double), cbrt(double), exp(double), exp2(double), expm1(double), log(double), log2(double), log10(double), log1p(double);
double sin(double), cos(double), tan(double), asin(double), acos(double), atan(double), sinh(double), cosh(double), tanh(double);
double asinh(double), atanh(double), erf(double), floor(double), ceil(double), rint(double), trunc(double);
double pow(double, double), atan2(double, double), fmod(double, double), fma(double, double, double), fmax(double, double), fmin(double, double);
}

static inline void __syncthreads() {
  emu_barrier();
}
static inline void __syncwarp(unsigned = ~0u) {
  emu_exchange(nullptr, 0, 32);
}
static inline void __threadfence() {}
static inline void __threadfence_block() {}

// Rounded by itself: the kernels are compiled without contraction.
static inline float __fmul_rn(float a, float b) {
  return a * b;
}
static inline double __dmul_rn(double a, double b) {
  return a * b;
}
static inline float __fadd_rn(float a, float b) {
  return a + b;
}

template <class To, class From>
static inline To emu_bits(From v) {
  static_assert(sizeof(To) == sizeof(From), "the same bits");
  To to;
  __builtin_memcpy(&to, &v, sizeof to);
  return to;
}
static inline unsigned __float_as_uint(float v) {
  return emu_bits<unsigned>(v);
}
static inline int __float_as_int(float v) {
  return emu_bits<int>(v);
}
static inline float __uint_as_float(unsigned v) {
  return emu_bits<float>(v);
}
static inline float __int_as_float(int v) {
  return emu_bits<float>(v);
}
static inline long long __double_as_longlong(double v) {
  return emu_bits<long long>(v);
}
static inline double __longlong_as_double(long long v) {
  return emu_bits<double>(v);
}

// CUDA's vectors, aligned as there: a misaligned access is seen by UBSan.
struct __align__(8) uint2 {
  unsigned x, y;
};
struct __align__(16) uint4 {
  unsigned x, y, z, w;
};
struct __align__(16) int4 {
  int x, y, z, w;
};
struct __align__(8) float2 {
  float x, y;
};
struct __align__(16) float4 {
  float x, y, z, w;
};

// What the emulated driver writes into the 128 bytes of a tensor map: the parameters of cuTensorMapEncodeTiled or
// cuTensorMapEncodeIm2col.
struct __align__(64) emu_tensor_map {
  unsigned long long address;
  unsigned long long extents[5];  // elements, the contiguous axis first
  unsigned long long strides[4];  // bytes, of axes 1 to 4
  unsigned short box[5];          // elements along each axis; im2col: channels, pixels
  short lower[3], upper[3];       // corners of im2col, innermost axis first
  unsigned char steps[5], type, rank, interleave, swizzle, nanFill, im2col;
};
static_assert(sizeof(emu_tensor_map) == 128, "a tensor map");

template <class T>
static inline T __shfl_sync(unsigned, T v, int lane) {
  return ((const T*)emu_exchange(&v, sizeof v, 32))[lane & 31];
}
template <class T>
static inline T __shfl_xor_sync(unsigned, T v, int mask) {
  return ((const T*)emu_exchange(&v, sizeof v, 32))[(threadIdx.x ^ mask) & 31];
}

// What the emulator must know of a kernel: how to call it, which of its parameters are pointers, where its static
// shared memory is.
struct emu_kernel {
  void (*run)(void** parameters);
  const unsigned char* pointers;
  unsigned parameters;
  emu_place* here;
  unsigned char *sharedBegin, *sharedEnd;
};
extern "C" __attribute__((weak, visibility("hidden"))) unsigned char __start_emu_shared[], __stop_emu_shared[];

template <int... I>
struct emu_numbers {};
template <class T>
struct emu_value {
  T v;
};
// The caller's parameters may lie at any address.
template <class T>
static inline T emu_parameter(const void* from) {
  emu_value<T> to;
  __builtin_memcpy((void*)&to, from, sizeof(T));
  return to.v;
}
template <class T>
struct emu_plain {
  typedef T type;
};
template <class T>
struct emu_plain<const T> {
  typedef T type;
};
template <class T>
struct emu_is_pointer {
  static const unsigned char value = 0;
};
template <class T>
struct emu_is_pointer<T*> {
  static const unsigned char value = 1;
};
template <auto kernel, class F>
struct emu_entry;
template <auto kernel, class... A>
struct emu_entry<kernel, void (*)(A...)> {
  template <int... I>
  static void call(void** p, emu_numbers<I...>) {
    kernel(emu_parameter<typename emu_plain<A>::type>(p[I])...);
  }
  static void run(void** p) {
    call(p, emu_numbers<__integer_pack(sizeof...(A))...>());
  }
  static constexpr unsigned count = sizeof...(A);
  static constexpr unsigned char pointers[sizeof...(A) + 1] = {emu_is_pointer<typename emu_plain<A>::type>::value..., 0};
};
// Behind a kernel's text: makes it known to the emulator.
#define EMU_KERNEL(name) \
  extern "C" __attribute__((visibility("default"))) const emu_kernel emu_kernel_##name; \
  const emu_kernel emu_kernel_##name = {emu_entry<&name, decltype(&name)>::run, emu_entry<&name, decltype(&name)>::pointers, \
      emu_entry<&name, decltype(&name)>::count, &emu_here, __start_emu_shared, __stop_emu_shared};
