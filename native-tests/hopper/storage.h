// Tensors of bf16 or f16.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace hopper {

struct Tensor {
  std::vector<uint16_t> bits;
  bool bf16;

  double at(size_t i) const {
    if (bf16) {
      const uint32_t wide = static_cast<uint32_t>(bits[i]) << 16;
      float v;
      std::memcpy(&v, &wide, 4);
      return v;
    }
    _Float16 v;
    std::memcpy(&v, &bits[i], 2);
    return static_cast<double>(v);
  }

  // Sixteenths between -2 and 2, which both types hold.
  static Tensor random(size_t count, bool bf16, std::mt19937& random) {
    Tensor t = {std::vector<uint16_t>(count), bf16};
    for (uint16_t& to : t.bits) {
      const float v = (static_cast<int>(random() % 65) - 32) / 16.0f;
      if (bf16) {
        uint32_t wide;
        std::memcpy(&wide, &v, 4);
        to = static_cast<uint16_t>(wide >> 16);
      } else {
        const _Float16 half = static_cast<_Float16>(v);
        std::memcpy(&to, &half, 2);
      }
    }
    return t;
  }
};

}  // namespace hopper
