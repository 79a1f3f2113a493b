#include "runner.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <sstream>

#include "../driver/loader.h"
#include "memory.h"

namespace cases {
namespace {

using Buffers = std::vector<std::unique_ptr<DeviceBuffer>>;

std::string launch(const KernelLaunch& l, const std::string& kernels, const Buffers& buffers, uint64_t shuffleSeed) {
  std::string error;
  const auto loaded = emu::Loaded::fromFile(kernels + "/" + l.file + ".so", error);
  if (loaded == nullptr) {
    return error;
  }
  const emu::Kernel* kernel = loaded->kernel(l.kernel.c_str());
  if (kernel == nullptr || kernel->parameters != l.arguments.size()) {
    return l.file + " has no kernel " + l.kernel + " with " + std::to_string(l.arguments.size()) + " parameters";
  }
  std::vector<void*> addresses;
  std::vector<void*> parameters;
  addresses.reserve(l.arguments.size());
  for (const Argument& a : l.arguments) {
    if (a.buffer >= 0) {
      addresses.push_back(buffers[static_cast<size_t>(a.buffer)]->data());
      parameters.push_back(&addresses.back());
    } else {
      parameters.push_back(const_cast<unsigned char*>(a.bytes.data()));
    }
  }
  emu::Launch how;
  how.grid.x = l.groups;
  how.block.x = l.items;
  how.dynamicShared = l.sharedBytes;
  how.cluster = l.cluster;
  how.meets = loaded->meets();
  how.shuffleSeed = shuffleSeed;
  error = emu::run(*kernel, how, parameters.data());
  return error.empty() ? "" : l.file + ": " + error;
}

bool isLawful(double got, double lo, double hi, bool nan) {
  return std::isnan(got) ? nan : lo <= got && got <= hi;
}

std::string judge(const Expected& e, const unsigned char* buffer) {
  for (size_t i = 0; i < e.lawful.size() / 3; i++) {
    const double* lawful = &e.lawful[3 * i];
    const double got = element(e.type, buffer, i);
    if (!isLawful(got, lawful[0], lawful[1], lawful[2] != 0)) {
      std::ostringstream text;
      text.precision(17);
      text << "element " << i << " of buffer " << e.buffer << " is " << got << ", lawful is " << lawful[0] << " to " << lawful[1]
           << (lawful[2] != 0 ? " or NaN" : "");
      return text.str();
    }
  }
  return "";
}

}  // namespace

std::string run(const Recorded& test, const std::string& kernels, uint64_t shuffleSeed) {
  Buffers buffers;
  for (const Buffer& b : test.buffers) {
    buffers.push_back(std::make_unique<DeviceBuffer>(b.bytes, b.content));
  }
  for (const KernelLaunch& l : test.launches) {
    const std::string error = launch(l, kernels, buffers, shuffleSeed);
    if (!error.empty()) {
      return error;
    }
  }
  for (size_t i = 0; i < buffers.size(); i++) {
    const std::vector<unsigned char>& given = test.buffers[i].content;
    if (!buffers[i]->intact()) {
      return "a write beyond buffer " + std::to_string(i);
    }
    if (!given.empty() && std::memcmp(given.data(), buffers[i]->data(), given.size()) != 0) {
      return "input " + std::to_string(i) + " was written";
    }
  }
  for (const Expected& e : test.expected) {
    const std::string wrong = judge(e, buffers[static_cast<size_t>(e.buffer)]->data());
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

}  // namespace cases
