// Modules and launches.
#include <cstdio>
#include <cstring>

#include "state.h"

using namespace driver;

namespace {

Driver& d = Driver::instance();

constexpr int MOST_THREADS = 1024;
constexpr unsigned PORTABLE_CLUSTER = 8, MOST_CLUSTER = 16;
constexpr unsigned ORDINARY_SHARED = 48 << 10;
constexpr int ATTRIBUTE_CLUSTER_DIMENSION = 4;

// CUlaunchAttribute and CUlaunchConfig of the driver API.
struct LaunchAttribute {
  int id;
  char pad[4];
  union {
    char bytes[64];
    unsigned cluster[3];
  };
};
struct LaunchConfig {
  emu::Dim grid, block;
  unsigned sharedBytes;
  void* stream;
  LaunchAttribute* attributes;
  unsigned count;
};

Result load(void** result, const void* image) {
  return d.inContext([&](Context& context) {
    if (image == nullptr || result == nullptr) {
      return INVALID_VALUE;
    }
    switch (emu::recognise(image)) {
      case emu::Image::OTHER_GPU_CODE:
        return NO_BINARY_FOR_GPU;
      case emu::Image::UNKNOWN:
        return INVALID_IMAGE;
      case emu::Image::OURS:
        break;
    }
    std::string error;
    auto module = std::make_unique<Module>();
    module->owner = &context;
    module->code = emu::Loaded::fromMemory(image, error);
    if (module->code == nullptr) {
      std::fprintf(stderr, "Emulated CUDA device: %s\n", error.c_str());
      return INVALID_IMAGE;
    }
    *result = module.get();
    d.modules[module.get()] = std::move(module);
    return SUCCESS;
  });
}

bool fits(const emu::Dim& block, const emu::Dim& grid) {
  return block.x >= 1 && block.y >= 1 && block.z >= 1 && block.x <= 1024 && block.y <= 1024 && block.z <= 64 && block.volume() <= MOST_THREADS
      && grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x <= 0x7fffffffu && grid.y <= 65535 && grid.z <= 65535;
}

// A pointer that leads nowhere would crash the process: a GPU would say "illegal address".
bool pointersAreLive(const emu::Kernel& kernel, void** parameters) {
  for (unsigned i = 0; i < kernel.parameters; i++) {
    if (kernel.pointers[i] != 0) {
      DevicePointer p;
      std::memcpy(&p, parameters[i], sizeof p);
      if (p != 0 && !d.contains(p, 0)) {
        return false;
      }
    }
  }
  return true;
}

Result crash(Context& context, Result result, const std::string& why) {
  std::fprintf(stderr, "Emulated CUDA device: %s\n", why.c_str());
  context.lost = result;
  return result;
}

Result launch(Context& context, void* handle, emu::Launch& how, void* stream, void** parameters, void** extra) {
  Function* f = d.function(handle);
  if (f == nullptr || !d.knows(stream)) {
    return INVALID_HANDLE;
  }
  if (extra != nullptr) {
    return NOT_SUPPORTED;
  }
  const unsigned fixed = f->kernel->sharedBytes();
  if (!fits(how.block, how.grid) || fixed > ORDINARY_SHARED || how.dynamicShared > static_cast<unsigned>(f->dynamicShared)
      || (parameters == nullptr && f->kernel->parameters > 0)) {
    return INVALID_VALUE;
  }
  if (how.cluster > (f->largeCluster ? MOST_CLUSTER : PORTABLE_CLUSTER) || how.grid.x % how.cluster != 0) {
    return INVALID_CLUSTER_SIZE;
  }
  if (!pointersAreLive(*f->kernel, parameters)) {
    return crash(context, ILLEGAL_ADDRESS, "a pointer outside all memory");
  }
  how.meets = f->code->meets();
  how.shuffleSeed = static_cast<uint64_t>(setting("ORTHANT_EMULATED_SHUFFLE", 0));
  const std::string error = emu::run(*f->kernel, how, parameters);
  if (!error.empty()) {
    return crash(context, LAUNCH_FAILED, error);
  }
  return d.canariesIntact() ? SUCCESS : crash(context, ILLEGAL_ADDRESS, "a write beyond a buffer");
}

}  // namespace

CUDA_API int cuModuleLoadData(void** result, const void* image) {
  return load(result, image);
}

