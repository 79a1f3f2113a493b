package dev.orthant.gpu;

import dev.orthant.device.DeviceInfo;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a GPU driver must be able to do; everything else is shared. One in-order queue; calls come from one thread at a time
 * ({@link GpuDevice} sees to it). Failures are {@link dev.orthant.core.DeviceException}s with the driver's symbolic error name; {@link
 * GpuDevice} adds the op. Handles are opaque to everyone but the driver that made them.
 */
public interface GpuDriver extends AutoCloseable {
  /** A block of device memory. */
  interface Memory {}

  /** A compiled program. */
  interface Program {}

  /** An entry point of a program. */
  interface Kernel {}

  DeviceInfo info();

  GpuLimits limits();

  /** The file under {@code kernels/dialect/} that this driver's compiler reads first. */
  String dialect();

  /** What a compiled program depends on besides its source: device, driver and compiler versions. Part of the cache key. */
  String fingerprint();

  /** Device memory of that many bytes (≥ 1), or null when there is none. */
  @Nullable
  Memory allocate(long bytes);

  void free(Memory memory);

  /** Copies to the device; the source may be changed when this returns. */
  void write(Memory target, long offset, MemorySegment source);

  /** Waits for the queue, then copies from the device. */
  void read(Memory source, long offset, MemorySegment target);

  /**
   * Compiles.
   *
   * @throws dev.orthant.core.DeviceException with the compiler's log and the number of the offending line
   */
  Program build(String source, List<String> options);

  Kernel kernel(Program program, String name);

  /** Enqueues a launch of {@code groups} work-groups of {@code items} work-items each, per dimension (3 numbers each). */
  void launch(Kernel kernel, long[] groups, int[] items, List<Argument> arguments);

  /** Waits for the queue. */
  void finish();

  @Override
  void close();

  /** An argument of a kernel, in the order of its parameters. */
  sealed interface Argument {
    record Pointer(Memory memory) implements Argument {}

    record I32(int value) implements Argument {}

    record I64(long value) implements Argument {}

    record F32(float value) implements Argument {}

    record F64(double value) implements Argument {}
  }
}
