// The emulated driver and NVRTC behave as the real ones where our code depends on it.
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "../driver/results.h"
#include "driver_api.h"

namespace {

const char* const TEXT = R"(#include "cuda.h"
KERNEL(64) void twice(GLOBAL f32* RESTRICT y, const idx count) {
  SHARED f32 all[64];
  all[ITEM()] = y[ITEM()];
  BARRIER();
  y[ITEM()] = 2 * all[ITEM()];
}
KERNEL(64) void beyond(GLOBAL f32* RESTRICT y, const idx count) {
  y[count] = 1;
}
KERNEL(64) void stuck(GLOBAL f32* RESTRICT y, const idx count) {
  if (ITEM() < count) {
    BARRIER();
  }
}
KERNEL(64) void shares(GLOBAL f32* RESTRICT y, const idx count) {
  y[ITEM()] = ((f32*)emu_dynamic_shared())[count];
}
)";

std::string compiled(const char* text, int expected, std::vector<const char*> options = {"--gpu-architecture=sm_90a"}) {
  void* program = nullptr;
  EXPECT_EQ(nvrtcCreateProgram(&program, text, "test", 0, nullptr, nullptr), 0);
  EXPECT_EQ(nvrtcCompileProgram(program, static_cast<int>(options.size()), options.data()), expected);
  size_t size = 0;
  std::string result;
  if (expected == 0) {
    EXPECT_EQ(nvrtcGetCUBINSize(program, &size), 0);
    result.resize(size);
    EXPECT_EQ(nvrtcGetCUBIN(program, result.data()), 0);
  } else {
    EXPECT_EQ(nvrtcGetProgramLogSize(program, &size), 0);
    result.resize(size);
    EXPECT_EQ(nvrtcGetProgramLog(program, result.data()), 0);
  }
  EXPECT_EQ(nvrtcDestroyProgram(&program), 0);
  return result;
}

// A current context, and what it held at its end returned.
class Driver : public testing::Test {
 protected:
  Driver() {
    EXPECT_EQ(cuInit(0), 0);
    EXPECT_EQ(cuCtxCreate_v2(&context, 0, 0), 0);
  }
  ~Driver() override {
    emuFailCall(0, 0);
    EXPECT_EQ(cuCtxDestroy_v2(context), 0);
    EXPECT_EQ(emuLiveBytes(), 0);
    EXPECT_EQ(emuLiveObjects(), 0);
  }

  void* function(const char* name) {
    static const std::string image = compiled(TEXT, 0);
    void* module = nullptr;
    void* result = nullptr;
    EXPECT_EQ(cuModuleLoadData(&module, image.data()), 0);
    EXPECT_EQ(cuModuleGetFunction(&result, module, name), 0);
    return result;
  }

  int launch(void* f, unsigned long long y, int count, unsigned items = 64, unsigned shared = 0) {
    void* parameters[] = {&y, &count};
    return cuLaunchKernel(f, 1, 1, 1, items, 1, 1, shared, nullptr, parameters, nullptr);
  }

  unsigned long long floats(unsigned count) {
    unsigned long long y = 0;
    EXPECT_EQ(cuMemAlloc_v2(&y, count * 4), 0);
    return y;
  }

  void* context = nullptr;
};

}  // namespace

TEST_F(Driver, SaysWhatItIs) {
  char name[64] = {};
  int version = 0, count = 0, major = 0;
  EXPECT_EQ(cuDeviceGetName(name, sizeof name, 0), 0);
  EXPECT_STREQ(name, "Emulated CUDA device");
  EXPECT_EQ(cuDriverGetVersion(&version), 0);
  EXPECT_EQ(version, 13000);
  EXPECT_EQ(cuDeviceGetCount(&count), 0);
  EXPECT_EQ(count, 1);
  setenv("ORTHANT_EMULATED_CC", "75", 1);
  EXPECT_EQ(cuDeviceGetAttribute(&major, 75, 0), 0);
  EXPECT_EQ(major, 7);
  unsetenv("ORTHANT_EMULATED_CC");
  EXPECT_EQ(cuDeviceGetName(name, sizeof name, 1), driver::INVALID_DEVICE);
  const char* text = nullptr;
  EXPECT_EQ(cuGetErrorName(719, &text), 0);
  EXPECT_STREQ(text, "CUDA_ERROR_LAUNCH_FAILED");
  EXPECT_EQ(cuGetErrorName(12345, &text), driver::INVALID_VALUE);
  EXPECT_EQ(cuGraphCreate(nullptr, 0), driver::NOT_SUPPORTED);
}

