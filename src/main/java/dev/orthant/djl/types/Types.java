package dev.orthant.djl.types;

import ai.djl.ndarray.types.DataType;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.op.Cast;
import java.util.Arrays;

/** DJL's types and shapes, and ours. */
public final class Types {
  private Types() {}

  /**
   * Our type of DJL's. A complex number is a pair of F32, in an axis of its own at the end.
   *
   * @throws DTypeException when there is none
   */
  public static DType of(DataType type) {
    return switch (type) {
      case FLOAT16 -> DType.F16;
      case BFLOAT16 -> DType.BF16;
      case FLOAT32, COMPLEX64 -> DType.F32;
      case FLOAT64 -> DType.F64;
      case INT8 -> DType.I8;
      case UINT8 -> DType.U8;
      case INT32 -> DType.I32;
      case INT64 -> DType.I64;
      case BOOLEAN -> DType.BOOL;
      case INT16, UINT16, UINT32, UINT64, STRING, UNKNOWN -> throw new DTypeException("Orthant has no type " + type
          + "; it has " + Arrays.stream(DType.values()).map(Types::of).toList() + " and COMPLEX64");
    };
  }

  public static DataType of(DType type) {
    return switch (type) {
      case F16 -> DataType.FLOAT16;
      case BF16 -> DataType.BFLOAT16;
      case F32 -> DataType.FLOAT32;
      case F64 -> DataType.FLOAT64;
      case I8 -> DataType.INT8;
      case U8 -> DataType.UINT8;
      case I32 -> DataType.INT32;
      case I64 -> DataType.INT64;
      case BOOL -> DataType.BOOLEAN;
    };
  }

  /**
   * A number as an element of the type, where an integer type keeps the low bits of what it cannot hold, as PyTorch's
   * do; Orthant's own saturate.
   */
  public static double wrapped(DType type, double v) {
    return type.isFloating() || type == DType.BOOL ? type.round(v) : Cast.lowBits(type, (long) v);
  }

  public static Shape of(ai.djl.ndarray.types.Shape shape) {
    return Shape.of(shape.getShape());
  }

  public static ai.djl.ndarray.types.Shape of(Shape shape) {
    return new ai.djl.ndarray.types.Shape(shape.dims());
  }

  /** The shape of the tensor that holds an array of that type and shape. */
  public static Shape stored(ai.djl.ndarray.types.Shape shape, DataType type) {
    return type == DataType.COMPLEX64 ? of(shape).append(2) : of(shape);
  }
}
