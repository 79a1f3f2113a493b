// A case as RecordedCase.java writes it: the launches of one call, its buffers, what it may lawfully give.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cases {

// A kernel's argument: the address of a buffer, a number's bits, or the 128 bytes of a tensor map.
struct Argument {
  int buffer = -1;
  std::vector<unsigned char> bytes;
};

struct KernelLaunch {
  std::string file, kernel;
  unsigned groups = 1, items = 1, sharedBytes = 0, cluster = 1;
  std::vector<Argument> arguments;
};

struct Buffer {
  uint64_t bytes = 0;
  // Empty: undefined.
  std::vector<unsigned char> content;
};

struct Expected {
  int buffer = 0;
  std::string type;
  // For each element: the lower and the upper end, and not 0 when NaN is lawful.
  std::vector<double> lawful;
};

struct Recorded {
  std::string name;
  std::vector<Buffer> buffers;
  std::vector<KernelLaunch> launches;
  std::vector<Expected> expected;
};

// Throws std::runtime_error when the files are not what they should be.
Recorded read(const std::string& folder);

// The name alone.
std::string nameOf(const std::string& folder);

// The folders of all cases, in order.
std::vector<std::string> list(const std::string& folder);

// An element of a buffer as a number.
double element(const std::string& type, const unsigned char* buffer, uint64_t index);

}  // namespace cases
