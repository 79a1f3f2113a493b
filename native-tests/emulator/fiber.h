// Stacks that take turns on one thread of the host.
#pragma once

#include <cstddef>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace emu {

// A stack with what runs on it. Owned by a FiberStacks.
struct Fiber {
  char* stack = nullptr;  // its lowest usable byte
  void* top = nullptr;    // the stack pointer while it does not run
  void* fakeStack = nullptr;
  void* checker = nullptr;  // TSan's state
#if !defined(__x86_64__)
  ucontext_t context;
#endif
};

// The host's side of switches: there is one, as one launch runs at a time.
class Switcher {
 public:
  static constexpr size_t STACK = 256 << 10;

  // `entry` runs when the fiber is first resumed; it must never return but leave for good.
  void prepare(Fiber& fiber, void (*entry)());
  // Runs a fiber until it suspends or leaves.
  void resume(Fiber& fiber);
  // Back to the one who resumed; returns when resumed again, which it never is after the last time.
  void suspend(Fiber& fiber, bool last);
  // The first thing that a fiber does.
  void entered();
  // After a launch that failed: forgets what checkers know of the fiber, which is in the middle of something.
  void forget(Fiber& fiber);

 private:
  Fiber host;
  const void* hostBottom = nullptr;
  size_t hostSize = 0;
};

// Allocates a fiber's stack with a page below it that may not be touched. False when there is no memory.
bool allocateStack(Fiber& fiber);

// What orders memory for TSan: the host's switches do not.
void released(void* token);
void acquired(void* token);

}  // namespace emu
