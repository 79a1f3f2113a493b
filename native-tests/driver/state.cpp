#include "state.h"

#include <cstdlib>
#include <cstring>

namespace driver {

// Reads and writes a little beyond a buffer stay inside the process and are seen.
constexpr size_t CANARY = 256;
constexpr unsigned char CANARY_BYTE = 0xC5;

Driver& Driver::instance() {
  // Never destroyed: the JVM's other threads may still be in it while the process ends.
  static Driver* driver = new Driver();
  return *driver;
}

std::vector<Context*>& contextStack() {
  thread_local std::vector<Context*> stack;
  return stack;
}

long setting(const char* name, long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == 0 ? otherwise : std::strtol(text, nullptr, 10);
}

Result Driver::call(const std::function<Result()>& body) {
  std::lock_guard<std::mutex> guard(lock);
  calls++;
  if (failIn > 0 && --failIn == 0) {
    Context* context = current();
    if (isSticky(failWith) && context != nullptr) {
      context->lost = failWith;
    }
    return failWith;
  }
  return initialised ? body() : NOT_INITIALIZED;
}

Result Driver::inContext(const std::function<Result(Context&)>& body) {
  return call([&] {
    Context* context = current();
    if (context == nullptr) {
      return INVALID_CONTEXT;
    }
    if (contexts.count(context) == 0) {
      return CONTEXT_IS_DESTROYED;
    }
    return context->lost != SUCCESS ? context->lost : body(*context);
  });
}

size_t Driver::memory() const {
  return static_cast<size_t>(setting("ORTHANT_EMULATED_MEMORY", 4L << 30));
}

Context* Driver::current() {
  std::vector<Context*>& stack = contextStack();
  return stack.empty() ? nullptr : stack.back();
}

void Driver::setCurrent(Context* context) {
  std::vector<Context*>& stack = contextStack();
  if (!stack.empty()) {
    stack.pop_back();
  }
  if (context != nullptr) {
    stack.push_back(context);
  }
}

template <class Map>
static void removeOwned(Map& map, Context& context) {
  for (auto i = map.begin(); i != map.end();) {
    i = i->second->owner == &context ? map.erase(i) : std::next(i);
  }
}

void Driver::clear(Context& context) {
  for (auto i = blocks.begin(); i != blocks.end();) {
    if (i->second.owner == &context) {
      used -= i->second.bytes;
      std::free(i->second.memory);
      i = blocks.erase(i);
    } else {
      ++i;
    }
  }
  for (auto i = pinned.begin(); i != pinned.end();) {
    if (i->second == &context) {
      std::free(i->first);
      i = pinned.erase(i);
    } else {
      ++i;
    }
  }
  removeOwned(streams, context);
  removeOwned(events, context);
  removeOwned(modules, context);
}

Result Driver::allocate(Context& owner, size_t bytes, DevicePointer* address) {
  if (address == nullptr || bytes == 0) {
    return INVALID_VALUE;
  }
  void* p = nullptr;
  if (bytes > memory() - used || posix_memalign(&p, CANARY, bytes + 2 * CANARY) != 0) {
    return OUT_OF_MEMORY;
  }
  auto* start = static_cast<unsigned char*>(p);
  std::memset(start, CANARY_BYTE, CANARY);
  // What nobody has written is NaN in every floating-point type.
  std::memset(start + CANARY, 0xFF, bytes);
  std::memset(start + CANARY + bytes, CANARY_BYTE, CANARY);
  const auto at = reinterpret_cast<uintptr_t>(start + CANARY);
  blocks[at] = {&owner, start, bytes};
  used += bytes;
  *address = at;
  return SUCCESS;
}

static bool isIntact(const Block& b) {
  for (size_t i = 0; i < CANARY; i++) {
    if (b.memory[i] != CANARY_BYTE || b.memory[CANARY + b.bytes + i] != CANARY_BYTE) {
      return false;
    }
  }
  return true;
}

Result Driver::free(DevicePointer address) {
  auto i = blocks.find(address);
  if (i == blocks.end()) {
    return INVALID_VALUE;
  }
  used -= i->second.bytes;
  std::free(i->second.memory);
  blocks.erase(i);
  return SUCCESS;
}

bool Driver::contains(DevicePointer address, size_t bytes) const {
  auto i = blocks.upper_bound(address);
  if (i == blocks.begin()) {
    return false;
  }
  --i;
  const size_t offset = address - i->first;
  return offset <= i->second.bytes && bytes <= i->second.bytes - offset;
}

bool Driver::canariesIntact() const {
  for (const auto& b : blocks) {
    if (!isIntact(b.second)) {
      return false;
    }
  }
  return true;
}

bool Driver::knows(void* stream) const {
  // The default stream, and its two other names.
  return reinterpret_cast<uintptr_t>(stream) <= 2 || streams.count(static_cast<Stream*>(stream)) != 0;
}

Function* Driver::function(void* handle) const {
  for (const auto& m : modules) {
    for (const auto& f : m.second->functions) {
      if (f.second.get() == handle) {
        return f.second.get();
      }
    }
  }
  return nullptr;
}

}  // namespace driver

using driver::Driver;

// For tests: what is not returned yet, how many calls there were, and which call from now on fails with which CUresult
// (0: none).
CUDA_API long emuLiveBytes() {
  Driver& d = Driver::instance();
  std::lock_guard<std::mutex> guard(d.lock);
  return static_cast<long>(d.used);
}

CUDA_API long emuLiveObjects() {
  Driver& d = Driver::instance();
  std::lock_guard<std::mutex> guard(d.lock);
  return static_cast<long>(d.modules.size() + d.streams.size() + d.events.size() + d.pinned.size() + d.contexts.size());
}

CUDA_API long emuCalls() {
  Driver& d = Driver::instance();
  std::lock_guard<std::mutex> guard(d.lock);
  return d.calls;
}

CUDA_API void emuFailCall(long n, int error) {
  Driver& d = Driver::instance();
  std::lock_guard<std::mutex> guard(d.lock);
  d.failIn = n;
  d.failWith = static_cast<driver::Result>(error);
}
