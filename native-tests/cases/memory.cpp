#include "memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace cases {
namespace {

#if defined(EMU_ASAN)
constexpr uint64_t BEHIND = 0;
#else
constexpr uint64_t BEHIND = 256;
#endif
constexpr unsigned char CANARY = 0xC5;

bool isCanary(const unsigned char* p, uint64_t bytes) {
  for (uint64_t i = 0; i < bytes; i++) {
    if (p[i] != CANARY) {
      return false;
    }
  }
  return true;
}

}  // namespace

DeviceBuffer::DeviceBuffer(uint64_t size) : bytes(size) {
  void* p = nullptr;
  if (posix_memalign(&p, 256, BEFORE + bytes + BEHIND) != 0) {
    throw std::bad_alloc();
  }
  memory = static_cast<unsigned char*>(p);
  std::memset(memory, CANARY, BEFORE);
  std::memset(data(), 0xFF, bytes);
  std::memset(data() + bytes, CANARY, BEHIND);
}

DeviceBuffer::DeviceBuffer(uint64_t size, const std::vector<unsigned char>& content) : DeviceBuffer(size) {
  if (!content.empty()) {
    std::memcpy(data(), content.data(), content.size());
  }
}

DeviceBuffer::~DeviceBuffer() {
  std::free(memory);
}

bool DeviceBuffer::intact() const {
  return isCanary(memory, BEFORE) && isCanary(data() + bytes, BEHIND);
}

}  // namespace cases
