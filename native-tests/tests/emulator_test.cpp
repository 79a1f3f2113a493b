// The emulator itself: barriers, exchanges, clusters, spins, places, and what it refuses.
#include <cmath>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "../cases/memory.h"
#include "../driver/loader.h"
#include "flavour.h"

namespace {

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

class Emulator : public testing::TestWithParam<uint64_t> {
 protected:
  Emulator() {
    load("emulator");
    how.meets = true;
    how.shuffleSeed = GetParam();
  }

  void load(const char* file) {
    std::string error;
    loaded = emu::Loaded::fromFile(plantedKernels() + "/" + file + ".so", error);
    if (loaded == nullptr) {
      throw std::runtime_error(error);
    }
  }

  // Launches with the address of `y` and numbers.
  std::string run(const char* name, const cases::DeviceBuffer& y, std::vector<int> numbers = {}) {
    void* to = y.data();
    std::vector<void*> parameters = {&to};
    for (int& n : numbers) {
      parameters.push_back(&n);
    }
    return launch(name, parameters);
  }

  std::string launch(const char* name, std::vector<void*>& parameters) {
    const emu::Kernel* kernel = loaded->kernel(name);
    return kernel == nullptr ? std::string("no kernel ") + name : emu::run(*kernel, how, parameters.data());
  }

  static const int32_t* ints(const cases::DeviceBuffer& y) {
    return reinterpret_cast<const int32_t*>(y.data());
  }

  emu::Launch how;
  std::unique_ptr<emu::Loaded> loaded;
};

}  // namespace

// 0: threads in their order; else shuffled.
INSTANTIATE_TEST_SUITE_P(Orders, Emulator, testing::Values(0, 1, 7));

TEST_P(Emulator, BarriersInEveryBlock) {
  how.grid.x = 5;
  how.block.x = 64;
  const cases::DeviceBuffer y(5 * 4);
  ASSERT_EQ(run("tree", y), "");
  for (int b = 0; b < 5; b++) {
    EXPECT_EQ(ints(y)[b], 64 * 1000 * b + 63 * 32);
  }
  EXPECT_TRUE(y.intact());
}

TEST_P(Emulator, ExchangesAmongWarpsOfWhichTheLastIsNotFull) {
  how.block.x = 80;
  const cases::DeviceBuffer y(80 * 4);
  ASSERT_EQ(run("exchanges", y), "");
  const int sums[] = {31 * 16, 31 * 16 + 32 * 32, 16 * 64 + 8 * 15};
  for (int t = 0; t < 80; t++) {
    EXPECT_EQ(ints(y)[t], 15 * sums[t / 32]) << t;
  }
}

TEST_P(Emulator, ExchangesAmongWarpgroups) {
  how.block.x = 256;
  const cases::DeviceBuffer y(256 * 4);
  ASSERT_EQ(run("warpgroups", y), "");
  for (int t = 0; t < 256; t++) {
    EXPECT_EQ(ints(y)[t], t / 128 * 128 + 127 - t % 128);
  }
}

TEST_P(Emulator, NamedBarriers) {
  how.block.x = 128;
  how.dynamicShared = 128 * 4;
  const cases::DeviceBuffer y(64 * 4);
  ASSERT_EQ(run("named", y), "");
  for (int t = 0; t < 64; t++) {
    EXPECT_EQ(ints(y)[t], 63 - t);
  }
}

TEST_P(Emulator, RefusesWhatNoBarrierCanBe) {
  how.block.x = 64;
  const cases::DeviceBuffer y(64 * 4);
  const int wrong[][2] = {{16, 32}, {-1, 32}, {1, 0}, {1, 33}, {1, 96}};
  for (const auto& w : wrong) {
    EXPECT_TRUE(contains(run("wrongly_named", y, {w[0], w[1]}), "bar.sync")) << w[0] << ", " << w[1];
  }
  EXPECT_EQ(run("wrongly_named", y, {15, 64}), "");
  const int exchanges[][2] = {{257, 32}, {4, 64}, {4, 0}};
  for (const auto& w : exchanges) {
    EXPECT_TRUE(contains(run("wrong_exchange", y, {w[0], w[1]}), "an exchange of")) << w[0] << ", " << w[1];
  }
  EXPECT_EQ(run("wrong_exchange", y, {256, 32}), "");
}