TEST_F(Driver, ACallNeedsAContextOfItsThread) {
  std::thread([] {
    unsigned long long p = 0;
    EXPECT_EQ(cuMemAlloc_v2(&p, 4), driver::INVALID_CONTEXT);
    void* none = &p;
    EXPECT_EQ(cuCtxGetCurrent(&none), 0);
    EXPECT_EQ(none, nullptr);
  }).join();
  void* popped = nullptr;
  EXPECT_EQ(cuCtxPopCurrent_v2(&popped), 0);
  EXPECT_EQ(popped, context);
  EXPECT_EQ(cuCtxSynchronize(), driver::INVALID_CONTEXT);
  EXPECT_EQ(cuCtxPushCurrent_v2(context), 0);
  EXPECT_EQ(cuCtxSynchronize(), 0);
  EXPECT_EQ(cuCtxSetCurrent(&popped), driver::INVALID_CONTEXT);
}

TEST_F(Driver, PrimaryContextsAreCounted) {
  void *first = nullptr, *second = nullptr;
  EXPECT_EQ(cuDevicePrimaryCtxRetain(&first, 0), 0);
  EXPECT_EQ(cuDevicePrimaryCtxRetain(&second, 0), 0);
  EXPECT_EQ(first, second);
  EXPECT_EQ(emuLiveObjects(), 2);
  EXPECT_EQ(cuDevicePrimaryCtxRelease_v2(0), 0);
  EXPECT_EQ(emuLiveObjects(), 2);
  EXPECT_EQ(cuDevicePrimaryCtxRelease_v2(0), 0);
  EXPECT_EQ(emuLiveObjects(), 1);
  EXPECT_EQ(cuDevicePrimaryCtxRelease_v2(0), driver::INVALID_CONTEXT);
}

TEST_F(Driver, MemoryIsLimitedAndChecked) {
  setenv("ORTHANT_EMULATED_MEMORY", "1000", 1);
  unsigned long long p = 0, q = 0;
  EXPECT_EQ(cuMemAlloc_v2(&p, 600), 0);
  EXPECT_EQ(cuMemAllocAsync(&q, 600, nullptr), driver::OUT_OF_MEMORY);
  size_t free = 0, total = 0;
  EXPECT_EQ(cuMemGetInfo_v2(&free, &total), 0);
  EXPECT_EQ(free, 400u);
  EXPECT_EQ(total, 1000u);
  EXPECT_EQ(emuLiveBytes(), 600);
  unsetenv("ORTHANT_EMULATED_MEMORY");
  char host[600] = {};
  EXPECT_EQ(cuMemcpyHtoD_v2(p, host, 601), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemcpyDtoH_v2(host, p + 1, 600), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemcpyDtoDAsync_v2(p + 300, p, 300, nullptr), 0);
  EXPECT_EQ(cuMemcpyDtoDAsync_v2(p + 301, p, 300, nullptr), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemsetD8_v2(p, 7, 600), 0);
  EXPECT_EQ(cuMemcpyDtoH_v2(host, p + 599, 1), 0);
  EXPECT_EQ(host[0], 7);
  EXPECT_EQ(cuMemFree_v2(p + 1), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemFree_v2(p), 0);
  EXPECT_EQ(cuMemFree_v2(p), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemcpyDtoH_v2(host, p, 1), driver::INVALID_VALUE);
  EXPECT_EQ(cuMemAlloc_v2(&p, 0), driver::INVALID_VALUE);
  void* pinned = nullptr;
  EXPECT_EQ(cuMemHostAlloc(&pinned, 100, 0), 0);
  EXPECT_EQ(cuMemFreeHost(pinned), 0);
  EXPECT_EQ(cuMemFreeHost(pinned), driver::INVALID_VALUE);
}

