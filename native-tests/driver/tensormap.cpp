// Tensor maps: validated as the documentation of cuTensorMapEncodeTiled and cuTensorMapEncodeIm2col says, and stored as
// they are.
#include <cstring>

#include "state.h"

using namespace driver;

namespace {

// emu_tensor_map of kernels/dialect/host.h.
struct alignas(64) Map {
  uint64_t address, extents[5], strides[4];
  uint16_t box[5];
  int16_t lower[3], upper[3];
  uint8_t steps[5], type, rank, interleave, swizzle, nanFill, im2col;
};
static_assert(sizeof(Map) == 128, "a tensor map");

struct Common {
  int type;
  uint32_t rank;
  void* address;
  const uint64_t* extents;
  const uint64_t* strides;
  const uint32_t* steps;
  int interleave, swizzle, promotion, fill;
};

// By CUtensorMapDataType; 0: a packed type, which is not emulated.
unsigned bytesOf(int type) {
  constexpr unsigned BYTES[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
  return type >= 0 && type < 13 ? BYTES[type] : 0;
}

// The widest inner box of a swizzle pattern in bytes; 0: any.
unsigned spanOf(int swizzle) {
  return swizzle == 0 ? 0 : swizzle == 1 ? 32 : swizzle == 2 ? 64 : 128;
}

bool isLawful(const Common& c, uint64_t innerBytes) {
  const bool ranges = c.rank >= 1 && c.rank <= 5 && c.interleave >= 0 && c.interleave <= 2 && c.swizzle >= 0 && c.swizzle <= 6
      && c.promotion >= 0 && c.promotion <= 3 && c.fill >= 0 && c.fill <= 1;
  if (!ranges || bytesOf(c.type) == 0 || (c.interleave != 0 && c.rank < 3) || (c.interleave == 2 && c.swizzle != 1)) {
    return false;
  }
  if (c.fill == 1 && c.type < 6) {
    return false;
  }
  const uint64_t alignment = c.interleave == 2 ? 32 : 16;
  if (c.address == nullptr || reinterpret_cast<uintptr_t>(c.address) % alignment != 0) {
    return false;
  }
  for (uint32_t i = 0; i < c.rank; i++) {
    if (c.extents[i] == 0 || c.extents[i] > 1ull << 32 || (i > 0 && (c.steps[i] == 0 || c.steps[i] > 8))) {
      return false;
    }
    if (i > 0 && (c.strides[i - 1] % alignment != 0 || c.strides[i - 1] >= 1ull << 40)) {
      return false;
    }
  }
  return c.interleave != 0 || (innerBytes % 16 == 0 && (spanOf(c.swizzle) == 0 || innerBytes <= spanOf(c.swizzle)));
}

Map stored(const Common& c) {
  Map m{};
  m.address = reinterpret_cast<uintptr_t>(c.address);
  for (uint32_t i = 0; i < c.rank; i++) {
    m.extents[i] = c.extents[i];
    m.steps[i] = static_cast<uint8_t>(c.steps[i]);
    if (i > 0) {
      m.strides[i - 1] = c.strides[i - 1];
    }
  }
  m.type = static_cast<uint8_t>(c.type);
  m.rank = static_cast<uint8_t>(c.rank);
  m.interleave = static_cast<uint8_t>(c.interleave);
  m.swizzle = static_cast<uint8_t>(c.swizzle);
  m.nanFill = static_cast<uint8_t>(c.fill);
  return m;
}

Result encode(void* result, const Common& c, uint64_t innerBytes, const std::function<bool(Map&)>& rest) {
  return Driver::instance().call([&] {
    if (setting("ORTHANT_EMULATED_CC", 90) < 90) {
      return NOT_SUPPORTED;
    }
    if (result == nullptr || reinterpret_cast<uintptr_t>(result) % 64 != 0 || !isLawful(c, innerBytes)) {
      return INVALID_VALUE;
    }
    Map m = stored(c);
    if (!rest(m)) {
      return INVALID_VALUE;
    }
    std::memcpy(result, &m, sizeof m);
    return SUCCESS;
  });
}

}  // namespace

CUDA_API int cuTensorMapEncodeTiled(void* result, int type, uint32_t rank, void* address, const uint64_t* extents, const uint64_t* strides,
    const uint32_t* box, const uint32_t* steps, int interleave, int swizzle, int promotion, int fill) {
  const Common c = {type, rank, address, extents, strides, steps, interleave, swizzle, promotion, fill};
  return encode(result, c, static_cast<uint64_t>(box[0]) * bytesOf(type), [&](Map& m) {
    for (uint32_t i = 0; i < rank; i++) {
      if (box[i] == 0 || box[i] > 256) {
        return false;
      }
      m.box[i] = static_cast<uint16_t>(box[i]);
    }
    return true;
  });
}

CUDA_API int cuTensorMapEncodeIm2col(void* result, int type, uint32_t rank, void* address, const uint64_t* extents, const uint64_t* strides,
    const int* lower, const int* upper, uint32_t channels, uint32_t pixels, const uint32_t* steps, int interleave, int swizzle, int promotion,
    int fill) {
  const Common c = {type, rank, address, extents, strides, steps, interleave, swizzle, promotion, fill};
  return encode(result, c, static_cast<uint64_t>(channels) * bytesOf(type), [&](Map& m) {
    if (rank < 3 || channels == 0 || channels > 256 || pixels == 0 || pixels > 1024) {
      return false;
    }
    const int most = rank == 3 ? 32768 : rank == 4 ? 128 : 16;
    for (uint32_t i = 0; i + 2 < rank; i++) {
      // The box from the lower corner to the image's size plus the upper corner must not be empty.
      const int64_t size = static_cast<int64_t>(extents[i + 1]) + upper[i] - lower[i];
      if (lower[i] < -most || lower[i] >= most || upper[i] < -most || upper[i] >= most || size <= 0) {
        return false;
      }
      m.lower[i] = static_cast<int16_t>(lower[i]);
      m.upper[i] = static_cast<int16_t>(upper[i]);
    }
    m.im2col = 1;
    m.box[0] = static_cast<uint16_t>(channels);
    m.box[1] = static_cast<uint16_t>(pixels);
    return true;
  });
}
