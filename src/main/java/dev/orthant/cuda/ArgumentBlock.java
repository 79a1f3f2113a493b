package dev.orthant.cuda;

import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver.Argument;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jcuda.Pointer;

/**
 * A kernel's arguments as {@code cuLaunchKernel} takes them: an array of pointers, followed by the values that they
 * point to. One piece of memory serves all launches, since a launch copies the values.
 */
final class ArgumentBlock {
  /** What a kernel can have at most: 32,764 bytes of parameters. */
  private static final int VALUES = 1 << 15;
  /** Values are 8 bytes apart at least. */
  private static final int MOST = VALUES / Long.BYTES;
  /** What the maps among them must be aligned to. */
  private static final int ALIGNMENT = TensorMaps.ALIGNMENT;

  private final MemorySegment memory = Arena.ofAuto().allocate((long) MOST * Long.BYTES + VALUES, ALIGNMENT);
  private final MemorySegment values = memory.asSlice((long) MOST * Long.BYTES);
  private final Pointer pointer = Pointer.to(memory.asByteBuffer());
  private final TensorMaps maps;

  ArgumentBlock(TensorMaps maps) {
    this.maps = maps;
  }

  /** Where the array of pointers is. */
  MemorySegment memory() {
    return memory;
  }

  /**
   * Puts arguments in; the result is valid until the next time.
   *
   * @throws DriverException when there are more than a kernel can have, or the driver does not take a tensor map
   */
  Pointer pack(List<Argument> arguments) {
    long at = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      boolean map = argument instanceof Argument.Map;
      at = map ? (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : at;
      long size = map ? TensorMaps.BYTES : Long.BYTES;
      if (at + size > VALUES || i >= MOST) {
        throw new DriverException("a kernel cannot take " + arguments.size() + " arguments", false);
      }
      memory.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + at);
      put(argument, at);
      at += size;
    }
    return pointer;
  }

  private void put(Argument argument, long at) {
    switch (argument) {
      case Argument.Pointer p -> values.set(ValueLayout.JAVA_LONG, at, ((Handles.DeviceMemory) p.memory()).address());
      case Argument.Map m -> maps.encode(m.map(), ((Handles.DeviceMemory) m.memory()).address(),
          values.asSlice(at, TensorMaps.BYTES));
      case Argument.I32 v -> values.set(ValueLayout.JAVA_INT, at, v.value());
      case Argument.I64 v -> values.set(ValueLayout.JAVA_LONG, at, v.value());
      case Argument.F32 v -> values.set(ValueLayout.JAVA_FLOAT, at, v.value());
      case Argument.F64 v -> values.set(ValueLayout.JAVA_DOUBLE, at, v.value());
    }
  }
}
