// Runs a recorded case on the emulator and judges it.
#pragma once

#include <cstdint>
#include <string>

#include "recorded.h"

namespace cases {

// Empty when every output is lawful and nothing else was touched, else what is wrong. `kernels` is the folder with the
// shared objects.
std::string run(const Recorded& test, const std::string& kernels, uint64_t shuffleSeed);

}  // namespace cases
