// A block of threads while it runs.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "emulator.h"
#include "meeting.h"

namespace emu {

constexpr unsigned NAMED_BARRIERS = 16;
constexpr unsigned MOST_EXCHANGED = 256;
constexpr unsigned BLOCK_THREADS = 1024;
constexpr unsigned CLUSTER_BLOCKS = 16;

// Dynamic shared memory, exactly as large as asked for, so that ASan sees the first byte beyond; without ASan a canary
// stands there.
class DynamicShared {
 public:
  bool allocate(unsigned bytes);
  void fill();
  bool intact() const;

  unsigned char* begin() const {
    return memory.get();
  }
  unsigned size() const {
    return bytes;
  }

 private:
  struct Free {
    void operator()(void* p) const {
      std::free(p);
    }
  };
  std::unique_ptr<unsigned char, Free> memory;
  unsigned bytes = 0;
};

// Consecutive threads that exchange values.
struct Exchange {
  Meeting meeting;
  unsigned bytes = 0;
};

struct Block {
  unsigned rank = 0;  // in its cluster
  Dim index;
  unsigned threads = 0, ended = 0;
  DynamicShared shared;
  Meeting barrier;
  Meeting named[NAMED_BARRIERS];
  std::vector<Exchange> warps;
  std::vector<Exchange> warpgroups;
};

enum class Wait { NONE, BARRIER, NAMED, CLUSTER, EXCHANGE, SPIN, ENDED };

struct Thread {
  Fiber fiber;
  Block* block = nullptr;
  unsigned index = 0;  // in its block
  Dim place;
  Wait wait = Wait::NONE;
  Meeting* meeting = nullptr;  // where it waits
  unsigned generation = 0;
};

// Writes 0xFF without going through functions that a sanitizer watches.
void fillWithOnes(unsigned char* begin, size_t bytes);

}  // namespace emu
