#include "gpu.h"

#include <fstream>
#include <sstream>

namespace gpu {

namespace {

constexpr int MAX_DYNAMIC_SHARED = 8;
constexpr int CLUSTER_DIMENSION = 4;

struct Attribute {
  int id;
  char pad[4];
  unsigned cluster[16];
};
struct Config {
  unsigned grid[3], block[3], sharedBytes;
  void* stream;
  Attribute* attributes;
  unsigned count;
};

void start() {
  static const bool started = [] {
    void* context = nullptr;
    check(cuInit(0), "cuInit");
    check(cuDevicePrimaryCtxRetain(&context, 0), "cuDevicePrimaryCtxRetain");
    check(cuCtxSetCurrent(context), "cuCtxSetCurrent");
    return true;
  }();
  (void)started;
}

}  // namespace

void check(int result, const char* what) {
  if (result != 0) {
    throw std::runtime_error(std::string(what) + " returned " + std::to_string(result));
  }
}

Memory::Memory(const std::vector<uint16_t>& content) : count(content.size()) {
  start();
  check(cuMemAlloc_v2(&address, 2 * count), "cuMemAlloc");
  check(cuMemcpyHtoD_v2(address, content.data(), 2 * count), "cuMemcpyHtoD");
}

Memory::~Memory() {
  cuMemFree_v2(address);
}

std::vector<uint16_t> Memory::read() const {
  std::vector<uint16_t> content(count);
  check(cuMemcpyDtoH_v2(content.data(), address, 2 * count), "cuMemcpyDtoH");
  return content;
}

void* kernel(const std::string& text, const char* name) {
  static std::map<std::string, void*> known;
  start();
  void*& function = known[text];
  if (function == nullptr) {
    void* program = nullptr;
    check(nvrtcCreateProgram(&program, text.c_str(), name, 0, nullptr, nullptr), "nvrtcCreateProgram");
    const char* options[] = {"--gpu-architecture=sm_90a"};
    const int failed = nvrtcCompileProgram(program, 1, options);
    size_t size = 0;
    nvrtcGetProgramLogSize(program, &size);
    std::string log(size, 0);
    nvrtcGetProgramLog(program, log.data());
    if (failed != 0) {
      throw std::runtime_error(log);
    }
    check(nvrtcGetCUBINSize(program, &size), "nvrtcGetCUBINSize");
    std::vector<char> image(size);
    check(nvrtcGetCUBIN(program, image.data()), "nvrtcGetCUBIN");
    nvrtcDestroyProgram(&program);
    void* module = nullptr;
    check(cuModuleLoadData(&module, image.data()), "cuModuleLoadData");
    check(cuModuleGetFunction(&function, module, name), "cuModuleGetFunction");
  }
  return function;
}

std::string launch(void* function, unsigned groups, unsigned items, unsigned sharedBytes, unsigned cluster, Arguments& arguments) {
  check(cuFuncSetAttribute(function, MAX_DYNAMIC_SHARED, static_cast<int>(sharedBytes)), "cuFuncSetAttribute");
  Attribute attribute = {CLUSTER_DIMENSION, {}, {cluster, 1, 1}};
  Config config = {{groups, 1, 1}, {items, 1, 1}, sharedBytes, nullptr, &attribute, 1};
  const int result = cuLaunchKernelEx(&config, function, arguments.get(), nullptr);
  const int later = cuCtxSynchronize();
  return result == 0 && later == 0 ? "" : "CUresult " + std::to_string(result != 0 ? result : later);
}

std::string kernelFile(const std::string& name) {
  std::ifstream in(std::string(KERNELS_FOLDER) + "/" + name);
  if (!in) {
    throw std::runtime_error("no " + name);
  }
  std::stringstream all;
  all << "#line 1 \"" << name << "\"\n" << in.rdbuf();
  return all.str();
}

}  // namespace gpu
