package dev.orthant.djl.types;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** The host's memory as DJL gives it. */
public final class HostData {
  private HostData() {}

  /**
   * The elements of {@code data}, from its position, for an array of {@code type} and {@code shape}. A ByteBuffer holds
   * any type as it is stored; any other must be of the type's kind.
   *
   * @throws DTypeException when the buffer's kind is not the type's
   * @throws ShapeException when it has fewer elements than the shape
   */
  public static MemorySegment of(Buffer data, Shape shape, DataType type) {
    boolean fits = switch (data) {
      case ByteBuffer _ -> true;
      case FloatBuffer _ -> type == DataType.FLOAT32 || type == DataType.COMPLEX64;
      case DoubleBuffer _ -> type == DataType.FLOAT64;
      case IntBuffer _ -> type == DataType.INT32;
      case LongBuffer _ -> type == DataType.INT64;
      case ShortBuffer _ -> type == DataType.FLOAT16 || type == DataType.BFLOAT16;
      case CharBuffer _ -> false;
    };
    if (!fits) {
      throw new DTypeException("the buffer's type " + DataType.fromBuffer(data)
          + " is not that of the array, " + type + "; give a ByteBuffer, or convert it");
    }
    MemorySegment memory = MemorySegment.ofBuffer(data);
    // Not DJL's getNumOfBytes(), which says 4 for a complex number.
    long bytes = shape.size() * Types.of(type).size() * (type == DataType.COMPLEX64 ? 2 : 1);
    if (memory.byteSize() < bytes) {
      throw new ShapeException("an array " + shape + " " + type + " takes " + bytes + " bytes, the buffer has "
          + memory.byteSize());
    }
    return memory.asSlice(0, bytes);
  }
}
