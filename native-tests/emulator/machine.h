// The scheduler: which thread runs, who waits for whom.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "block.h"
#include "emulator.h"

namespace emu {

class Machine {
 public:
  // The one there is.
  static Machine& instance();

  std::string run(const Kernel& kernel, const Launch& launch, void** parameters);

  // What the running thread asks for.
  void meet(Meeting& meeting, unsigned expected, Wait how);
  void namedBarrier(int id, unsigned threads);
  const void* exchange(const void* mine, unsigned bytes, unsigned lanes);
  void spin();
  Thread& running() {
    return *current;
  }
  unsigned clusterThreads() const {
    return static_cast<unsigned>(active.size());
  }
  Block* blockOfCluster(unsigned rank);
  // Ends the launch: the running thread does not go on.
  void stop(const std::string& what);

  Meeting clusterMeeting;

 private:
  void runFreely();
  void runCluster(unsigned first);
  void begin(unsigned first);
  void rounds();
  bool ready(Thread& thread);
  bool stuckSpinning();
  uint64_t sharedSum() const;
  void resume(Thread& thread);
  void suspend(bool last);
  unsigned char* given(const Block& block, bool warpgroup, unsigned turn, unsigned first) const;
  void fail(const std::string& what);
  std::string whoWaits() const;
  Dim blockIndex(unsigned number) const;
  static void entry();

  const Kernel* kernel = nullptr;
  const Launch* launch = nullptr;
  void** parameters = nullptr;
  std::vector<Thread> threads;
  std::vector<Block> blocks;
  std::vector<Thread*> active;
  std::mt19937_64 random;
  Switcher switcher;
  // What threads exchange: the last time and the time before.
  unsigned char* exchanged = nullptr;
  Thread* current = nullptr;
  std::string error;
  char startToken = 0, endToken = 0;
  unsigned ended = 0;
  bool onlySpun = false;
  unsigned spins = 0, unchanged = 0;
  uint64_t lastSum = 0;
};

}  // namespace emu
