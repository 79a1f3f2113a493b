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
  /** An array may hold itself: its levels have no end. */
  private static final int MAX_LEVELS = 32;

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
      if (dims.size() == MAX_LEVELS) {
        throw new ShapeException("tensor of nested arrays: more than " + MAX_LEVELS + " levels");
      }
      dims.add((long) arrays.length);
      level = arrays.length == 0 ? null : arrays[0];
    }
    if (level == null) {
      throw new ShapeException("tensor of nested arrays: " + dims + " has no innermost array, so no type; give it with "
          + "Tensor.of(device, type, shape)");
    }
    Row first = Row.of(level);
    DType type = first.type;
    dims.add(first.length());
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
    Row row = level == null || level instanceof Object[] || axis + 1 != shape.rank() ? null : Row.of(level);
    if (row == null || row.type != type) {
      throw new ShapeException("tensor of nested arrays: not all are nested alike: " + shape + " of " + type
          + " by the first ones, but one along axis " + axis + " is " + (level == null ? "null" : level.getClass()
              .getSimpleName()));
    }
    requireLength(row.length(), shape, axis);
    memory.copyFrom(row.memory);
  }

  private static void requireLength(long length, Shape shape, int axis) {
    if (length != shape.dim(axis)) {
      throw new ShapeException("tensor of nested arrays: not all are of one length: " + shape
          + " by the first ones, but one along axis " + axis + " has " + length);
    }
  }

  /** An innermost array: its type, and its elements as that type stores them. */
  private record Row(DType type, MemorySegment memory) {
    static Row of(Object array) {
      return switch (array) {
        case float[] a -> new Row(DType.F32, MemorySegment.ofArray(a));
        case double[] a -> new Row(DType.F64, MemorySegment.ofArray(a));
        case int[] a -> new Row(DType.I32, MemorySegment.ofArray(a));
        case long[] a -> new Row(DType.I64, MemorySegment.ofArray(a));
        case byte[] a -> new Row(DType.I8, MemorySegment.ofArray(a));
        case boolean[] a -> new Row(DType.BOOL, bytesOf(a));
        default -> throw new InvalidInputException("tensor of nested arrays: takes float, double, int, long, byte or "
            + "boolean as elements, got " + array.getClass().getSimpleName());
      };
    }

    long length() {
      return memory.byteSize() / type.size();
    }
  }
}
