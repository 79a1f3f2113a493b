// Kernels of clusters have no static shared memory in their text.
#include "cuda.h"

// Each block of a cluster writes into the next one's shared memory.
extern "C" __global__ void ring(GLOBAL i32* RESTRICT y, int blocks) {
  i32* own = (i32*)emu_dynamic_shared();
  const int rank = (int)emu_cluster_rank();
  emu_cluster_barrier();
  ((i32*)emu_cluster_shared(own, (unsigned)(rank + 1) % (unsigned)blocks))[threadIdx.x] = (i32)blockIdx.x * 100 + (i32)threadIdx.x;
  emu_cluster_barrier();
  y[blockIdx.x * blockDim.x + threadIdx.x] = own[threadIdx.x];
}
