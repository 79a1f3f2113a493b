// NVRTC's interface over g++. What it calls a cubin is the shared object, which the emulated driver loads.
#include "nvrtc.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#define NVRTC_API extern "C" __attribute__((visibility("default")))

namespace {

// nvrtcResult.
enum Result { SUCCESS = 0, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6 };

struct Program {
  std::string text, image, log;
};

std::mutex& lock() {
  static std::mutex* m = new std::mutex();
  return *m;
}

std::set<Program*>& programs() {
  static auto* all = new std::set<Program*>();
  return *all;
}

Program* known(void* handle) {
  std::lock_guard<std::mutex> guard(lock());
  auto i = programs().find(static_cast<Program*>(handle));
  return i == programs().end() ? nullptr : *i;
}

bool startsWith(const std::string& text, const char* beginning) {
  return text.compare(0, std::strlen(beginning), beginning) == 0;
}

// The compute capability in an architecture's name: 90 of sm_90a; 0 when it is none.
int capabilityOf(const std::string& name) {
  const size_t digits = name.find('_');
  return digits == std::string::npos ? 0 : std::atoi(name.c_str() + digits + 1);
}

// Options for nvrtc as options for g++. False when one is not known.
bool translate(int count, const char* const* options, std::vector<std::string>& flags, std::string& log) {
  static const char* const IGNORED[] = {"--std=", "-std=", "--fmad=", "-fmad=", "--ftz=", "-ftz=", "--prec-div=", "-prec-div=", "--prec-sqrt=",
      "-prec-sqrt=", "--use_fast_math=false", "-lineinfo", "--generate-line-info", "-default-device", "--device-as-default-execution-space",
      "--ptxas-options", "-Xptxas", "--maxrregcount", "-diag-suppress", "--diag-suppress=", "-w", "--disable-warnings", "--no-source-include",
      "--minimal", "-minimal", "--extra-device-vectorization", "--dopt=", "-dopt="};
  int capability = 75;
  for (int i = 0; i < count; i++) {
    const std::string o = options[i];
    bool ok = startsWith(o, "-D");
    if (ok) {
      flags.push_back(o);
    } else if (startsWith(o, "--gpu-architecture=") || startsWith(o, "-arch=")) {
      const std::string name = o.substr(o.find('=') + 1);
      capability = capabilityOf(name);
      ok = capability >= 75;
      if (name.back() == 'a') {
        flags.push_back("-D__CUDA_ARCH_FEAT_SM" + std::to_string(capability) + "_ALL=1");
      }
    } else if (startsWith(o, "--define-macro=")) {
      flags.push_back("-D" + o.substr(o.find('=') + 1));
      ok = true;
    }
    for (const char* ignored : IGNORED) {
      ok = ok || startsWith(o, ignored);
    }
    if (!ok) {
      log = "nvrtc: error: invalid value for option " + o + "\n";
      return false;
    }
  }
  flags.push_back("-D__CUDA_ARCH__=" + std::to_string(capability * 10));
  return true;
}

Result copied(void* handle, char* to, std::string Program::*part, bool terminated) {
  Program* p = known(handle);
  if (p == nullptr || to == nullptr) {
    return p == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
  }
  const std::string& from = p->*part;
  std::memcpy(to, from.data(), from.size());
  if (terminated) {
    to[from.size()] = 0;
  }
  return SUCCESS;
}

Result sized(void* handle, size_t* size, std::string Program::*part, bool terminated) {
  Program* p = known(handle);
  if (p == nullptr || size == nullptr) {
    return p == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
  }
  *size = (p->*part).size() + (terminated ? 1 : 0);
  return SUCCESS;
}

}  // namespace

NVRTC_API int nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = 0;
  return SUCCESS;
}

NVRTC_API int nvrtcGetNumSupportedArchs(int* count) {
  *count = 3;
  return SUCCESS;
}

NVRTC_API int nvrtcGetSupportedArchs(int* capabilities) {
  capabilities[0] = 75;
  capabilities[1] = 80;
  capabilities[2] = 90;
  return SUCCESS;
}

NVRTC_API const char* nvrtcGetErrorString(int result) {
  static const char* const NAMES[] = {"NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE", "NVRTC_ERROR_INVALID_INPUT",
      "NVRTC_ERROR_INVALID_PROGRAM", "NVRTC_ERROR_INVALID_OPTION", "NVRTC_ERROR_COMPILATION"};
  return result >= 0 && result < 7 ? NAMES[result] : "NVRTC_ERROR unknown";
}

NVRTC_API int nvrtcCreateProgram(void** result, const char* text, const char*, int headers, const char* const*, const char* const*) {
  if (result == nullptr || text == nullptr || headers != 0) {
    return INVALID_INPUT;
  }
  auto* p = new Program();
  p->text = text;
  std::lock_guard<std::mutex> guard(lock());
  programs().insert(p);
  *result = p;
  return SUCCESS;
}

NVRTC_API int nvrtcDestroyProgram(void** handle) {
  std::lock_guard<std::mutex> guard(lock());
  auto* p = handle == nullptr ? nullptr : static_cast<Program*>(*handle);
  if (programs().erase(p) == 0) {
    return INVALID_PROGRAM;
  }
  delete p;
  *handle = nullptr;
  return SUCCESS;
}

NVRTC_API int nvrtcCompileProgram(void* handle, int count, const char* const* options) {
  Program* p = known(handle);
  if (p == nullptr) {
    return INVALID_PROGRAM;
  }
  std::vector<std::string> flags;
  if (!translate(count, options, flags, p->log)) {
    return INVALID_OPTION;
  }
  nvrtc::Compiled made = nvrtc::compile(p->text, flags);
  p->log = made.log;
  p->image = made.image;
  return made.ok ? SUCCESS : COMPILATION;
}

NVRTC_API int nvrtcGetCUBINSize(void* handle, size_t* size) {
  return sized(handle, size, &Program::image, false);
}

NVRTC_API int nvrtcGetCUBIN(void* handle, char* to) {
  return copied(handle, to, &Program::image, false);
}

// What is compiled for a virtual architecture is the same.
NVRTC_API int nvrtcGetPTXSize(void* handle, size_t* size) {
  return sized(handle, size, &Program::image, false);
}

NVRTC_API int nvrtcGetPTX(void* handle, char* to) {
  return copied(handle, to, &Program::image, false);
}

NVRTC_API int nvrtcGetProgramLogSize(void* handle, size_t* size) {
  return sized(handle, size, &Program::log, true);
}

NVRTC_API int nvrtcGetProgramLog(void* handle, char* to) {
  return copied(handle, to, &Program::log, true);
}
