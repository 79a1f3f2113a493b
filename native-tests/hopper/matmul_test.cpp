// hopper_matmul.cu on the emulator: ragged shapes, both types, all layouts, tiles and clusters, against float64; and
// planted faults, which must be seen.
#include <cstdlib>

#include <gtest/gtest.h>

#include "matmul_case.h"

using hopper::Product;
using hopper::run;

namespace {

// Bytes are copied in units of 16: the contiguous axes of the operands must be multiples of 8.
Product sized(int m, int n, int k) {
  Product p;
  p.m = m;
  p.n = n;
  p.k = k;
  return p;
}

void expectRight(const Product& p) {
  EXPECT_EQ(run(p), "") << p.describe();
}

}  // namespace

struct Tile {
  int m, n, cluster;
};
const Tile TILES[] = {{128, 256, 1}, {128, 256, 2}, {128, 128, 1}, {128, 128, 2}, {128, 64, 1}, {256, 64, 1}};

void cut(Product& p, const Tile& tile) {
  p.tileM = tile.m;
  p.tileN = tile.n;
  p.cluster = tile.cluster;
}

TEST(HopperMatMul, AllLayoutsTilesAndClusters) {
  for (const Tile& tile : TILES) {
    for (int layout = 0; layout < 4; layout++) {
      for (bool bf16 : {true, false}) {
        Product p = sized(264, tile.n + 24, 136);
        cut(p, tile);
        p.transposeLhs = (layout & 1) != 0;
        p.transposeRhs = (layout & 2) != 0;
        p.bf16 = bf16;
        expectRight(p);
      }
    }
  }
}

TEST(HopperMatMul, RaggedShapes) {
  const int shapes[][3] = {{1, 8, 8}, {1, 256, 64}, {7, 8, 8}, {63, 40, 72}, {64, 256, 64}, {65, 248, 56}, {128, 8, 640}, {129, 264, 128}, {257, 520, 24},
      {300, 72, 328}};
  for (const auto& shape : shapes) {
    for (const Tile& tile : {Tile{128, 128, 1}, Tile{128, 128, 2}, Tile{256, 64, 1}}) {
      Product p = sized(shape[0], shape[1], shape[2]);
      cut(p, tile);
      expectRight(p);
      p.transposeRhs = true;
      expectRight(p);
    }
  }
}

// The output's rows are no multiple of 16 bytes, so that it is stored by the threads; the right operand then must be
// transposed.
TEST(HopperMatMul, OutputsOfAnyWidth) {
  for (int n : {1, 3, 65, 130, 257}) {
    for (const Tile& tile : {Tile{128, 256, 2}, Tile{128, 64, 1}, Tile{256, 64, 1}}) {
      Product p = sized(130, n, 72);
      cut(p, tile);
      p.transposeRhs = true;
      expectRight(p);
      p.m = 136;
      p.transposeLhs = true;
      expectRight(p);
    }
  }
}

TEST(HopperMatMul, Batches) {
  for (bool broadcast : {false, true}) {
    Product p = sized(136, 72, 40);
    p.tileN = 128;
    p.cluster = 2;
    p.batch = 5;
    p.broadcastRhs = broadcast;
    expectRight(p);
    p.transposeLhs = true;
    p.transposeRhs = true;
    expectRight(p);
  }
}

// More slices than stages and more tiles than blocks, so that stages and phases come round, also in the middle of a
// tile.
TEST(HopperMatMul, StagesComeRound) {
  for (int stages : {2, 3, 5}) {
    for (int units : {1, 2, 6}) {
      for (int cluster : {1, 2}) {
        if (units < cluster) {
          continue;
        }
        Product p = sized(392, 136, 328);
        p.tileN = 128;
        p.stages = stages;
        p.units = units;
        p.cluster = cluster;
        expectRight(p);
      }
    }
  }
}

// Each is a line of the kernel gone wrong.
struct Fault {
  const char* name;
  const char* text;
  const char* by;
};

class HopperFault : public testing::TestWithParam<Fault> {};

TEST_P(HopperFault, IsSeen) {
  const Fault& fault = GetParam();
  Product p = sized(520, 264, 456);
  p.tileN = 128;
  p.cluster = 2;
  p.fault = fault.text;
  p.by = fault.by;
  // In a process of its own: a fault may leave the device lost.
  EXPECT_EXIT(std::exit(run(p).empty() ? 0 : 1), testing::ExitedWithCode(1), "") << fault.name;
}

INSTANTIATE_TEST_SUITE_P(Planted, HopperFault,
    testing::Values(Fault{"NoWaitForArrival", "mbarrier_wait(full + stage, phase);", ""},
        Fault{"NoWaitForFreeStage", "mbarrier_wait(empty + stage, phase ^ 1);", ""},
        Fault{"ReleasedBeforeRead", "WGMMA_WAIT(1);", "WGMMA_WAIT(2);"},
        Fault{"SumsReadBeforeDone", "WGMMA_WAIT(0);\n      hold_sums(sums);", "WGMMA_WAIT(1);\n      hold_sums(sums);"},
        Fault{"ReleasedForOneBlockOnly", "if (step > 0 && lane < CLUSTER) {", "if (step > 0 && lane < 1) {"},
        Fault{"FreeWhenOwnHaveRead", "mbarrier_init(empty + s, CONSUMER_WARPS * CLUSTER);", "mbarrier_init(empty + s, CONSUMER_WARPS);"},
        Fault{"OwnBytesOnly", "mbarrier_arrive_expect(arrived, STAGE_BYTES);", "mbarrier_arrive_expect(arrived, LHS_BYTES + RHS_BYTES / CLUSTER);"},
        Fault{"WrongSwizzle", "(j / 8 ^ (i & 7)) << 4", "j / 8 << 4"},
        Fault{"NoSwizzleInDescriptor", "| (u64)1 << 62", ""},
        Fault{"WrongNextDepth", "? 2 * PATTERN : 32)", "? 2 * PATTERN : 64)"},
        Fault{"WrongNextRows", "? 8 * PATTERN : 16)", "? 4 * PATTERN : 16)"},
        Fault{"NoFenceBeforeStore", "        fence_async();\n", ""},
        Fault{"StagingOverwritten", "        tma_wait_read();\n", ""},
        Fault{"NoMeetingBeforeStore", "        fence_async();\n        named_barrier(1 + group, WARPGROUP);", "        fence_async();"},
        Fault{"NoWaitAtTheEnd", "      tma_wait_written();\n", ""},
        Fault{"NoFenceBeforeProduct", "        wgmma_fence();\n", ""},
        Fault{"NoMeetingBeforeStart", "  cluster_sync();\n\n  int stage", "  int stage"}),
    [](const testing::TestParamInfo<Fault>& info) { return std::string(info.param.name); });
