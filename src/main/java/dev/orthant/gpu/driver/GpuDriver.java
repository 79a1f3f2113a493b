package dev.orthant.gpu.driver;

import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.GpuDevice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a GPU driver must be able to do; everything else is shared. One in-order queue; calls come from one thread at a
 * time ({@link GpuDevice} sees to it). Failures are {@link DriverException}s; returning something never fails. Handles
 * are opaque to everyone but the driver that made them.
 */
public interface GpuDriver extends AutoCloseable {
  /** A block of device memory. */
  interface Memory {}

  /** A compiled kernel with the program that holds it. */
  interface Kernel {}

  DeviceInfo info();

  GpuLimits limits();

  /** The file under {@code kernels/dialect/} that this driver's compiler reads first. */
  String dialect();

  /** Device memory of that many bytes (≥ 1), or null when there is none. */
  @Nullable
  Memory allocate(long bytes);

  /** Returns memory; work given before may still use it. */
  void free(Memory memory);

  /** Waits for the queue, then copies to the device; the source may be changed when this returns. */
  void write(Memory target, long offset, MemorySegment source);

  /** Waits for the queue, then copies from the device. */
  void read(Memory source, long offset, MemorySegment target);

  /**
   * Compiles a source with one kernel.
   *
   * @throws DriverException with the compiler's log; nothing is left behind
   */
  Kernel build(String source, String name);

  /** Returns a kernel; work given before may still use it. */
  void release(Kernel kernel);

  /** Enqueues a kernel. A driver whose limits name no matrix units is given ordinary grids and no tensor maps. */
  void launch(Kernel kernel, Grid grid, List<Argument> arguments);

  /** Waits for the queue. */
  void finish();

  /** Releases what the driver itself holds; memory and kernels have been returned before. */
  @Override
  void close();

  /** An argument of a kernel, in the order of its parameters. */
  sealed interface Argument {
    record Pointer(Memory memory) implements Argument {}

    /** A tensor map of memory, passed by value. */
    record Map(Memory memory, TensorMap map) implements Argument {}

    record I32(int value) implements Argument {}

    record I64(long value) implements Argument {}

    record F32(float value) implements Argument {}

    record F64(double value) implements Argument {}
  }
}
