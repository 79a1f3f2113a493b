// Kernels in shared objects, loaded into the process.
#pragma once

#include <memory>
#include <string>

#include "../emulator/emulator.h"

namespace emu {

enum class Image { OURS, OTHER_GPU_CODE, UNKNOWN };

// What the bytes at `image` seem to be; ours is an x86-64 shared object with kernels in it.
Image recognise(const void* image);

// A loaded shared object; its kernels live as long as it does.
class Loaded {
 public:
  // Null with a reason when it cannot be loaded.
  static std::unique_ptr<Loaded> fromMemory(const void* image, std::string& error);
  static std::unique_ptr<Loaded> fromFile(const std::string& path, std::string& error);
  ~Loaded();
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  const Kernel* kernel(const char* name) const;
  // Whether any of its code makes threads wait for each other.
  bool meets() const {
    return threadsMeet;
  }

 private:
  Loaded(void* handle, bool meets);
  void* handle;
  bool threadsMeet;
};

}  // namespace emu
