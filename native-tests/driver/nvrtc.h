// Kernels from their text, by the host's compiler.
#pragma once

#include <string>
#include <vector>

namespace nvrtc {

// Names of the kernels that a composed text defines: what follows "void" behind KERNEL(…) or __global__.
std::vector<std::string> kernelsOf(const std::string& text);

struct Compiled {
  bool ok = false;
  std::string image, log;
};

// Compiles with g++ behind host.h. `flags` go to the compiler.
Compiled compile(const std::string& text, const std::vector<std::string>& flags);

}  // namespace nvrtc
