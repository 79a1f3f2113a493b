package dev.orthant.gpu;

import dev.orthant.device.Buffer;
import dev.orthant.device.BufferPool;
import dev.orthant.gpu.driver.GpuDriver;
import java.util.concurrent.atomic.AtomicBoolean;

/** A block of a device's pool. */
final class GpuBuffer implements Buffer {
  private final GpuDevice device;
  private final BufferPool.Block<GpuDriver.Memory> block;
  private final AtomicBoolean closed = new AtomicBoolean();

  GpuBuffer(GpuDevice device, BufferPool.Block<GpuDriver.Memory> block) {
    this.device = device;
    this.block = block;
  }

  GpuDriver.Memory memory() {
    return block.handle();
  }

  @Override
  public GpuDevice device() {
    return device;
  }

  @Override
  public long bytes() {
    return block.asked();
  }

  @Override
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      device.release(block);
    }
  }
}
