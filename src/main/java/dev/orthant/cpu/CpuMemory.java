package dev.orthant.cpu;

import dev.orthant.device.BufferPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Where the device's pool gets its blocks: off-heap, on cache lines, up to a limit. */
final class CpuMemory implements BufferPool.Source<CpuMemory.Block> {
  /** Owns its memory. */
  record Block(Arena arena, MemorySegment segment) {}

  private static final int LINE = 64;

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  CpuMemory(long limit) {
    this.limit = limit;
  }

  @Override
  public @Nullable Block allocate(long bytes) {
    long now = taken.addAndGet(bytes);
    if (now > limit || now < 0) {
      taken.addAndGet(-bytes);
      return null;
    }
    Arena arena = Arena.ofShared();
    try {
      return new Block(arena, arena.allocate(bytes, LINE));
    } catch (OutOfMemoryError e) {
      arena.close();
      taken.addAndGet(-bytes);
      return null;
    }
  }

  @Override
  public void free(Block block) {
    taken.addAndGet(-block.segment.byteSize());
    block.arena.close();
  }
}
