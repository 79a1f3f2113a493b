#include <cstring>

#include "hopper_model.h"
#include "hopper_parts.h"

namespace emu {

namespace {

float ofBits(uint16_t bits, bool bf16) {
  if (bf16) {
    const uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float v;
    std::memcpy(&v, &wide, 4);
    return v;
  }
  _Float16 v;
  std::memcpy(&v, &bits, 2);
  return static_cast<float>(v);
}

// An operand as its descriptor gives it.
struct Operand {
  uint32_t start, leading, stride;
  bool rowsFirst;
  const unsigned char* shared;
  uint32_t bytes;

  // Where element (row, k) lies, before the swizzle: rows are of a, columns of b.
  uint32_t address(unsigned row, unsigned k) const {
    return rowsFirst ? start + row / 64 * leading + k / 8 * stride + k % 8 * 128 + row % 64 * 2 : start + row / 8 * stride + row % 8 * 128 + k * 2;
  }

  EMU_HARDWARE uint16_t bits(unsigned row, unsigned k) const {
    const uint32_t at = swizzled(address(row, k), true);
    uint16_t v = 0xFFFF;
    if (at + 2 <= bytes) {
      v = static_cast<uint16_t>(shared[at] | shared[at + 1] << 8);
    }
    return v;
  }
};

Operand operand(uint64_t descriptor, bool rowsFirst) {
  if (descriptor >> 62 != 1 || (descriptor >> 49 & 7) != 0) {
    refuse("a wgmma descriptor that is not of the 128-byte swizzle with base offset 0");
  }
  auto field = [&](int bit) {
    return static_cast<uint32_t>(descriptor >> bit & 0x3fff) << 4;
  };
  Block& block = ownBlock();
  return {field(0), field(16), field(32), rowsFirst, block.shared.begin(), block.shared.size()};
}

}  // namespace

void HopperModel::productFence() {
  machine().exchange(nullptr, 0, WARPGROUP);
  self().productFenced = true;
}

void HopperModel::product(float* sums, unsigned n, uint64_t a, uint64_t b, unsigned flags) {
  const uint64_t mine[] = {a, b, n, flags};
  const uint64_t* all = static_cast<const uint64_t*>(machine().exchange(mine, sizeof mine, WARPGROUP));
  for (unsigned i = 0; i < WARPGROUP; i++) {
    if (std::memcmp(all + 4 * i, mine, sizeof mine) != 0) {
      refuse("the threads of a warpgroup ask for different products");
    }
  }
  ThreadState& t = self();
  if (!t.productFenced) {
    refuse("a product without wgmma.fence since the sums were last touched");
  }
  t.openProducts.push_back({sums, n, flags, a, b});
}

void HopperModel::commitProducts() {
  ThreadState& t = self();
  t.products.push_back(std::move(t.openProducts));
  t.openProducts.clear();
  if (chance(AT_ONCE)) {
    for (std::vector<Product>& group : t.products) {
      performAll(group);
    }
  }
}

void HopperModel::waitProducts(unsigned pending) {
  ThreadState& t = self();
  while (t.products.size() > pending) {
    performAll(t.products.front());
    t.products.erase(t.products.begin());
  }
  if (pending == 0) {
    t.productFenced = false;
  }
  // It ends for the warpgroup as a whole.
  machine().exchange(nullptr, 0, WARPGROUP);
}

void HopperModel::performAll(std::vector<Product>& all) {
  for (const Product& p : all) {
    perform(p);
  }
  all.clear();
}

// This thread's sums: rows 16·warp + lane/4 and 8 below, columns 8·j + 2·(lane%4) and the next.
EMU_HARDWARE void HopperModel::perform(const Product& p) {
  constexpr unsigned DEPTH = 16;
  const bool keep = p.flags & 1, bf16 = p.flags & 2;
  const Operand a = operand(p.a, p.flags & 4), b = operand(p.b, p.flags & 8);
  const unsigned index = machine().running().index % WARPGROUP;
  const unsigned row = index / 32 * 16 + index % 32 / 4, col = index % 4 * 2;
  float rows[2][DEPTH];
  for (unsigned i = 0; i < 2; i++) {
    for (unsigned k = 0; k < DEPTH; k++) {
      rows[i][k] = ofBits(a.bits(row + 8 * i, k), bf16);
    }
  }
  for (unsigned j = 0; j < p.n / 8; j++) {
    for (unsigned e = 0; e < 2; e++) {
      float column[DEPTH];
      for (unsigned k = 0; k < DEPTH; k++) {
        column[k] = ofBits(b.bits(8 * j + col + e, k), bf16);
      }
      for (unsigned i = 0; i < 2; i++) {
        float& sum = p.sums[4 * j + 2 * i + e];
        float made = keep ? sum : 0;
        for (unsigned k = 0; k < DEPTH; k++) {
          made += rows[i][k] * column[k];
        }
        sum = made;
      }
    }
  }
}

}  // namespace emu
