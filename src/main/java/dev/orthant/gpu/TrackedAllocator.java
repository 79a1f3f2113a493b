package dev.orthant.gpu;

import dev.orthant.device.BufferPool;
import dev.orthant.gpu.driver.GpuDriver;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A driver's allocator, which knows what it has given out so that closing a device frees all of it, and none of it
 * twice.
 */
final class TrackedAllocator implements BufferPool.Source<GpuDriver.Memory> {
  private final GpuDriver driver;
  private final ReentrantLock lock;
  private final Set<GpuDriver.Memory> given = Collections.newSetFromMap(new IdentityHashMap<>());

  TrackedAllocator(GpuDriver driver, ReentrantLock lock) {
    this.driver = driver;
    this.lock = lock;
  }

  @Override
  public GpuDriver.@Nullable Memory allocate(long bytes) {
    lock.lock();
    try {
      // The pool's rounding must not make a buffer that is just small enough too large.
      GpuDriver.Memory memory = driver.allocate(Math.min(bytes, driver.info().maxAllocation()));
      if (memory != null) {
        given.add(memory);
      }
      return memory;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void free(GpuDriver.Memory block) {
    lock.lock();
    try {
      if (given.remove(block)) {
        driver.free(block);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Frees all that is left. */
  void close() {
    given.forEach(driver::free);
    given.clear();
  }
}
