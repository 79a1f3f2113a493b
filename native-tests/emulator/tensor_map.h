// The 128 bytes of a tensor map as the emulated driver writes them: emu_tensor_map of kernels/dialect/host.h.
#pragma once

#include <cstdint>

namespace emu {

constexpr unsigned MOST_RANK = 5;

struct alignas(64) TensorMap {
  uint64_t address, extents[MOST_RANK], strides[MOST_RANK - 1];
  uint16_t box[MOST_RANK];  // im2col: channels, pixels
  int16_t lower[3], upper[3];
  uint8_t steps[MOST_RANK], type, rank, interleave, swizzle, nanFill, im2col;

  // By CUtensorMapDataType; 0: a packed type, which is not modelled.
  uint32_t elementBytes() const {
    constexpr uint8_t BYTES[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
    return type < sizeof BYTES ? BYTES[type] : 0;
  }
  uint32_t channels() const {
    return box[0];
  }
  uint32_t pixels() const {
    return box[1];
  }
  // What one copy takes.
  uint32_t boxElements() const {
    uint32_t count = 1;
    for (unsigned i = 0; i < (im2col != 0 ? 2u : rank); i++) {
      count *= box[i];
    }
    return count;
  }
  uint32_t boxBytes() const {
    return boxElements() * elementBytes();
  }
};
static_assert(sizeof(TensorMap) == 128, "a CUtensorMap has 128 bytes");

// CU_TENSOR_MAP_SWIZZLE_NONE and _128B; the others are not modelled.
constexpr uint8_t NO_SWIZZLE = 0, SWIZZLE_128 = 3;

}  // namespace emu
