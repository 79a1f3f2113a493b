// Contexts: created ones and the device's primary one.
#include "state.h"

using namespace driver;

namespace {

Driver& d = Driver::instance();

// What needs a context, but also works when it is lost.
Result known(void* handle, const std::function<Result(Context*)>& body) {
  return d.call([&] {
    auto* context = static_cast<Context*>(handle);
    return d.contexts.count(context) == 0 ? INVALID_CONTEXT : body(context);
  });
}

void destroy(Context* context) {
  d.clear(*context);
  d.contexts.erase(context);
}

}  // namespace

CUDA_API int cuCtxCreate_v2(void** result, unsigned, int device) {
  return d.call([&] {
    if (device != 0) {
      return INVALID_DEVICE;
    }
    auto* context = new Context();
    d.contexts.insert(context);
    contextStack().push_back(context);
    *result = context;
    return SUCCESS;
  });
}

CUDA_API int cuCtxCreate_v4(void** result, void*, unsigned flags, int device) {
  return cuCtxCreate_v2(result, flags, device);
}

CUDA_API int cuCtxDestroy_v2(void* handle) {
  return known(handle, [&](Context* context) {
    if (context == d.primary.get()) {
      return INVALID_CONTEXT;
    }
    if (d.current() == context) {
      contextStack().pop_back();
    }
    destroy(context);
    delete context;
    return SUCCESS;
  });
}

CUDA_API int cuDevicePrimaryCtxRetain(void** result, int device) {
  return d.call([&] {
    if (device != 0) {
      return INVALID_DEVICE;
    }
    if (d.primary == nullptr) {
      d.primary = std::make_unique<Context>();
      d.contexts.insert(d.primary.get());
    }
    d.primary->users++;
    *result = d.primary.get();
    return SUCCESS;
  });
}

static Result resetPrimary() {
  destroy(d.primary.get());
  d.primary.reset();
  return SUCCESS;
}

CUDA_API int cuDevicePrimaryCtxRelease_v2(int device) {
  return d.call([&] {
    if (device != 0) {
      return INVALID_DEVICE;
    }
    if (d.primary == nullptr) {
      return INVALID_CONTEXT;
    }
    return --d.primary->users == 0 ? resetPrimary() : SUCCESS;
  });
}

CUDA_API int cuDevicePrimaryCtxReset_v2(int device) {
  return d.call([&] {
    if (device != 0) {
      return INVALID_DEVICE;
    }
    return d.primary == nullptr ? SUCCESS : resetPrimary();
  });
}

CUDA_API int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  return d.call([&] {
    if (device != 0) {
      return INVALID_DEVICE;
    }
    *flags = 0;
    *active = d.primary != nullptr;
    return SUCCESS;
  });
}

CUDA_API int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned) {
  return d.call([&] { return device == 0 ? SUCCESS : INVALID_DEVICE; });
}

CUDA_API int cuCtxSetCurrent(void* handle) {
  if (handle == nullptr) {
    return d.call([] {
      d.setCurrent(nullptr);
      return SUCCESS;
    });
  }
  return known(handle, [](Context* context) {
    d.setCurrent(context);
    return SUCCESS;
  });
}

CUDA_API int cuCtxGetCurrent(void** result) {
  return d.call([&] {
    *result = d.current();
    return SUCCESS;
  });
}

CUDA_API int cuCtxPushCurrent_v2(void* handle) {
  return known(handle, [](Context* context) {
    contextStack().push_back(context);
    return SUCCESS;
  });
}

CUDA_API int cuCtxPopCurrent_v2(void** result) {
  return d.call([&] {
    if (d.current() == nullptr) {
      return INVALID_CONTEXT;
    }
    if (result != nullptr) {
      *result = d.current();
    }
    contextStack().pop_back();
    return SUCCESS;
  });
}

CUDA_API int cuCtxGetDevice(int* device) {
  return d.inContext([&](Context&) {
    *device = 0;
    return SUCCESS;
  });
}

CUDA_API int cuCtxGetApiVersion(void* handle, unsigned* version) {
  return known(handle, [&](Context*) {
    *version = 13000;
    return SUCCESS;
  });
}

CUDA_API int cuCtxSynchronize() {
  return d.inContext([](Context&) { return SUCCESS; });
}
