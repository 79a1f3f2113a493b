// The checkers are checked: each fault of planted/ must be seen by those that can see it.
#include <cmath>
#include <memory>
#include <stdexcept>

#include "../cases/memory.h"
#include "../driver/loader.h"
#include "flavour.h"

namespace {

constexpr unsigned COUNT = 64;

// Runs a kernel of planted/ with the address of COUNT floats and, where it takes it, a number; returns the emulator's
// error, or "canary".
class Planted {
 public:
  Planted() : y(COUNT * sizeof(float)), x(COUNT * sizeof(float)) {
    std::string error;
    loaded = emu::Loaded::fromFile(plantedKernels() + "/planted.so", error);
    if (loaded == nullptr) {
      throw std::runtime_error(error);
    }
  }

  std::string run(const char* name, int number = 0, uint64_t seed = 0, unsigned dynamicShared = 0) {
    const emu::Kernel* kernel = loaded->kernel(name);
    if (kernel == nullptr) {
      return std::string("no kernel ") + name;
    }
    void* to = y.data();
    void* from = x.data();
    std::vector<void*> parameters = {&to};
    if (kernel->parameters == 3) {
      parameters.insert(parameters.begin(), &from);
    }
    parameters.push_back(&number);
    emu::Launch how;
    how.block.x = std::string(name) == "misaligned" || std::string(name) == "spins" || std::string(name) == "uninitialised" ? 32 : 64;
    how.shuffleSeed = seed;
    how.dynamicShared = dynamicShared;
    how.meets = loaded->meets();
    const std::string error = emu::run(*kernel, how, parameters.data());
    return !error.empty() ? error : y.intact() && x.intact() ? "" : "canary";
  }

  float at(unsigned i) const {
    return reinterpret_cast<const float*>(y.data())[i];
  }

 private:
  cases::DeviceBuffer y, x;
  std::unique_ptr<emu::Loaded> loaded;
};

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// Runs and leaves with 0: what a sanitizer sees ends the process before.
void runAndLeave(const char* name, int number = 0, unsigned dynamicShared = 0) {
  Planted().run(name, number, 0, dynamicShared);
  std::exit(0);
}

#define EXPECT_SEEN(statement, report) EXPECT_EXIT(statement, [](int status) { return status != 0; }, report)

}  // namespace

TEST(Planted, NothingIsSeenInAKernelWithoutFault) {
  for (uint64_t seed : {0, 1, 2}) {
    Planted p;
    EXPECT_EQ(p.run("fine", COUNT, seed), "");
    EXPECT_EQ(p.at(3), 60);
  }
}

TEST(Planted, WriteBehindABuffer) {
  if (addressesAreChecked()) {
    EXPECT_SEEN(runAndLeave("writes_behind", COUNT), "heap-buffer-overflow");
  } else {
    EXPECT_EQ(Planted().run("writes_behind", COUNT), "canary");
  }
}

TEST(Planted, ReadBehindABuffer) {
  if (addressesAreChecked()) {
    EXPECT_SEEN(runAndLeave("reads_behind", COUNT), "heap-buffer-overflow");
  }
}

TEST(Planted, StaticSharedMemoryOutOfBounds) {
  if (addressesAreChecked()) {
    EXPECT_SEEN(runAndLeave("shared_behind", 1), "global-buffer-overflow");
  }
}

TEST(Planted, DynamicSharedMemoryOutOfBounds) {
  constexpr unsigned bytes = COUNT * sizeof(float);
  if (addressesAreChecked()) {
    EXPECT_SEEN(runAndLeave("dynamic_behind", 1, bytes), "heap-buffer-overflow");
  } else {
    EXPECT_TRUE(contains(Planted().run("dynamic_behind", 1, 0, bytes), "beyond dynamic shared memory"));
  }
}

TEST(Planted, MissingBarrier) {
  if (racesAreChecked()) {
    EXPECT_SEEN(runAndLeave("races"), "data race");
    EXPECT_SEEN(runAndLeave("races_later"), "data race");
    return;
  }
  // In their order each thread reads what the next has not written yet; shuffled, some do.
  for (const char* name : {"races", "races_later"}) {
    Planted first, second;
    EXPECT_EQ(first.run(name, 0, 1), "");
    EXPECT_EQ(second.run(name, 0, 2), "");
    bool same = true;
    for (unsigned i = 0; i < COUNT; i++) {
      same = same && first.at(i) == second.at(i);
    }
    EXPECT_FALSE(same) << name;
  }
}

TEST(Planted, DivergentBarrier) {
  for (const char* name : {"diverges", "leaves_early"}) {
    EXPECT_TRUE(contains(Planted().run(name), "divergent barrier")) << name;
    EXPECT_TRUE(contains(Planted().run(name, 0, 3), "divergent barrier")) << name;
  }
  EXPECT_TRUE(contains(Planted().run("half_a_warp"), "divergent barrier"));
}

TEST(Planted, MisalignedVector) {
  if (addressesAreChecked()) {
    EXPECT_SEEN(runAndLeave("misaligned", 1), "misaligned address");
  }
}

TEST(Planted, SpinWithoutEnd) {
  EXPECT_TRUE(contains(Planted().run("spins"), "deadlock"));
}

TEST(Planted, UninitialisedSharedMemory) {
  Planted p;
  EXPECT_EQ(p.run("uninitialised"), "");
  for (unsigned i = 0; i < 32; i++) {
    EXPECT_TRUE(std::isnan(p.at(i))) << i;
  }
}
