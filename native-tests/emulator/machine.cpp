#include "machine.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace emu {

// How many rounds of nothing but spinning pass between two looks at shared memory, and how many equal looks are a
// deadlock.
constexpr unsigned ROUNDS_BETWEEN_LOOKS = 256;
constexpr unsigned EQUAL_LOOKS = 16;

Machine& Machine::instance() {
  static Machine machine;
  return machine;
}

std::string Machine::run(const Kernel& what, const Launch& how, void** with) {
  kernel = &what;
  launch = &how;
  parameters = with;
  error.clear();
  random.seed(how.shuffleSeed);
  kernel->here->blockSize = how.block;
  kernel->here->gridSize = how.grid;
  if (how.cluster > 1 && kernel->sharedBytes() > 0) {
    return "blocks of a cluster run together: their shared memory must be dynamic";
  }
#if defined(EMU_TSAN)
  const bool freely = false;
#else
  const bool freely = !how.meets && how.cluster == 1;
#endif
  if (freely) {
    runFreely();
    // The next launch has other shared memory.
    blocks.clear();
    return error;
  }
  const size_t most = how.block.volume() * how.cluster;
  if (how.block.volume() > BLOCK_THREADS || how.cluster > CLUSTER_BLOCKS) {
    return "a block of " + std::to_string(how.block.volume()) + " threads in a cluster of " + std::to_string(how.cluster);
  }
  if (exchanged == nullptr) {
    // Only what is used becomes memory.
    void* p = mmap(nullptr, 4ul * CLUSTER_BLOCKS * BLOCK_THREADS * MOST_EXCHANGED, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
      return "no memory for exchanges";
    }
    exchanged = static_cast<unsigned char*>(p);
  }
  while (threads.size() < most) {
    threads.emplace_back();
    if (!allocateStack(threads.back().fiber)) {
      threads.pop_back();
      return "no memory for the stacks of " + std::to_string(most) + " threads";
    }
  }
  const unsigned count = static_cast<unsigned>(how.grid.volume());
  for (unsigned first = 0; first < count && error.empty(); first += how.cluster) {
    runCluster(first);
  }
  if (!error.empty()) {
    for (Thread& t : threads) {
      switcher.forget(t.fiber);
    }
  }
  blocks.clear();
  active.clear();
  return error;
}

Dim Machine::blockIndex(unsigned number) const {
  const Dim& grid = launch->grid;
  return {number % grid.x, number / grid.x % grid.y, number / (grid.x * grid.y)};
}

static Dim threadIndex(const Dim& block, unsigned number) {
  return {number % block.x, number / block.x % block.y, number / (block.x * block.y)};
}

// Threads that never wait need no stacks of their own.
void Machine::runFreely() {
  blocks = std::vector<Block>(1);
  Thread only;
  only.block = &blocks[0];
  current = &only;
  if (!blocks[0].shared.allocate(launch->dynamicShared)) {
    error = "no memory for shared memory";
    return;
  }
  Place& here = *kernel->here;
  const Dim size = launch->block;
  const unsigned items = static_cast<unsigned>(size.volume());
  const unsigned count = static_cast<unsigned>(launch->grid.volume());
  std::vector<unsigned> order(items);
  for (unsigned i = 0; i < items; i++) {
    order[i] = i;
  }
  for (unsigned b = 0; b < count && error.empty(); b++) {
    here.block = blockIndex(b);
    fillWithOnes(kernel->sharedBegin, kernel->sharedBytes());
    blocks[0].shared.fill();
    if (launch->shuffleSeed != 0) {
      std::shuffle(order.begin(), order.end(), random);
    }
    for (unsigned i : order) {
      here.thread = threadIndex(size, i);
      kernel->run(parameters);
    }
    if (!blocks[0].shared.intact()) {
      fail("writes beyond dynamic shared memory");
    }
  }
  current = nullptr;
}