TEST_P(Emulator, BlocksOfAClusterShareTheirMemory) {
  load("cluster");
  how.grid.x = 8;
  how.cluster = 4;
  how.block.x = 32;
  how.dynamicShared = 32 * 4;
  const cases::DeviceBuffer y(8 * 32 * 4);
  ASSERT_EQ(run("ring", y, {4}), "");
  for (int b = 0; b < 8; b++) {
    const int from = b / 4 * 4 + (b + 3) % 4;
    for (int t = 0; t < 32; t++) {
      EXPECT_EQ(ints(y)[b * 32 + t], from * 100 + t) << b << ", " << t;
    }
  }
}

TEST_P(Emulator, AClusterMayHaveNoStaticSharedMemory) {
  how.grid.x = 2;
  how.cluster = 2;
  how.block.x = 64;
  const cases::DeviceBuffer y(2 * 4);
  EXPECT_TRUE(contains(run("tree", y), "must be dynamic"));
}

TEST_P(Emulator, SpinsEndWhenOthersWrite) {
  if (racesAreChecked()) {
    GTEST_SKIP() << "a relay without atomics is a race";
  }
  how.block.x = 96;
  how.dynamicShared = 4;
  const cases::DeviceBuffer y(96 * 4);
  ASSERT_EQ(run("relay", y), "");
  for (int t = 0; t < 96; t++) {
    EXPECT_EQ(ints(y)[t], t);
  }
}

TEST_P(Emulator, PlacesInThreeDimensions) {
  for (const bool meets : {false, true}) {
    how.meets = meets;
    how.grid = {2, 3, 2};
    how.block = {4, 3, 2};
    const cases::DeviceBuffer y(12 * 24 * 4);
    ASSERT_EQ(run("places", y), "");
    for (int b = 0; b < 12; b++) {
      for (int t = 0; t < 24; t++) {
        EXPECT_EQ(ints(y)[b * 24 + t], b * 1000 + t);
      }
    }
  }
}

TEST_P(Emulator, ParametersOfEverySizeAtAnyAddress) {
  const cases::DeviceBuffer y(6 * 8);
  int8_t a = -3;
  double b = 0.5;
  void* to = y.data();
  float c = 7;
  alignas(64) unsigned char memory[129] = {};
  unsigned char* large = memory + 1;
  const uint64_t first = 11, last = 31;
  std::memcpy(large, &first, 8);
  std::memcpy(large + 120, &last, 8);
  int64_t e = 1ll << 40;
  std::vector<void*> parameters = {&a, &b, &to, &c, large, &e};
  ASSERT_EQ(launch("parameters", parameters), "");
  const double expected[] = {-3, 0.5, 7, 42, static_cast<double>(e), 1};
  for (int i = 0; i < 6; i++) {
    EXPECT_EQ(reinterpret_cast<const double*>(y.data())[i], expected[i]) << i;
  }
}

TEST_P(Emulator, SixteenBitsRoundToNearestEven) {
  const float values[] = {0, -0.0f, 1, 1.0f + 0x1p-11f, 1.0f + 3 * 0x1p-11f, 1.0f + 0x1p-8f, 1.0f + 3 * 0x1p-8f, 65504, 65519, 65520, 0x1p-24f, 0x1p-25f,
      0x1.8p-25f, 3.4e38f, INFINITY, -INFINITY, NAN};
  const uint16_t halves[] = {0, 0x8000, 0x3c00, 0x3c00, 0x3c02, 0x3c04, 0x3c0c, 0x7bff, 0x7bff, 0x7c00, 1, 0, 1, 0x7c00, 0x7c00, 0xfc00, 0x7e00};
  const uint16_t brains[] = {0, 0x8000, 0x3f80, 0x3f80, 0x3f80, 0x3f80, 0x3f82, 0x4780, 0x4780, 0x4780, 0x3380, 0x3300, 0x3340, 0x7f80, 0x7f80, 0xff80,
      0x7fc0};
  int count = sizeof values / sizeof *values;
  const cases::DeviceBuffer x(sizeof values), half(2 * count), brain(2 * count);
  std::memcpy(x.data(), values, sizeof values);
  void *in = x.data(), *toHalf = half.data(), *toBrain = brain.data();
  std::vector<void*> parameters = {&in, &toHalf, &toBrain, &count};
  how.block.x = 64;
  ASSERT_EQ(launch("conversions", parameters), "");
  for (int i = 0; i < count; i++) {
    EXPECT_EQ(reinterpret_cast<const uint16_t*>(half.data())[i], halves[i]) << values[i];
    EXPECT_EQ(reinterpret_cast<const uint16_t*>(brain.data())[i], brains[i]) << values[i];
  }
}
