package dev.orthant.cpu;

import dev.orthant.core.ClosedException;
import dev.orthant.device.Buffer;
import dev.orthant.device.BufferPool;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A block of the CPU device's memory. Work holds the buffers it uses: one that is closed meanwhile, by another thread,
 * gives its memory back when the work is done.
 */
final class CpuBuffer implements Buffer {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final CpuDevice device;
  private final BufferPool<CpuMemory.Block> pool;
  private final BufferPool.Block<CpuMemory.Block> block;
  /** How many pieces of work hold this, and {@link #CLOSED}. */
  private final AtomicInteger state = new AtomicInteger();

  CpuBuffer(CpuDevice device, BufferPool<CpuMemory.Block> pool, BufferPool.Block<CpuMemory.Block> block) {
    this.device = device;
    this.pool = pool;
    this.block = block;
  }

  @Override
  public CpuDevice device() {
    return device;
  }

  @Override
  public long bytes() {
    return block.asked();
  }

  @Override
  public boolean isClosed() {
    return state.get() < 0;
  }

  @Override
  public void close() {
    if (state.getAndUpdate(s -> s | CLOSED) == 0) {
      pool.release(block);
    }
  }

  /** Keeps the memory until {@link #letGo}. */
  void hold() {
    if (state.getAndUpdate(s -> s < 0 ? s : s + 1) < 0) {
      throw new ClosedException(device.name() + ": a buffer of " + bytes() + " bytes was used after it was closed");
    }
  }

  void letGo() {
    if (state.decrementAndGet() == CLOSED) {
      pool.release(block);
    }
  }

  /** The memory, as long as this is held. */
  MemorySegment segment() {
    return block.handle().segment().asSlice(0, bytes());
  }

  long address() {
    return block.handle().segment().address();
  }
}
