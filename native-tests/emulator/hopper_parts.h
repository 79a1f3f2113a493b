// What the parts of the model share.
#pragma once

#include <string>

#include "machine.h"

// The model's own accesses are the hardware's: threads are ordered with them by barriers, which are modelled too.
#if defined(EMU_TSAN)
#define EMU_HARDWARE __attribute__((no_sanitize("thread")))
#else
#define EMU_HARDWARE
#endif

namespace emu {

constexpr unsigned AT_ONCE = 8;
constexpr unsigned WARPGROUP = 128;

inline Machine& machine() {
  return Machine::instance();
}

inline Block& ownBlock() {
  return *machine().running().block;
}

// Ends the launch: the running thread does not go on.
inline void refuse(const std::string& what) {
  machine().stop(what);
}

// The swizzle of 128 bytes: of an address in shared memory, bits 4-6 are changed by bits 7-9 (5.5.6, "Swizzling
// modes").
inline uint32_t swizzled(uint32_t address, bool swizzle) {
  return swizzle ? address ^ ((address >> 7 & 7) << 4) : address;
}

}  // namespace emu
