package dev.orthant.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Off-heap memory of one thread that only grows; freed by the garbage collector after the thread has ended. */
final class Workspace {
  private static final int LINE = 64;

  private MemorySegment memory = MemorySegment.NULL;

  /** The address of at least {@code bytes}; valid until the next call. Alive as long as this object. */
  long reserve(long bytes) {
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, LINE);
    }
    return memory.address();
  }
}
