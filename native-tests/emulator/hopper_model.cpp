#include "hopper_model.h"

#include <algorithm>

#include "hopper_parts.h"

namespace emu {

namespace {

constexpr unsigned MOST_THREADS = 1024;
constexpr unsigned TMA_ALIGNMENT = 128;

uint32_t sharedOffset(const void* p, uint64_t bytes) {
  Block& block = ownBlock();
  const int64_t offset = static_cast<const unsigned char*>(p) - block.shared.begin();
  if (offset < 0 || static_cast<uint64_t>(offset) + bytes > block.shared.size()) {
    refuse(std::to_string(bytes) + " bytes at " + std::to_string(offset) + " are not in the block's " + std::to_string(block.shared.size())
        + " bytes of dynamic shared memory");
  }
  return static_cast<uint32_t>(offset);
}

Mbarrier* barrierAt(unsigned rank, uint32_t offset) {
  return reinterpret_cast<Mbarrier*>(machine().blockOfCluster(rank)->shared.begin() + offset);
}

void settle(Mbarrier& b) {
  if (b.arrivals == 0 && b.bytes == 0) {
    b.phase ^= 1;
    b.arrivals = b.expected;
  }
}

void arriveOnce(Mbarrier& b) {
  if (b.arrivals == 0) {
    refuse("more arrivals at an mbarrier than it was initialised for");
  }
  b.arrivals = b.arrivals - 1;
  settle(b);
}

const TensorMap& checkedMap(const void* map, bool im2col, unsigned rank) {
  const TensorMap& m = *static_cast<const TensorMap*>(map);
  if (m.address == 0 || m.elementBytes() == 0 || m.interleave != 0 || m.nanFill != 0 || (m.swizzle != NO_SWIZZLE && m.swizzle != SWIZZLE_128)) {
    refuse("a tensor map that is none, or of a kind that is not modelled");
  }
  if (m.rank != rank || (m.im2col != 0) != im2col || (m.swizzle == SWIZZLE_128 && m.box[0] * m.elementBytes() != 128)) {
    refuse("a tensor map of another kind than the copy");
  }
  for (unsigned i = 1; i < m.rank && !im2col; i++) {
    if (m.steps[i] != 1) {
      refuse("a tensor map with steps, which are modelled for im2col only");
    }
  }
  return m;
}

// The element's place in global memory, or null outside.
unsigned char* element(const TensorMap& m, const int64_t* at) {
  uint64_t bytes = static_cast<uint64_t>(at[0]) * m.elementBytes();
  for (unsigned i = 0; i < m.rank; i++) {
    if (at[i] < 0 || static_cast<uint64_t>(at[i]) >= m.extents[i]) {
      return nullptr;
    }
    bytes += i > 0 ? static_cast<uint64_t>(at[i]) * m.strides[i - 1] : 0;
  }
  return reinterpret_cast<unsigned char*>(m.address + bytes);
}

// Calls visit(element or null, its number in the box) for all elements of a box.
template <class Visit>
void eachOfTile(const TensorMap& m, const int* at, Visit visit) {
  for (uint32_t e = 0; e < m.boxElements(); e++) {
    int64_t place[MOST_RANK] = {};
    uint32_t rest = e;
    for (unsigned i = 0; i < m.rank; i++) {
      place[i] = at[i] + static_cast<int64_t>(rest % m.box[i]);
      rest /= m.box[i];
    }
    visit(element(m, place), e);
  }
}

// The pixels of a column follow each other along the width, the height and the images inside the box of the corners, by
// the element strides; each is read at the offsets from its place.
template <class Visit>
void eachOfColumn(const TensorMap& m, const int* at, const uint16_t* offsets, Visit visit) {
  int64_t x = at[1], y = at[2], n = at[3];
  uint32_t e = 0;
  for (unsigned p = 0; p < m.pixels(); p++) {
    for (unsigned c = 0; c < m.channels(); c++) {
      const int64_t place[] = {at[0] + static_cast<int64_t>(c), x + offsets[0], y + offsets[1], n};
      visit(element(m, place), e++);
    }
    x += m.steps[1];
    if (x > static_cast<int64_t>(m.extents[1]) - 1 + m.upper[0]) {
      x = m.lower[0];
      y += m.steps[2];
      if (y > static_cast<int64_t>(m.extents[2]) - 1 + m.upper[1]) {
        y = m.lower[1];
        n++;
      }
    }
  }
}

}  // namespace

HopperModel& HopperModel::instance() {
  static HopperModel model;
  return model;
}

HopperModel::ThreadState& HopperModel::self() {
  const Thread& t = machine().running();
  const size_t at = t.block->rank * MOST_THREADS + t.index;
  if (threads.size() <= at) {
    threads.resize(at + 1);
  }
  return threads[at];
}

bool HopperModel::chance(unsigned oneIn) {
  return random() % oneIn == 0;
}

void HopperModel::begin() {
  const Thread& t = machine().running();
  threads.reserve(16 * MOST_THREADS);
  self() = ThreadState();
  if (t.block->rank == 0 && t.index == 0) {
    loads.clear();
  }
}

void HopperModel::end() {
  const ThreadState& t = self();
  if (!t.openStores.empty() || !t.stores.empty() || !t.openProducts.empty() || !t.products.empty() || !loads.empty()) {
    refuse("a thread ends with copies or products under way");
  }
}

// ---- barriers
// --------------------------------------------------------------------------------------------------------------

EMU_HARDWARE void HopperModel::barrierInit(void* barrier, unsigned arrivals) {
  if (sharedOffset(barrier, 8) % 8 != 0 || arrivals == 0) {
    refuse("an mbarrier that is not aligned or expects nobody");
  }
  Mbarrier& b = *static_cast<Mbarrier*>(barrier);
  b.phase = 0;
  b.expected = arrivals;
  b.arrivals = arrivals;
  b.bytes = 0;
  b.unused = 0;
}

EMU_HARDWARE void HopperModel::arrive(void* barrier, unsigned rank) {
  const uint32_t offset = sharedOffset(barrier, 8);
  if (machine().blockOfCluster(rank) == nullptr) {
    refuse("an arrival at a block that is not in the cluster");
  }
  released(barrierAt(rank, offset));
  arriveOnce(*barrierAt(rank, offset));
}

EMU_HARDWARE void HopperModel::arriveExpect(void* barrier, unsigned bytes) {
  sharedOffset(barrier, 8);
  Mbarrier& b = *static_cast<Mbarrier*>(barrier);
  b.bytes = b.bytes + bytes;
  released(barrier);
  arriveOnce(b);
}

EMU_HARDWARE void HopperModel::wait(void* barrier, unsigned parity) {
  sharedOffset(barrier, 8);
  const Mbarrier& b = *static_cast<const Mbarrier*>(barrier);
  while (b.phase == (parity & 1)) {
    if (chance(2)) {
      landOne();
    }
    machine().spin();
  }
  acquired(barrier);
}

// ---- copies
// --------------------------------------------------------------------------------------------------------------

void HopperModel::load(void* to, const void* map, void* barrier, const int* at, const uint16_t* offsets, unsigned ranks) {
  Load l = {};
  l.map = checkedMap(map, offsets != nullptr, offsets != nullptr ? 4 : 3);
  l.to = sharedOffset(to, l.map.boxBytes());
  l.barrier = sharedOffset(barrier, 8);
  if (l.to % TMA_ALIGNMENT != 0) {
    refuse("a copy to a place that is not aligned to 128 bytes");
  }
  std::copy(at, at + l.map.rank, l.at);
  if (offsets != nullptr) {
    std::copy(offsets, offsets + 2, l.offsets);
  }
  const unsigned own = ownBlock().rank;
  for (unsigned rank = 0; rank < 32; rank++) {
    if (ranks == 0 ? rank == own : (ranks >> rank & 1) != 0) {
      if (machine().blockOfCluster(rank) == nullptr) {
        refuse("a multicast to a block that is not in the cluster");
      }
      l.rank = rank;
      if (chance(AT_ONCE)) {
        perform(l);
      } else {
        loads.push_back(l);
      }
    }
  }
}

void HopperModel::landOne() {
  if (!loads.empty()) {
    std::swap(loads[random() % loads.size()], loads.back());
    const Load l = loads.back();
    loads.pop_back();
    perform(l);
  }
}

EMU_HARDWARE void HopperModel::perform(const Load& l) {
  unsigned char* shared = machine().blockOfCluster(l.rank)->shared.begin();
  const unsigned size = l.map.elementBytes();
  auto visit = [&](const unsigned char* from, uint32_t e) {
    unsigned char* to = shared + swizzled(l.to + e * size, l.map.swizzle == SWIZZLE_128);
    for (unsigned i = 0; i < size; i++) {
      to[i] = from == nullptr ? 0 : from[i];
    }
  };
  if (l.map.im2col) {
    eachOfColumn(l.map, l.at, l.offsets, visit);
  } else {
    eachOfTile(l.map, l.at, visit);
  }
  Mbarrier& b = *barrierAt(l.rank, l.barrier);
  b.bytes = b.bytes - static_cast<int64_t>(l.map.boxBytes());
  settle(b);
}

void HopperModel::store(const void* map, const void* from, const int* at) {
  Store s = {};
  s.map = checkedMap(map, false, 3);
  s.from = sharedOffset(from, s.map.boxBytes());
  s.rank = ownBlock().rank;
  if (s.from % TMA_ALIGNMENT != 0) {
    refuse("a store from a place that is not aligned to 128 bytes");
  }
  std::copy(at, at + s.map.rank, s.at);
  const size_t first = machine().running().index / WARPGROUP * WARPGROUP + s.rank * MOST_THREADS;
  for (size_t i = first; i < first + WARPGROUP && i < threads.size(); i++) {
    if (threads[i].unfenced) {
      refuse("a store of what was written without fence.proxy.async");
    }
  }
  self().openStores.push_back(s);
}

void HopperModel::commitStores() {
  ThreadState& t = self();
  t.stores.insert(t.stores.end(), t.openStores.begin(), t.openStores.end());
  t.openStores.clear();
  if (chance(AT_ONCE)) {
    performAll(t.stores);
  }
}

void HopperModel::waitStores() {
  performAll(self().stores);
}

void HopperModel::performAll(std::vector<Store>& all) {
  for (const Store& s : all) {
    perform(s);
  }
  all.clear();
}

EMU_HARDWARE void HopperModel::perform(const Store& s) {
  const unsigned char* shared = machine().blockOfCluster(s.rank)->shared.begin();
  const unsigned size = s.map.elementBytes();
  eachOfTile(s.map, s.at, [&](unsigned char* place, uint32_t e) {
    const unsigned char* from = shared + swizzled(s.from + e * size, s.map.swizzle == SWIZZLE_128);
    for (unsigned i = 0; place != nullptr && i < size; i++) {
      place[i] = from[i];
    }
  });
}

void HopperModel::sharedWritten() {
  self().unfenced = true;
}

void HopperModel::fenceAsync() {
  self().unfenced = false;
}

}  // namespace emu
