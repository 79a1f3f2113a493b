// Runs kernels that were compiled for the host behind kernels/dialect/host.h: a fiber for each thread of a block, one
// block (or one cluster) at a time, each thread until it must wait. On the calling thread; one launch at a time in a
// process.
#pragma once

#include <cstdint>
#include <string>

namespace emu {

// As CUDA's dim3 and uint3.
struct Dim {
  unsigned x = 1, y = 1, z = 1;

  uint64_t volume() const {
    return static_cast<uint64_t>(x) * y * z;
  }
};

// What host.h says of a kernel (emu_kernel there, the same layout).
struct Place {
  Dim thread, block, blockSize, gridSize;
};
struct Kernel {
  void (*run)(void** parameters);
  const unsigned char* pointers;
  unsigned parameters;
  Place* here;
  unsigned char *sharedBegin, *sharedEnd;

  unsigned sharedBytes() const {
    return static_cast<unsigned>(sharedEnd - sharedBegin);
  }
};

struct Launch {
  Dim grid, block;
  unsigned dynamicShared = 0;
  unsigned cluster = 1;     // neighbouring blocks along x that run together
  bool meets = true;        // whether the kernel's threads wait for each other anywhere; if not, they need no fibers
  uint64_t shuffleSeed = 0;  // not 0: threads take turns in an order drawn from it, anew after each round
};

// Runs all blocks. Empty when all threads came to their end, else what went wrong: a divergent barrier, a deadlock, an
// overrun of shared memory.
std::string run(const Kernel& kernel, const Launch& launch, void** parameters);

}  // namespace emu
