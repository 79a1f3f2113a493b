package dev.orthant.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.LongConsumer;

/** Off-heap memory of one thread that only grows; freed by the garbage collector after the thread has ended. */
public final class Workspace {
  private static final int LINE = 64;

  private MemorySegment memory = MemorySegment.NULL;

  /**
   * Calls {@code work} with the address of at least {@code bytes}, which are its own until it returns. Who computes with
   * an address keeps nothing alive; this call does, so that the collector cannot free the memory under running loops.
   */
  public void lend(long bytes, LongConsumer work) {
    if (memory.byteSize() < bytes) {
      memory = Arena.ofAuto().allocate(bytes, LINE);
    }
    MemorySegment lent = memory;
    if (Scratch.POISON) {
      lent.fill(Scratch.NAN);
    }
    try {
      work.accept(lent.address());
    } finally {
      Reference.reachabilityFence(lent);
    }
  }
}
