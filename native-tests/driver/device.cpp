// The device, and what it can do.
#include <cstdio>
#include <cstring>

#include "state.h"

using namespace driver;

namespace {

struct Attribute {
  int number, value;
};

// 75, 80 or 90: the compute capability.
int capability() {
  return static_cast<int>(setting("ORTHANT_EMULATED_CC", 90));
}

// 0 or 1.
int devices() {
  return static_cast<int>(setting("ORTHANT_EMULATED_DEVICES", 1));
}

// By CUdevice_attribute.
int attribute(int number) {
  const Attribute fixed[] = {
      {1, 1024},         {2, 1024},    {3, 1024},      {4, 64},       {5, 0x7fffffff}, {6, 65535},  {7, 65535},   {8, 48 << 10},
      {9, 64 << 10},     {10, 32},     {11, 0x7fffffff}, {12, 65536}, {13, 1000000},   {14, 512},   {16, 4},      {19, 1},
      {31, 1},           {33, 0},      {34, 0},        {36, 1000000}, {37, 64},        {38, 4 << 20}, {39, 2048}, {40, 1},
      {41, 1},           {75, capability() / 10}, {76, capability() % 10}, {78, 1},    {79, 1},     {81, mostSharedOfBlock() + 1024}, {82, 65536},
      {97, mostSharedOfBlock()}, {106, 32},   {111, 1024},    {115, 1},      {120, capability() >= 90}, {127, capability() >= 90},
  };
  for (const Attribute& a : fixed) {
    if (a.number == number) {
      return a.value;
    }
  }
  return 0;
}

Result device(int ordinal, const std::function<Result()>& body) {
  return Driver::instance().call([&] { return ordinal == 0 ? body() : INVALID_DEVICE; });
}

}  // namespace

int driver::mostSharedOfBlock() {
  return capability() >= 90 ? 227 << 10 : capability() >= 80 ? 163 << 10 : 64 << 10;
}

CUDA_API int cuInit(unsigned flags) {
  Driver& d = Driver::instance();
  {
    std::lock_guard<std::mutex> guard(d.lock);
    d.initialised = true;
  }
  return d.call([&] { return flags != 0 ? INVALID_VALUE : devices() == 0 ? NO_DEVICE : SUCCESS; });
}

CUDA_API int cuDriverGetVersion(int* version) {
  *version = 13000;
  return SUCCESS;
}

CUDA_API int cuDeviceGetCount(int* count) {
  return Driver::instance().call([&] {
    *count = devices();
    return SUCCESS;
  });
}

CUDA_API int cuDeviceGet(int* result, int ordinal) {
  return device(ordinal, [&] {
    *result = 0;
    return SUCCESS;
  });
}

CUDA_API int cuDeviceGetName(char* name, int length, int ordinal) {
  return device(ordinal, [&] {
    std::snprintf(name, static_cast<size_t>(length), "Emulated CUDA device");
    return SUCCESS;
  });
}

CUDA_API int cuDeviceGetAttribute(int* value, int number, int ordinal) {
  return device(ordinal, [&] {
    *value = attribute(number);
    return SUCCESS;
  });
}

CUDA_API int cuDeviceComputeCapability(int* major, int* minor, int ordinal) {
  return device(ordinal, [&] {
    *major = capability() / 10;
    *minor = capability() % 10;
    return SUCCESS;
  });
}

CUDA_API int cuDeviceTotalMem_v2(size_t* bytes, int ordinal) {
  return device(ordinal, [&] {
    *bytes = Driver::instance().memory();
    return SUCCESS;
  });
}

CUDA_API int cuDeviceGetUuid(char* uuid, int ordinal) {
  return device(ordinal, [&] {
    std::memcpy(uuid, "Emulated device", 16);
    return SUCCESS;
  });
}

CUDA_API int cuDeviceGetUuid_v2(char* uuid, int ordinal) {
  return cuDeviceGetUuid(uuid, ordinal);
}

CUDA_API int cuDeviceGetPCIBusId(char* text, int length, int ordinal) {
  return device(ordinal, [&] {
    std::snprintf(text, static_cast<size_t>(length), "0000:00:00.0");
    return SUCCESS;
  });
}
