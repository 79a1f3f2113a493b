// One kernel for each fault that a checker must see.
#include "cuda.h"

KERNEL(64) void fine(GLOBAL f32* RESTRICT y, const idx count) {
  SHARED f32 all[64];
  all[ITEM()] = (f32)ITEM();
  BARRIER();
  const idx at = GROUP() * 64 + ITEM();
  if (at < count) {
    y[at] = all[63 - ITEM()];
  }
}

// One too many.
KERNEL(64) void writes_behind(GLOBAL f32* RESTRICT y, const idx count) {
  y[ITEM() == 63 ? count : ITEM()] = 1;
}
KERNEL(64) void reads_behind(GLOBAL const f32* RESTRICT x, GLOBAL f32* RESTRICT y, const idx count) {
  y[0] = x[count];
}
KERNEL(64) void shared_behind(GLOBAL f32* RESTRICT y, const idx count) {
  SHARED f32 array[64];
  f32* all = array;
  all[ITEM() + count] = 1;
  BARRIER();
  y[ITEM()] = all[ITEM()];
}
KERNEL(64) void dynamic_behind(GLOBAL f32* RESTRICT y, const idx count) {
  f32* all = (f32*)emu_dynamic_shared();
  all[ITEM() + count] = 1;
  BARRIER();
  y[ITEM()] = all[ITEM()];
}

// A barrier is missing between the two lines.
KERNEL(64) void races(GLOBAL f32* RESTRICT y) {
  SHARED f32 all[64];
  all[ITEM()] = (f32)ITEM();
  y[ITEM()] = all[(ITEM() + 1) % 64];
}
// The next round overwrites what others still read.
KERNEL(64) void races_later(GLOBAL f32* RESTRICT y) {
  SHARED f32 all[64];
  f32 sum = 0;
  for (int round = 0; round < 4; round++) {
    all[ITEM()] = (f32)(ITEM() + round);
    BARRIER();
    sum += all[(ITEM() + 1) % 64];
  }
  y[ITEM()] = sum;
}

KERNEL(64) void diverges(GLOBAL f32* RESTRICT y) {
  if (ITEM() < 32) {
    BARRIER();
  }
  y[ITEM()] = 1;
}
KERNEL(64) void leaves_early(GLOBAL f32* RESTRICT y) {
  if (ITEM() == 5) {
    return;
  }
  BARRIER();
  y[ITEM()] = 1;
}
KERNEL(64) void half_a_warp(GLOBAL f32* RESTRICT y) {
  if (ITEM() % 2 == 0) {
    y[ITEM()] = __shfl_xor_sync(~0u, (f32)ITEM(), 2);
  }
}

KERNEL(32) void misaligned(GLOBAL f32* RESTRICT y, const idx first) {
  const float4 v = *(const float4*)(y + first);
  y[0] = v.x;
}

// Waits for what nobody writes.
KERNEL(32) void spins(GLOBAL volatile f32* RESTRICT y) {
  while (y[0] != 1) {
    emu_yield();
  }
}

KERNEL(32) void uninitialised(GLOBAL f32* RESTRICT y) {
  SHARED f32 all[64];
  all[ITEM()] = 1;
  BARRIER();
  y[ITEM()] = all[ITEM()] + all[ITEM() + 32];
}