void Machine::begin(unsigned first) {
  const unsigned items = static_cast<unsigned>(launch->block.volume());
  if (blocks.size() != launch->cluster) {
    blocks = std::vector<Block>(launch->cluster);
    for (Block& b : blocks) {
      b.shared.allocate(launch->dynamicShared);
      b.warps.resize((items + 31) / 32);
      b.warpgroups.resize((items + 127) / 128);
    }
  }
  active.clear();
  ended = 0;
  clusterMeeting = Meeting();
  for (unsigned r = 0; r < launch->cluster; r++) {
    Block& b = blocks[r];
    b.rank = r;
    b.index = blockIndex(first + r);
    b.threads = items;
    b.ended = 0;
    b.shared.fill();
    b.barrier = Meeting();
    std::fill(std::begin(b.named), std::end(b.named), Meeting());
    for (unsigned i = 0; i < items; i++) {
      Thread& t = threads[r * items + i];
      t.block = &b;
      t.index = i;
      t.place = threadIndex(launch->block, i);
      t.wait = Wait::NONE;
      switcher.prepare(t.fiber, entry);
      active.push_back(&t);
    }
  }
  fillWithOnes(kernel->sharedBegin, kernel->sharedBytes());
}

void Machine::runCluster(unsigned first) {
  begin(first);
  // What the host and earlier blocks have done comes before all threads; threads themselves are not ordered by it.
  released(&startToken);
  rounds();
  for (Block& b : blocks) {
    if (error.empty() && !b.shared.intact()) {
      fail("writes beyond dynamic shared memory");
    }
  }
  acquired(&endToken);
}

void Machine::rounds() {
  spins = 0;
  unchanged = 0;
  while (ended < active.size() && error.empty()) {
    if (launch->shuffleSeed != 0) {
      std::shuffle(active.begin(), active.end(), random);
    }
    bool ran = false;
    onlySpun = true;
    for (Thread* t : active) {
      if (ready(*t)) {
        ran = true;
        resume(*t);
        if (!error.empty()) {
          return;
        }
      }
    }
    if (!ran) {
      fail("divergent barrier: " + whoWaits());
    } else if (!onlySpun) {
      spins = 0;
      unchanged = 0;
    } else if (stuckSpinning()) {
      fail("deadlock: " + whoWaits());
    }
  }
}

bool Machine::ready(Thread& thread) {
  switch (thread.wait) {
    case Wait::NONE:
    case Wait::SPIN:
      return true;
    case Wait::ENDED:
      return false;
    case Wait::BARRIER:
    case Wait::NAMED:
    case Wait::CLUSTER:
    case Wait::EXCHANGE:
      return thread.meeting->generation() != thread.generation;
  }
  return false;
}

// Threads that wait by spinning do get on as long as somebody changes shared memory.
bool Machine::stuckSpinning() {
  if (++spins % ROUNDS_BETWEEN_LOOKS != 0) {
    return false;
  }
  const uint64_t sum = sharedSum();
  unchanged = sum == lastSum ? unchanged + 1 : 0;
  lastSum = sum;
  return unchanged >= EQUAL_LOOKS;
}

// FNV-1a over all shared memory.
uint64_t Machine::sharedSum() const {
  uint64_t sum = 0xcbf29ce484222325u;
  auto add = [&](const unsigned char* p, size_t n) {
    for (size_t i = 0; i < n; i++) {
      sum = (sum ^ p[i]) * 0x100000001b3u;
    }
  };
  for (const Block& b : blocks) {
    add(b.shared.begin(), b.shared.size());
  }
  add(kernel->sharedBegin, kernel->sharedBytes());
  return sum;
}

void Machine::resume(Thread& thread) {
  current = &thread;
  kernel->here->thread = thread.place;
  kernel->here->block = thread.block->index;
  thread.wait = Wait::NONE;
  switcher.resume(thread.fiber);
}

void Machine::suspend(bool last) {
  // If the launch fails this thread never comes to its end, but the host goes on with its memory.
  released(&endToken);
  Thread& self = *current;
  switcher.suspend(self.fiber, last);
}

