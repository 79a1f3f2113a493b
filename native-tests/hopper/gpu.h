// What the tests of composed kernels need of the driver: CUDA's own interface, here answered by the emulated
// libcuda.so.1 and libnvrtc.so.13.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
int cuInit(unsigned);
int cuDeviceGet(int*, int);
int cuDevicePrimaryCtxRetain(void**, int);
int cuCtxSetCurrent(void*);
int cuMemAlloc_v2(unsigned long long*, size_t);
int cuMemFree_v2(unsigned long long);
int cuMemcpyHtoD_v2(unsigned long long, const void*, size_t);
int cuMemcpyDtoH_v2(void*, unsigned long long, size_t);
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuFuncSetAttribute(void*, int, int);
int cuLaunchKernelEx(const void* config, void* function, void** parameters, void** extra);
int cuCtxSynchronize();
int cuTensorMapEncodeTiled(void*, int, uint32_t, void*, const uint64_t*, const uint64_t*, const uint32_t*, const uint32_t*, int, int, int, int);
int cuTensorMapEncodeIm2col(void*, int, uint32_t, void*, const uint64_t*, const uint64_t*, const int*, const int*, uint32_t, uint32_t, const uint32_t*, int,
    int, int, int);
int nvrtcCreateProgram(void**, const char*, const char*, int, const char* const*, const char* const*);
int nvrtcCompileProgram(void*, int, const char* const*);
int nvrtcGetCUBINSize(void*, size_t*);
int nvrtcGetCUBIN(void*, char*);
int nvrtcGetProgramLogSize(void*, size_t*);
int nvrtcGetProgramLog(void*, char*);
int nvrtcDestroyProgram(void**);
}

namespace gpu {

void check(int result, const char* what);

// CUtensorMap.
struct alignas(64) Map {
  uint64_t words[16];
};

// Device memory with a tensor.
class Memory {
 public:
  explicit Memory(const std::vector<uint16_t>& content);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::vector<uint16_t> read() const;

  unsigned long long address = 0;

 private:
  size_t count;
};

// A kernel's arguments, in order.
class Arguments {
 public:
  template <class T>
  void add(const T& value) {
    held.emplace_back(sizeof(T) + 64);
    char* at = held.back().data();
    at += (64 - reinterpret_cast<uintptr_t>(at) % 64) % 64;
    __builtin_memcpy(at, &value, sizeof(T));
    pointers.push_back(at);
  }
  void** get() {
    return pointers.data();
  }

 private:
  std::vector<std::vector<char>> held;
  std::vector<void*> pointers;
};

// Compiles a text with one kernel; texts that were compiled before are remembered.
void* kernel(const std::string& text, const char* name);

// Empty, or what the driver answered.
std::string launch(void* kernel, unsigned groups, unsigned items, unsigned sharedBytes, unsigned cluster, Arguments& arguments);

// The text of a file under kernels/.
std::string kernelFile(const std::string& name);

}  // namespace gpu
