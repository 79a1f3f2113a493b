package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Java's arrays as tensors: of the type that holds their elements, nested ones with an axis for each level. */
final class HostArrays {
  private HostArrays() {}

  static Tensor of(Device device, DType type, Shape shape, MemorySegment memory) {
    Tensor.checkCount(shape, memory.byteSize() / type.size());
    return Tensor.of(device, new TensorSpec(type, shape), memory);
  }

  static MemorySegment bytesOf(boolean[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return MemorySegment.ofArray(bytes);
  }

  /** An axis for each level of {@code nested}; all arrays of one level must be of one length. */
  static Tensor nested(Device device, Object[] nested) {
    List<Long> dims = new ArrayList<>();
    Object level = nested;
    while (level instanceof Object[] arrays) {
      dims.add((long) arrays.length);
      level = arrays.length == 0 ? null : arrays[0];
    }
    if (level == null) {
      throw new ShapeException("tensor of nested arrays: " + dims + " has no innermost array, so no type; give it with "
          + "Tensor.of(device, type, shape)");
    }
    DType type = typeOf(level);
    dims.add(segmentOf(level).byteSize() / type.size());
    Shape shape = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    TensorSpec spec = new TensorSpec(type, shape);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec.bytes(), Long.BYTES);
      fill(memory, nested, shape, type, 0);
      return Tensor.of(device, spec, memory);
    }
  }

  /** Copies what is at one level, of axis {@code axis}, one behind the other. */
  private static void fill(MemorySegment memory, @Nullable Object level, Shape shape, DType type, int axis) {
    if (level instanceof Object[] arrays && axis + 1 < shape.rank()) {
      requireLength(arrays.length, shape, axis);
      long part = arrays.length == 0 ? 0 : memory.byteSize() / arrays.length;
      for (int i = 0; i < arrays.length; i++) {
        fill(memory.asSlice(i * part, part), arrays[i], shape, type, axis + 1);
      }
      return;
    }
    if (level == null || level instanceof Object[] || axis + 1 != shape.rank() || typeOf(level) != type) {
      throw new ShapeException("tensor of nested arrays: not all are nested alike: " + shape + " of " + type
          + " by the first ones, but one along axis " + axis + " is " + (level == null ? "null" : level.getClass()
              .getSimpleName()));
    }
    MemorySegment values = segmentOf(level);
    requireLength(values.byteSize() / type.size(), shape, axis);
    memory.copyFrom(values);
  }

  private static void requireLength(long length, Shape shape, int axis) {
    if (length != shape.dim(axis)) {
      throw new ShapeException("tensor of nested arrays: not all are of one length: " + shape
          + " by the first ones, but one along axis " + axis + " has " + length);
    }
  }

  private static DType typeOf(Object array) {
    return switch (array) {
      case float[] _ -> DType.F32;
      case double[] _ -> DType.F64;
      case int[] _ -> DType.I32;
      case long[] _ -> DType.I64;
      case byte[] _ -> DType.I8;
      case boolean[] _ -> DType.BOOL;
      default -> throw new InvalidInputException("tensor of nested arrays: takes float, double, int, long, byte or "
          + "boolean as elements, got " + array.getClass().getSimpleName());
    };
  }

  private static MemorySegment segmentOf(Object array) {
    return switch (array) {
      case float[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      case byte[] a -> MemorySegment.ofArray(a);
      case boolean[] a -> bytesOf(a);
      default -> throw new IllegalStateException(array.getClass().toString());
    };
  }
}