TEST_F(Driver, FreshMemoryIsNaN) {
  const unsigned long long y = floats(3);
  float host[3] = {};
  EXPECT_EQ(cuMemcpyDtoH_v2(host, y, sizeof host), 0);
  for (float v : host) {
    EXPECT_NE(v, v);
  }
}

TEST_F(Driver, StreamsAndEvents) {
  void *stream = nullptr, *start = nullptr, *end = nullptr, *untimed = nullptr;
  EXPECT_EQ(cuStreamCreate(&stream, 1), 0);
  EXPECT_EQ(cuEventCreate(&start, 0), 0);
  EXPECT_EQ(cuEventCreate(&end, 0), 0);
  EXPECT_EQ(cuEventCreate(&untimed, 2), 0);
  float ms = -1;
  EXPECT_EQ(cuEventElapsedTime(&ms, start, end), driver::INVALID_HANDLE);
  EXPECT_EQ(cuEventRecord(start, stream), 0);
  EXPECT_EQ(cuEventRecord(end, stream), 0);
  EXPECT_EQ(cuEventElapsedTime(&ms, start, end), 0);
  EXPECT_GE(ms, 0);
  EXPECT_EQ(cuEventRecord(untimed, nullptr), 0);
  EXPECT_EQ(cuEventElapsedTime(&ms, start, untimed), driver::INVALID_HANDLE);
  EXPECT_EQ(cuEventDestroy_v2(start), 0);
  EXPECT_EQ(cuEventDestroy_v2(start), driver::INVALID_HANDLE);
  EXPECT_EQ(cuStreamDestroy_v2(stream), 0);
  EXPECT_EQ(cuStreamSynchronize(stream), driver::INVALID_HANDLE);
  EXPECT_EQ(emuLiveObjects(), 3);
}

TEST_F(Driver, CompilesLoadsAndLaunches) {
  const unsigned long long y = floats(64);
  float host[64];
  for (int i = 0; i < 64; i++) {
    host[i] = static_cast<float>(i);
  }
  EXPECT_EQ(cuMemcpyHtoD_v2(y, host, sizeof host), 0);
  EXPECT_EQ(launch(function("twice"), y, 0), 0);
  EXPECT_EQ(cuMemcpyDtoH_v2(host, y, sizeof host), 0);
  for (int i = 0; i < 64; i++) {
    EXPECT_EQ(host[i], static_cast<float>(2 * i));
  }
}

TEST_F(Driver, RefusesLaunchesAndImages) {
  const unsigned long long y = floats(1024);
  void* twice = function("twice");
  EXPECT_EQ(launch(twice, y, 0, 1025), driver::INVALID_VALUE);
  EXPECT_EQ(launch(twice, y, 0, 0), driver::INVALID_VALUE);
  EXPECT_EQ(launch(twice, y, 0, 64, (48 << 10) + 1), driver::INVALID_VALUE);
  EXPECT_EQ(launch(this, y, 0), driver::INVALID_HANDLE);
  constexpr int maxDynamicShared = 8;
  EXPECT_EQ(cuFuncSetAttribute(twice, maxDynamicShared, 228 << 10), driver::INVALID_VALUE);
  void* shares = function("shares");
  EXPECT_EQ(cuFuncSetAttribute(shares, maxDynamicShared, 200 << 10), 0);
  EXPECT_EQ(launch(shares, y, 0, 64, 200 << 10), 0);
  void* module = nullptr;
  const char ptx[] = ".version 8.0\n.target sm_90\n";
  const unsigned char fatbin[64] = {0x50, 0xED, 0x55, 0xBA};
  const char garbage[64] = "garbage";
  EXPECT_EQ(cuModuleLoadData(&module, ptx), driver::NO_BINARY_FOR_GPU);
  EXPECT_EQ(cuModuleLoadData(&module, fatbin), driver::NO_BINARY_FOR_GPU);
  EXPECT_EQ(cuModuleLoadData(&module, garbage), driver::INVALID_IMAGE);
  EXPECT_EQ(cuModuleUnload(&module), driver::INVALID_HANDLE);
}

