// How Hopper's asynchronous instructions are modelled behind the functions that kernels/cuda/hopper.h declares for the
// host (PTX ISA 9.0).
//
// - A barrier in shared memory is its 64 bits: phase, arrivals outstanding, bytes outstanding (9.7.13.15).
// - A copy by tensor map takes place some time after it was asked for: rarely at once, mostly when a thread waits in
//   vain, in random order, to each block of a multicast by itself (9.7.9.25; 5.5.4.2 for im2col). Outside the tensor
//   are zeros; 128-byte rows are swizzled by the address (5.5.6).
// - A product is computed by each thread for its own sums, from shared memory as its descriptor says (9.7.15.5.1.2),
//   when the thread waits for it, rarely when it is committed (9.7.15.7): who reads the sums or overwrites the operands
//   too early is seen.
// - A store reads shared memory when its thread waits for it, rarely at once; a thread of its warpgroup that has
//   written shared memory without fence.proxy.async before is a fault.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tensor_map.h"

namespace emu {

// mbarrier's 64 bits; their real layout is opaque.
struct Mbarrier {
  uint64_t phase : 1;
  uint64_t expected : 20;
  uint64_t arrivals : 20;  // outstanding in this phase
  int64_t bytes : 22;      // outstanding in this phase
  uint64_t unused : 1;
};
static_assert(sizeof(Mbarrier) == 8, "an mbarrier has 64 bits");

class HopperModel {
 public:
  static HopperModel& instance();

  void begin();
  void end();
  void barrierInit(void* barrier, unsigned arrivals);
  void arrive(void* barrier, unsigned rank);
  void arriveExpect(void* barrier, unsigned bytes);
  void wait(void* barrier, unsigned parity);
  void load(void* to, const void* map, void* barrier, const int* at, const uint16_t* offsets, unsigned ranks);
  void store(const void* map, const void* from, const int* at);
  void commitStores();
  void waitStores();
  void sharedWritten();
  void fenceAsync();
  void productFence();
  void product(float* sums, unsigned n, uint64_t a, uint64_t b, unsigned flags);
  void commitProducts();
  void waitProducts(unsigned pending);

 private:
  // A copy to one block.
  struct Load {
    TensorMap map;
    int at[MOST_RANK];
    uint16_t offsets[2];
    unsigned rank;
    uint32_t to, barrier;  // from the beginning of that block's shared memory
  };
  struct Store {
    TensorMap map;
    int at[MOST_RANK];
    uint32_t from;
    unsigned rank;
  };
  struct Product {
    float* sums;
    unsigned n, flags;
    uint64_t a, b;
  };
  struct ThreadState {
    std::vector<Store> openStores, stores;
    std::vector<Product> openProducts;
    std::vector<std::vector<Product>> products;
    bool unfenced = false;      // has written shared memory since its last fence.proxy.async
    bool productFenced = false;
  };

  ThreadState& self();
  bool chance(unsigned oneIn);
  void perform(const Load& load);
  void perform(const Store& store);
  void perform(const Product& product);
  void performAll(std::vector<Store>& all);
  void performAll(std::vector<Product>& all);
  void landOne();

  std::vector<ThreadState> threads;
  std::vector<Load> loads;
  std::mt19937 random{20261122};
};

}  // namespace emu
