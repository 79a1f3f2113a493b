#include "block.h"

namespace emu {

#if defined(EMU_ASAN)
constexpr unsigned CANARY = 0;
#else
constexpr unsigned CANARY = 64;
#endif
constexpr unsigned char CANARY_BYTE = 0xC5;
constexpr unsigned ALIGNMENT = 1024;

void fillWithOnes(unsigned char* begin, size_t bytes) {
  volatile unsigned char* p = begin;
  size_t i = 0;
  for (; i < bytes && reinterpret_cast<uintptr_t>(begin + i) % 8 != 0; i++) {
    p[i] = 0xFF;
  }
  for (; i + 8 <= bytes; i += 8) {
    *reinterpret_cast<volatile uint64_t*>(begin + i) = ~0ull;
  }
  for (; i < bytes; i++) {
    p[i] = 0xFF;
  }
}

bool DynamicShared::allocate(unsigned size) {
  void* p = nullptr;
  if (size > 0 && posix_memalign(&p, ALIGNMENT, size + CANARY) != 0) {
    return false;
  }
  memory.reset(static_cast<unsigned char*>(p));
  bytes = size;
  return true;
}

void DynamicShared::fill() {
  if (bytes > 0) {
    fillWithOnes(memory.get(), bytes);
    for (unsigned i = 0; i < CANARY; i++) {
      memory.get()[bytes + i] = CANARY_BYTE;
    }
  }
}

bool DynamicShared::intact() const {
  for (unsigned i = 0; bytes > 0 && i < CANARY; i++) {
    if (memory.get()[bytes + i] != CANARY_BYTE) {
      return false;
    }
  }
  return true;
}

}  // namespace emu
