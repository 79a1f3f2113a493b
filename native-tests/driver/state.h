// What the emulated driver knows. Everything is done at once, on the calling thread, under one lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "loader.h"
#include "results.h"

#define CUDA_API extern "C" __attribute__((visibility("default")))

namespace driver {

using DevicePointer = unsigned long long;  // CUdeviceptr

struct Context;

// Device memory is memory of the host, between canaries.
struct Block {
  Context* owner;
  unsigned char* memory;  // the canary before it
  size_t bytes;
};

struct Function {
  emu::Loaded* code;
  const emu::Kernel* kernel;
  int dynamicShared = 48 << 10;
  bool largeCluster = false;
};

struct Module {
  Context* owner;
  std::unique_ptr<emu::Loaded> code;
  std::map<std::string, std::unique_ptr<Function>> functions;
};

struct Stream {
  Context* owner;
};

struct Event {
  Context* owner;
  bool recorded = false, timed = true;
  std::chrono::steady_clock::time_point when;
};

struct Context {
  Result lost = SUCCESS;  // what every call returns once a kernel has crashed
  unsigned users = 0;     // of a primary context
};

class Driver {
 public:
  static Driver& instance();

  // Runs a call: counts it, fails it when told to, and lets one in at a time.
  Result call(const std::function<Result()>& body);
  // Likewise for one that needs a current context that is not lost.
  Result inContext(const std::function<Result(Context&)>& body);

  std::mutex lock;
  bool initialised = false;
  long calls = 0, failIn = 0;
  Result failWith = SUCCESS;

  std::set<Context*> contexts;
  std::unique_ptr<Context> primary;
  std::map<uintptr_t, Block> blocks;  // by the address behind the front canary
  std::map<void*, Context*> pinned;
  std::map<Module*, std::unique_ptr<Module>> modules;
  std::map<Stream*, std::unique_ptr<Stream>> streams;
  std::map<Event*, std::unique_ptr<Event>> events;
  size_t used = 0;

  size_t memory() const;
  Context* current();
  void setCurrent(Context* context);
  // Frees all that belongs to a context.
  void clear(Context& context);
  Result allocate(Context& owner, size_t bytes, DevicePointer* address);
  Result free(DevicePointer address);
  // Whether [address, address + bytes) lies in one block.
  bool contains(DevicePointer address, size_t bytes) const;
  bool canariesIntact() const;
  bool knows(void* stream) const;
  Function* function(void* handle) const;
};

// The stack of contexts of this thread of the host; the last is current.
std::vector<Context*>& contextStack();

// Shared memory that a block may have when its kernel asks for it.
int mostSharedOfBlock();

// Environment, as a number.
long setting(const char* name, long otherwise);

}  // namespace driver