CUDA_API int cuModuleLoadDataEx(void** result, const void* image, unsigned, void*, void*) {
  return load(result, image);
}

CUDA_API int cuModuleLoadFatBinary(void** result, const void* image) {
  return load(result, image);
}

CUDA_API int cuModuleUnload(void* handle) {
  return d.inContext([&](Context&) { return d.modules.erase(static_cast<Module*>(handle)) == 0 ? INVALID_HANDLE : SUCCESS; });
}

CUDA_API int cuModuleGetFunction(void** result, void* handle, const char* name) {
  return d.inContext([&](Context&) {
    auto i = d.modules.find(static_cast<Module*>(handle));
    if (i == d.modules.end()) {
      return INVALID_HANDLE;
    }
    Module& module = *i->second;
    const emu::Kernel* kernel = module.code->kernel(name);
    if (kernel == nullptr) {
      return NOT_FOUND;
    }
    std::unique_ptr<Function>& function = module.functions[name];
    if (function == nullptr) {
      function = std::make_unique<Function>();
      function->code = module.code.get();
      function->kernel = kernel;
    }
    *result = function.get();
    return SUCCESS;
  });
}

// CUfunction_attribute.
enum { MAX_THREADS_PER_BLOCK = 0, SHARED_SIZE_BYTES = 1, NUM_REGS = 4, PTX_VERSION = 5, BINARY_VERSION = 6, MAX_DYNAMIC_SHARED = 8, NON_PORTABLE_CLUSTER = 14 };

CUDA_API int cuFuncGetAttribute(int* value, int attribute, void* handle) {
  return d.inContext([&](Context&) {
    Function* f = d.function(handle);
    if (f == nullptr) {
      return INVALID_HANDLE;
    }
    switch (attribute) {
      case MAX_THREADS_PER_BLOCK:
        *value = MOST_THREADS;
        break;
      case SHARED_SIZE_BYTES:
        *value = static_cast<int>(f->kernel->sharedBytes());
        break;
      case NUM_REGS:
        *value = 64;
        break;
      case PTX_VERSION:
      case BINARY_VERSION:
        *value = static_cast<int>(setting("ORTHANT_EMULATED_CC", 90));
        break;
      case MAX_DYNAMIC_SHARED:
        *value = f->dynamicShared;
        break;
      default:
        *value = 0;
    }
    return SUCCESS;
  });
}

CUDA_API int cuFuncSetAttribute(void* handle, int attribute, int value) {
  return d.inContext([&](Context&) {
    Function* f = d.function(handle);
    if (f == nullptr) {
      return INVALID_HANDLE;
    }
    if (attribute == MAX_DYNAMIC_SHARED) {
      if (value < 0 || value + static_cast<int>(f->kernel->sharedBytes()) > mostSharedOfBlock()) {
        return INVALID_VALUE;
      }
      f->dynamicShared = value;
    } else if (attribute == NON_PORTABLE_CLUSTER) {
      f->largeCluster = value != 0;
    }
    return SUCCESS;
  });
}

CUDA_API int cuFuncSetCacheConfig(void* handle, int) {
  return d.inContext([&](Context&) { return d.function(handle) == nullptr ? INVALID_HANDLE : SUCCESS; });
}

CUDA_API int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ,
    unsigned sharedBytes, void* stream, void** parameters, void** extra) {
  return d.inContext([&](Context& context) {
    emu::Launch how;
    how.grid = {gridX, gridY, gridZ};
    how.block = {blockX, blockY, blockZ};
    how.dynamicShared = sharedBytes;
    return launch(context, function, how, stream, parameters, extra);
  });
}

CUDA_API int cuLaunchKernelEx(const LaunchConfig* config, void* function, void** parameters, void** extra) {
  return d.inContext([&](Context& context) {
    emu::Launch how;
    how.grid = config->grid;
    how.block = config->block;
    how.dynamicShared = config->sharedBytes;
    for (unsigned i = 0; i < config->count; i++) {
      const LaunchAttribute& a = config->attributes[i];
      if (a.id == ATTRIBUTE_CLUSTER_DIMENSION) {
        if (a.cluster[0] < 1 || a.cluster[1] != 1 || a.cluster[2] != 1) {
          return NOT_SUPPORTED;
        }
        how.cluster = a.cluster[0];
      }
    }
    return launch(context, function, how, config->stream, parameters, extra);
  });
}
