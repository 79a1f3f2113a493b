// Which checker this build has, and how a test says what it should see.
#pragma once

#include <string>

#include <gtest/gtest.h>

#if defined(EMU_ASAN)
constexpr bool ADDRESSES_CHECKED = true;
#else
constexpr bool ADDRESSES_CHECKED = false;
#endif
#if defined(EMU_TSAN)
constexpr bool RACES_CHECKED = true;
#else
constexpr bool RACES_CHECKED = false;
#endif

// Folders of compiled kernels: recorded ones, and those of planted/.
inline std::string recordedKernels() {
  return std::string(KERNELS_FOLDER) + "/recorded";
}
inline std::string plantedKernels() {
  return std::string(KERNELS_FOLDER) + "/planted";
}
