package dev.orthant.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.LongConsumer;

/** Off-heap memory of one thread that only grows; freed by the garbage collector after the thread has ended. */
public final class Workspace {
  private static final int LINE = 64;

  /**
   * One element: what a thread keeps is of the JDK alone, so that a long-lived thread does not hold this library's
   * class loader.
   */
  private final MemorySegment[] memory;

  public Workspace() {
    this(new MemorySegment[] {MemorySegment.NULL});
  }

  private Workspace(MemorySegment[] memory) {
    this.memory = memory;
  }

  /** The work memory of whichever thread asks. */
  public static final class PerThread {
    private final ThreadLocal<MemorySegment[]> memory =
        ThreadLocal.withInitial(() -> new MemorySegment[] {MemorySegment.NULL});

    /** Of the calling thread. */
    public Workspace get() {
      return new Workspace(memory.get());
    }
  }

  /**
   * Calls {@code work} with the address of at least {@code bytes}, which are its own until it returns. Who computes
   * with an address keeps nothing alive; this call does, so that the collector cannot free the memory under running
   * loops.
   */
  public void lend(long bytes, LongConsumer work) {
    if (memory[0].byteSize() < bytes) {
      memory[0] = Arena.ofAuto().allocate(bytes, LINE);
    }
    MemorySegment lent = memory[0];
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
