// What the emulator's own functions must do, a kernel for each.
#include "cuda.h"

// Each block adds up its threads' numbers in a tree.
KERNEL(64) void tree(GLOBAL i32* RESTRICT y) {
  SHARED i32 sums[64];
  sums[ITEM()] = (i32)GROUP() * 1000 + ITEM();
  BARRIER();
  for (int half_ = 32; half_ > 0; half_ /= 2) {
    if (ITEM() < half_) {
      sums[ITEM()] += sums[ITEM() + half_];
    }
    BARRIER();
  }
  if (ITEM() == 0) {
    y[GROUP()] = sums[0];
  }
}

// Of a block of 80 threads the last warp has 16; exchanges follow each other without a barrier.
extern "C" __global__ void exchanges(GLOBAL i32* RESTRICT y) {
  i32 sum = 0;
  for (int round = 0; round < 5; round++) {
    const i32 mine = (i32)threadIdx.x * (round + 1);
    const i32* all = (const i32*)emu_exchange(&mine, 4, 32);
    const int lanes = (int)blockDim.x - (int)threadIdx.x / 32 * 32 < 32 ? (int)blockDim.x % 32 : 32;
    for (int l = 0; l < lanes; l++) {
      sum += all[l];
    }
  }
  y[threadIdx.x] = sum;
}

extern "C" __global__ void warpgroups(GLOBAL i32* RESTRICT y) {
  const i32 mine = (i32)threadIdx.x;
  const i32* all = (const i32*)emu_exchange(&mine, 4, 128);
  y[threadIdx.x] = all[127 - threadIdx.x % 128];
}

// The first half writes, the second reads, by barriers of their own.
extern "C" __global__ void named(GLOBAL i32* RESTRICT y) {
  i32* shared = (i32*)emu_dynamic_shared();
  const int t = (int)threadIdx.x;
  if (t < 64) {
    shared[t] = t;
    emu_named_barrier(1, 64);
    shared[64 + t] = shared[63 - t];
  }
  emu_named_barrier(2, 128);
  if (t >= 64) {
    y[t - 64] = shared[t];
    emu_named_barrier(3, 64);
  }
}
extern "C" __global__ void wrongly_named(GLOBAL i32* RESTRICT y, int id, int threads) {
  emu_named_barrier(id, threads);
  y[threadIdx.x] = 1;
}
extern "C" __global__ void wrong_exchange(GLOBAL i32* RESTRICT y, int bytes, int lanes) {
  char mine[512] = {};
  y[threadIdx.x] = ((const char*)emu_exchange(mine, (unsigned)bytes, (unsigned)lanes))[0];
}

// One thread after the other, the last one first, by spinning.
extern "C" __global__ void relay(GLOBAL i32* RESTRICT y) {
  volatile i32* turn = (volatile i32*)emu_dynamic_shared();
  if (threadIdx.x == blockDim.x - 1) {
    turn[0] = (i32)threadIdx.x;
  }
  while (turn[0] != (i32)threadIdx.x) {
    emu_yield();
  }
  y[threadIdx.x] = (i32)threadIdx.x;
  turn[0] = (i32)threadIdx.x - 1;
}

extern "C" __global__ void places(GLOBAL u32* RESTRICT y) {
  const u32 block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const u32 thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  y[block * (blockDim.x * blockDim.y * blockDim.z) + thread] = block * 1000 + thread;
}

// Parameters of every size, in an order that needs padding.
struct __align__(64) Large {
  u64 words[16];
};
extern "C" __global__ void parameters(const i8 a, const double b, GLOBAL double* RESTRICT y, const float c, const Large d, const i64 e) {
  y[0] = a;
  y[1] = b;
  y[2] = c;
  y[3] = (double)(d.words[0] + d.words[15]);
  y[4] = (double)e;
  y[5] = (u64)&d % 64 == 0;
}

// Storage of 16 bits, as the dialect converts it.
KERNEL(64) void conversions(GLOBAL const f32* RESTRICT x, GLOBAL f16* RESTRICT halves, GLOBAL bf16* RESTRICT brains, const idx count) {
  for (idx i = ITEM(); i < count; i += 64) {
    STORE_f16(halves, i, x[i]);
    STORE_bf16(brains, i, x[i]);
  }
}
