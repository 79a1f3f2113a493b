// Buffers as a device has them: aligned to 256 bytes, exactly as large as asked for.
#pragma once

#include <cstdint>
#include <vector>

namespace cases {

// What nobody wrote is 0xFF. A canary stands before it and, where ASan does not watch, behind it.
class DeviceBuffer {
 public:
  explicit DeviceBuffer(uint64_t bytes);
  DeviceBuffer(uint64_t bytes, const std::vector<unsigned char>& content);
  ~DeviceBuffer();
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  unsigned char* data() const {
    return memory + BEFORE;
  }
  bool intact() const;

 private:
  static constexpr uint64_t BEFORE = 256;
  uint64_t bytes;
  unsigned char* memory = nullptr;
};

}  // namespace cases
