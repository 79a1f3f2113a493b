package dev.orthant.cuda;

import dev.orthant.gpu.driver.DriverException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Copies between any host memory and a device, through two pieces of pinned memory by turns: while the device reads one
 * the host fills the other. Every copy waits for what the queue was given before it, and ends with the queue empty.
 */
final class PinnedStaging {
  /** Long enough that starting a copy costs little beside it; two of them fit into a processor's last cache. */
  static final long CHUNK = 4L << 20;

  /** Pinned memory, and when the copy that last used it was done. */
  private record Slot(Pointer pointer, MemorySegment memory, CUevent used) {
    void record(CudaContext context) {
      Cuda.check("cuEventRecord", JCudaDriver.cuEventRecord(used, context.stream()));
    }

    void await() {
      Cuda.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(used));
    }
  }

  private final CudaContext context;
  private final List<Slot> slots;
  /** False when a copy failed: the device may still be busy with the pinned memory. */
  private boolean idle = true;

  /**
   * Allocates the pinned memory; the context gives it back.
   *
   * @throws DriverException when there is none
   */
  PinnedStaging(CudaContext context) {
    this.context = context;
    List<Slot> made = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Pointer pinned = new Pointer();
      Cuda.check("cuMemHostAlloc of " + CHUNK + " bytes", JCudaDriver.cuMemHostAlloc(pinned, CHUNK, 0));
      context.own("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(pinned));
      CUevent event = new CUevent();
      Cuda.check("cuEventCreate", JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING));
      context.own("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(event));
      made.add(new Slot(pinned, MemorySegment.ofBuffer(pinned.getByteBuffer(0, CHUNK)), event));
    }
    this.slots = List.copyOf(made);
  }

  /**
   * Copies all of {@code source} to {@code offset} bytes behind {@code target}; the source may be changed when this
   * returns.
   */
  void write(CUdeviceptr target, long offset, MemorySegment source) {
    begin();
    int chunks = chunks(source);
    for (int i = 0; i < chunks; i++) {
      Slot slot = slots.get(i % 2);
      if (i >= 2) {
        slot.await();
      }
      long at = i * CHUNK;
      long size = Math.min(CHUNK, source.byteSize() - at);
      MemorySegment.copy(source, at, slot.memory, 0, size);
      Cuda.check("cuMemcpyHtoDAsync", JCudaDriver.cuMemcpyHtoDAsync(target.withByteOffset(offset + at), slot.pointer,
          size, context.stream()));
      if (i + 2 < chunks) {
        slot.record(context);
      }
    }
    end();
  }

  /** Fills all of {@code target} from {@code offset} bytes behind {@code source}. */
  void read(CUdeviceptr source, long offset, MemorySegment target) {
    begin();
    int chunks = chunks(target);
    for (int i = 0; i <= chunks; i++) {
      if (i < chunks) {
        fetch(source, offset, target, i);
      }
      if (i > 0) {
        Slot slot = slots.get((i - 1) % 2);
        slot.await();
        long at = (i - 1) * CHUNK;
        MemorySegment.copy(slot.memory, 0, target, at, Math.min(CHUNK, target.byteSize() - at));
      }
    }
    end();
  }

  private void fetch(CUdeviceptr source, long offset, MemorySegment target, int chunk) {
    Slot slot = slots.get(chunk % 2);
    long at = chunk * CHUNK;
    Cuda.check("cuMemcpyDtoHAsync", JCudaDriver.cuMemcpyDtoHAsync(slot.pointer, source.withByteOffset(offset + at),
        Math.min(CHUNK, target.byteSize() - at), context.stream()));
    slot.record(context);
  }

  private static int chunks(MemorySegment host) {
    return Math.toIntExact((host.byteSize() + CHUNK - 1) / CHUNK);
  }

  private void begin() {
    context.current();
    if (!idle) {
      context.synchronize();
    }
    idle = false;
  }

  private void end() {
    context.synchronize();
    idle = true;
  }
}
