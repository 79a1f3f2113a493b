#include "fiber.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#if defined(EMU_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(EMU_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace emu {

#if defined(__x86_64__)
// Saves what the System V ABI lets a callee keep, stores the stack pointer to *from and goes on where `to` was saved.
extern "C" void emu_switch_stack(void** from, void* to);
asm(R"(
.text
.hidden emu_switch_stack
.globl emu_switch_stack
.type emu_switch_stack, @function
emu_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emu_switch_stack, .-emu_switch_stack
)");
#endif

bool allocateStack(Fiber& fiber) {
  constexpr size_t guard = 4096;
  void* block = mmap(nullptr, Switcher::STACK + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED || mprotect(block, guard, PROT_NONE) != 0) {
    return false;
  }
  fiber.stack = static_cast<char*>(block) + guard;
  return true;
}

void Switcher::prepare(Fiber& fiber, void (*entry)()) {
  fiber.fakeStack = nullptr;
#if defined(EMU_ASAN)
  // An earlier launch may have been left in the middle of its frames.
  ASAN_UNPOISON_MEMORY_REGION(fiber.stack, STACK);
#endif
#if defined(EMU_TSAN)
  // For TSan the thread of the next block is the same one: blocks are ordered by the host anyway, and making one takes
  // long.
  if (fiber.checker == nullptr) {
    fiber.checker = __tsan_create_fiber(0);
  }
#endif
#if defined(__x86_64__)
  // As if called: the stack pointer is 8 beyond a multiple of 16, a null return address ends the chain of frames.
  // Tops of stacks that all lay at the same place of a page would push each other out of the cache.
  const size_t colour = reinterpret_cast<uintptr_t>(fiber.stack) / 4096 % 63 * 64;
  void** sp = reinterpret_cast<void**>(fiber.stack + STACK - colour);
  *--sp = nullptr;
  *--sp = reinterpret_cast<void*>(entry);
  for (int registers = 0; registers < 6; registers++) {
    *--sp = nullptr;
  }
  fiber.top = sp;
#else
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack;
  fiber.context.uc_stack.ss_size = STACK;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, entry, 0);
#endif
}

void Switcher::resume(Fiber& fiber) {
#if defined(EMU_ASAN)
  __sanitizer_start_switch_fiber(&host.fakeStack, fiber.stack, STACK);
#endif
#if defined(EMU_TSAN)
  host.checker = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber.checker, __tsan_switch_to_fiber_no_sync);
#endif
#if defined(__x86_64__)
  emu_switch_stack(&host.top, fiber.top);
#else
  swapcontext(&host.context, &fiber.context);
#endif
#if defined(EMU_ASAN)
  __sanitizer_finish_switch_fiber(host.fakeStack, nullptr, nullptr);
#endif
}

void Switcher::suspend(Fiber& fiber, [[maybe_unused]] bool last) {
#if defined(EMU_ASAN)
  __sanitizer_start_switch_fiber(last ? nullptr : &fiber.fakeStack, hostBottom, hostSize);
#endif
#if defined(EMU_TSAN)
  __tsan_switch_to_fiber(host.checker, __tsan_switch_to_fiber_no_sync);
#endif
#if defined(__x86_64__)
  emu_switch_stack(&fiber.top, host.top);
#else
  swapcontext(&fiber.context, &host.context);
#endif
#if defined(EMU_ASAN)
  __sanitizer_finish_switch_fiber(fiber.fakeStack, &hostBottom, &hostSize);
#endif
}

void Switcher::entered() {
#if defined(EMU_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, &hostBottom, &hostSize);
#endif
}

void Switcher::forget([[maybe_unused]] Fiber& fiber) {
#if defined(EMU_TSAN)
  if (fiber.checker != nullptr) {
    __tsan_destroy_fiber(fiber.checker);
    fiber.checker = nullptr;
  }
#endif
}

void released([[maybe_unused]] void* token) {
#if defined(EMU_TSAN)
  __tsan_release(token);
#endif
}

void acquired([[maybe_unused]] void* token) {
#if defined(EMU_TSAN)
  __tsan_acquire(token);
#endif
}

}  // namespace emu