TEST_F(Driver, ACrashStaysUntilTheContextIsGone) {
  const struct {
    const char* kernel;
    int count, error;
  } crashes[] = {{"stuck", 32, driver::LAUNCH_FAILED}, {"beyond", 64, driver::ILLEGAL_ADDRESS}};
  for (const auto& c : crashes) {
    void* own = nullptr;
    ASSERT_EQ(cuCtxCreate_v2(&own, 0, 0), 0);
    const unsigned long long y = floats(64);
    EXPECT_EQ(launch(function(c.kernel), y, c.count), c.error);
    unsigned long long p = 0;
    EXPECT_EQ(cuMemAlloc_v2(&p, 4), c.error);
    EXPECT_EQ(cuMemFree_v2(y), c.error);
    EXPECT_EQ(cuCtxSynchronize(), c.error);
    EXPECT_EQ(cuCtxDestroy_v2(own), 0);
    // The context before it is current again, and well.
    EXPECT_EQ(cuCtxSynchronize(), 0);
  }
  const unsigned long long gone = floats(64);
  EXPECT_EQ(cuMemFree_v2(gone), 0);
  void* own = nullptr;
  ASSERT_EQ(cuCtxCreate_v2(&own, 0, 0), 0);
  EXPECT_EQ(launch(function("twice"), gone, 0), driver::ILLEGAL_ADDRESS);
  EXPECT_EQ(cuCtxDestroy_v2(own), 0);
}

TEST_F(Driver, TheNthCallFails) {
  const long before = emuCalls();
  EXPECT_EQ(cuCtxSynchronize(), 0);
  EXPECT_EQ(emuCalls(), before + 1);
  emuFailCall(3, driver::OUT_OF_MEMORY);
  EXPECT_EQ(cuCtxSynchronize(), 0);
  EXPECT_EQ(cuCtxSynchronize(), 0);
  unsigned long long p = 0;
  EXPECT_EQ(cuMemAlloc_v2(&p, 4), driver::OUT_OF_MEMORY);
  EXPECT_EQ(emuLiveBytes(), 0);
  EXPECT_EQ(cuCtxSynchronize(), 0) << "once only";
  void* own = nullptr;
  ASSERT_EQ(cuCtxCreate_v2(&own, 0, 0), 0);
  emuFailCall(1, driver::ILLEGAL_ADDRESS);
  EXPECT_EQ(cuCtxSynchronize(), driver::ILLEGAL_ADDRESS);
  EXPECT_EQ(cuCtxSynchronize(), driver::ILLEGAL_ADDRESS) << "a device that is lost stays lost";
  EXPECT_EQ(cuCtxDestroy_v2(own), 0);
}

TEST_F(Driver, TensorMapsAreValidated) {
  alignas(64) unsigned char map[128];
  const unsigned long long y = floats(64 * 64);
  void* address = reinterpret_cast<void*>(y);
  uint64_t extents[] = {64, 64}, strides[] = {256};
  uint32_t box[] = {32, 8}, steps[] = {1, 1};
  auto encode = [&](void* to, void* from, int swizzle) {
    return cuTensorMapEncodeTiled(to, 7, 2, from, extents, strides, box, steps, 0, swizzle, 0, 0);
  };
  EXPECT_EQ(encode(map, address, 3), 0);
  EXPECT_EQ(encode(map, address, 2), driver::INVALID_VALUE) << "a box wider than its swizzle";
  EXPECT_EQ(encode(map + 1, address, 3), driver::INVALID_VALUE);
  EXPECT_EQ(encode(map, reinterpret_cast<void*>(y + 8), 3), driver::INVALID_VALUE);
  strides[0] = 264;
  EXPECT_EQ(encode(map, address, 3), driver::INVALID_VALUE) << "strides are multiples of 16";
  strides[0] = 256;
  box[1] = 257;
  EXPECT_EQ(encode(map, address, 3), driver::INVALID_VALUE);
}

TEST(Nvrtc, ReportsErrors) {
  EXPECT_NE(compiled("#include \"cuda.h\"\nKERNEL(1) void f(idx i) { i = nonsense; }", 6).find("nonsense"), std::string::npos);
  EXPECT_NE(compiled("", 5, {"--nonsense"}).find("--nonsense"), std::string::npos);
  void* program = &program;
  EXPECT_EQ(nvrtcCompileProgram(program, 0, nullptr), 4);
}
