// What kernels call: the functions that kernels/dialect/host.h declares.
#include "machine.h"

#define EMU_API extern "C" __attribute__((visibility("default")))

using emu::Block;
using emu::Machine;
using emu::Wait;

EMU_API void emu_barrier() {
  Machine& m = Machine::instance();
  Block& block = *m.running().block;
  m.meet(block.barrier, block.threads, Wait::BARRIER);
}

EMU_API void emu_named_barrier(int id, int threads) {
  Machine::instance().namedBarrier(id, threads < 0 ? 0 : static_cast<unsigned>(threads));
}

EMU_API void emu_cluster_barrier() {
  Machine& m = Machine::instance();
  m.meet(m.clusterMeeting, m.clusterThreads(), Wait::CLUSTER);
}

EMU_API const void* emu_exchange(const void* mine, unsigned bytes, unsigned lanes) {
  return Machine::instance().exchange(mine, bytes, lanes);
}

EMU_API void emu_yield() {
  Machine::instance().spin();
}

EMU_API void* emu_dynamic_shared() {
  return Machine::instance().running().block->shared.begin();
}

EMU_API void* emu_cluster_shared(void* p, unsigned rank) {
  Machine& m = Machine::instance();
  unsigned char* own = m.running().block->shared.begin();
  Block* other = m.blockOfCluster(rank);
  return other == nullptr ? nullptr : other->shared.begin() + (static_cast<unsigned char*>(p) - own);
}

EMU_API unsigned emu_cluster_rank() {
  return Machine::instance().running().block->rank;
}