void Machine::entry() {
  Machine& machine = instance();
  machine.switcher.entered();
  acquired(&machine.startToken);
  machine.kernel->run(machine.parameters);
  Thread& self = *machine.current;
  self.wait = Wait::ENDED;
  self.block->ended++;
  machine.ended++;
  machine.onlySpun = false;
  machine.suspend(true);
  std::abort();
}

void Machine::meet(Meeting& meeting, unsigned expected, Wait how) {
  Thread& self = *current;
  const unsigned generation = meeting.generation();
  onlySpun = false;
  self.meeting = &meeting;
  self.generation = generation;
  self.wait = how;
  if (!meeting.arrive(expected)) {
    suspend(false);
  }
  self.wait = Wait::NONE;
  meeting.leave(generation);
}

void Machine::namedBarrier(int id, unsigned count) {
  if (id < 0 || id >= static_cast<int>(NAMED_BARRIERS) || count == 0 || count % 32 != 0 || count > current->block->threads) {
    stop("bar.sync " + std::to_string(id) + ", " + std::to_string(count) + " in a block of " + std::to_string(current->block->threads));
  }
  meet(current->block->named[id], count, Wait::NAMED);
}

const void* Machine::exchange(const void* mine, unsigned bytes, unsigned lanes) {
  Thread& self = *current;
  Block& block = *self.block;
  if (bytes > MOST_EXCHANGED || (lanes != 32 && lanes != 128)) {
    stop("an exchange of " + std::to_string(bytes) + " bytes among " + std::to_string(lanes) + " threads");
  }
  Exchange& group = (lanes == 32 ? block.warps : block.warpgroups)[self.index / lanes];
  const unsigned start = self.index / lanes * lanes;
  const unsigned expected = std::min(lanes, block.threads - start);
  if (group.meeting.waiters() > 0 && group.bytes != bytes) {
    stop("threads of a warp meet in different exchanges: " + std::to_string(group.bytes) + " and " + std::to_string(bytes) + " bytes");
  }
  group.bytes = bytes;
  unsigned char* all = given(block, lanes != 32, group.meeting.generation() & 1, start);
  if (bytes > 0) {
    std::memcpy(all + static_cast<size_t>(self.index - start) * bytes, mine, bytes);
  }
  meet(group.meeting, expected, Wait::EXCHANGE);
  return all;
}

unsigned char* Machine::given(const Block& block, bool warpgroup, unsigned turn, unsigned first) const {
  const size_t part = (static_cast<size_t>(block.rank) * 2 + (warpgroup ? 1 : 0)) * 2 + turn;
  return exchanged + (part * BLOCK_THREADS + first) * MOST_EXCHANGED;
}

void Machine::spin() {
  current->wait = Wait::SPIN;
  suspend(false);
}

Block* Machine::blockOfCluster(unsigned rank) {
  return rank < blocks.size() ? &blocks[rank] : nullptr;
}

void Machine::fail(const std::string& what) {
  error = what + " (block " + std::to_string(blocks.empty() ? 0 : blocks[0].index.x) + ")";
}

void Machine::stop(const std::string& what) {
  fail(what);
  suspend(false);
}

std::string Machine::whoWaits() const {
  unsigned counts[static_cast<int>(Wait::ENDED) + 1] = {};
  for (const Thread* t : active) {
    counts[static_cast<int>(t->wait)]++;
  }
  const char* names[] = {"run", "at __syncthreads", "at a named barrier", "at the cluster's barrier", "in an exchange", "spin", "have ended"};
  std::string text = "of " + std::to_string(active.size()) + " threads";
  for (int i = 1; i <= static_cast<int>(Wait::ENDED); i++) {
    if (counts[i] > 0) {
      text += ", " + std::to_string(counts[i]) + " " + names[i];
    }
  }
  return text;
}

std::string run(const Kernel& kernel, const Launch& launch, void** parameters) {
  return Machine::instance().run(kernel, launch, parameters);
}

}  // namespace emu
