// Device memory, pinned memory, copies. A copy is done when its call returns, asynchronous or not.
#include <cstdlib>
#include <cstring>

#include "state.h"

using namespace driver;

namespace {

Driver& d = Driver::instance();

Result onStream(void* stream, const std::function<Result(Context&)>& body) {
  return d.inContext([&](Context& context) { return d.knows(stream) ? body(context) : INVALID_HANDLE; });
}

void* host(DevicePointer p) {
  return reinterpret_cast<void*>(p);
}

Result toDevice(DevicePointer to, const void* from, size_t bytes) {
  if (bytes > 0 && (from == nullptr || !d.contains(to, bytes))) {
    return INVALID_VALUE;
  }
  std::memcpy(host(to), from, bytes);
  return SUCCESS;
}

Result toHost(void* to, DevicePointer from, size_t bytes) {
  if (bytes > 0 && (to == nullptr || !d.contains(from, bytes))) {
    return INVALID_VALUE;
  }
  std::memcpy(to, host(from), bytes);
  return SUCCESS;
}

Result onDevice(DevicePointer to, DevicePointer from, size_t bytes) {
  if (bytes > 0 && (!d.contains(to, bytes) || !d.contains(from, bytes))) {
    return INVALID_VALUE;
  }
  std::memmove(host(to), host(from), bytes);
  return SUCCESS;
}

template <class Word>
Result fill(DevicePointer to, Word value, size_t count) {
  if (!d.contains(to, count * sizeof(Word)) || to % sizeof(Word) != 0) {
    return INVALID_VALUE;
  }
  for (size_t i = 0; i < count; i++) {
    static_cast<Word*>(host(to))[i] = value;
  }
  return SUCCESS;
}

}  // namespace

CUDA_API int cuMemAlloc_v2(DevicePointer* address, size_t bytes) {
  return d.inContext([&](Context& context) { return d.allocate(context, bytes, address); });
}

CUDA_API int cuMemAllocAsync(DevicePointer* address, size_t bytes, void* stream) {
  return onStream(stream, [&](Context& context) { return d.allocate(context, bytes, address); });
}

CUDA_API int cuMemFree_v2(DevicePointer address) {
  return d.inContext([&](Context&) { return d.free(address); });
}

CUDA_API int cuMemFreeAsync(DevicePointer address, void* stream) {
  return onStream(stream, [&](Context&) { return d.free(address); });
}

CUDA_API int cuMemGetInfo_v2(size_t* free, size_t* total) {
  return d.inContext([&](Context&) {
    *total = d.memory();
    *free = d.memory() - d.used;
    return SUCCESS;
  });
}

CUDA_API int cuMemGetAddressRange_v2(DevicePointer* base, size_t* size, DevicePointer address) {
  return d.inContext([&](Context&) {
    if (!d.contains(address, 1)) {
      return NOT_FOUND;
    }
    const auto block = std::prev(d.blocks.upper_bound(address));
    if (base != nullptr) {
      *base = block->first;
    }
    if (size != nullptr) {
      *size = block->second.bytes;
    }
    return SUCCESS;
  });
}

CUDA_API int cuMemHostAlloc(void** result, size_t bytes, unsigned) {
  return d.inContext([&](Context& context) {
    void* p = nullptr;
    if (bytes == 0) {
      return INVALID_VALUE;
    }
    if (posix_memalign(&p, 4096, bytes) != 0) {
      return OUT_OF_MEMORY;
    }
    d.pinned[p] = &context;
    *result = p;
    return SUCCESS;
  });
}

CUDA_API int cuMemAllocHost_v2(void** result, size_t bytes) {
  return cuMemHostAlloc(result, bytes, 0);
}

CUDA_API int cuMemFreeHost(void* p) {
  return d.inContext([&](Context&) {
    if (d.pinned.erase(p) == 0) {
      return INVALID_VALUE;
    }
    std::free(p);
    return SUCCESS;
  });
}

CUDA_API int cuMemcpyHtoD_v2(DevicePointer to, const void* from, size_t bytes) {
  return d.inContext([&](Context&) { return toDevice(to, from, bytes); });
}

CUDA_API int cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, size_t bytes, void* stream) {
  return onStream(stream, [&](Context&) { return toDevice(to, from, bytes); });
}

CUDA_API int cuMemcpyDtoH_v2(void* to, DevicePointer from, size_t bytes) {
  return d.inContext([&](Context&) { return toHost(to, from, bytes); });
}

CUDA_API int cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, size_t bytes, void* stream) {
  return onStream(stream, [&](Context&) { return toHost(to, from, bytes); });
}

CUDA_API int cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
  return d.inContext([&](Context&) { return onDevice(to, from, bytes); });
}

CUDA_API int cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, void* stream) {
  return onStream(stream, [&](Context&) { return onDevice(to, from, bytes); });
}

CUDA_API int cuMemsetD8_v2(DevicePointer to, unsigned char value, size_t count) {
  return d.inContext([&](Context&) { return fill(to, value, count); });
}

CUDA_API int cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count, void* stream) {
  return onStream(stream, [&](Context&) { return fill(to, value, count); });
}

CUDA_API int cuMemsetD32_v2(DevicePointer to, unsigned value, size_t count) {
  return d.inContext([&](Context&) { return fill(to, value, count); });
}

CUDA_API int cuMemsetD32Async(DevicePointer to, unsigned value, size_t count, void* stream) {
  return onStream(stream, [&](Context&) { return fill(to, value, count); });
}
