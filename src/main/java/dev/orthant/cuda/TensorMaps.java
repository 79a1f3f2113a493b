package dev.orthant.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.orthant.core.DType;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.TensorMap;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes tensor maps: {@code cuTensorMapEncodeTiled} and {@code cuTensorMapEncodeIm2col} of the CUDA driver API
 * ("Tensor Map Object Management"), which drivers have since CUDA 12.0 and JCuda has not. Not safe for several threads
 * at once.
 */
final class TensorMaps {
  /** A map's size. */
  static final int BYTES = 128;
  /** What its address must be a multiple of. */
  static final int ALIGNMENT = 64;

  /** A tensor has at most as many axes. */
  private static final int MAX_RANK = 5;
  private static final FunctionDescriptor TILED = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT,
      JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor IM2COL = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT,
      JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT,
      JAVA_INT);
  /** {@code CU_TENSOR_MAP_INTERLEAVE_NONE}. */
  private static final int NO_INTERLEAVE = 0;
  /** {@code CU_TENSOR_MAP_L2_PROMOTION_L2_256B}: what is missing in the cache is fetched in larger pieces. */
  private static final int PROMOTION = 3;
  /** {@code CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE}: zeros. */
  private static final int ZEROS = 0;

  private final LibCuda library;
  private final MemorySegment extents = longs();
  private final MemorySegment strides = longs();
  private final MemorySegment first = ints();
  private final MemorySegment second = ints();
  private final MemorySegment steps = ints();
  private @Nullable MethodHandle tiled;
  private @Nullable MethodHandle im2col;

  TensorMaps(LibCuda library) {
    this.library = library;
  }

  private static MemorySegment longs() {
    return Arena.ofAuto().allocate(JAVA_LONG, MAX_RANK);
  }

  private static MemorySegment ints() {
    return Arena.ofAuto().allocate(JAVA_INT, MAX_RANK);
  }

  /**
   * Encodes a map.
   *
   * @param address of the tensor in device memory
   * @param to where the map goes: {@link #BYTES} bytes, aligned to {@link #ALIGNMENT}
   * @throws DriverException when the driver does not take it, or has no tensor maps
   */
  void encode(TensorMap map, long address, MemorySegment to) {
    int rank = map.extents().size();
    if (rank > MAX_RANK || map.strides().size() != rank - 1 || map.elementStrides().size() != rank) {
      throw new DriverException("a tensor map of " + rank + " axes: " + map, false);
    }
    put(map.extents(), extents);
    put(map.strides(), strides);
    putInts(map.elementStrides(), steps);
    TensorMap.Im2col window = map.im2col();
    int code = window == null ? tiled(map, rank, address, to) : im2col(map, window, rank, address, to);
    Cuda.check("cuTensorMapEncode of " + map, code);
  }

  private int tiled(TensorMap map, int rank, long address, MemorySegment to) {
    if (map.box().size() != rank) {
      throw new DriverException("a tensor map's box has other axes: " + map, false);
    }
    putInts(map.box(), first);
    MethodHandle function = tiled == null ? library.function("cuTensorMapEncodeTiled", TILED) : tiled;
    tiled = function;
    try {
      return (int) function.invokeExact(to, type(map.type()), rank, address, extents, strides, first, steps,
          NO_INTERLEAVE, swizzle(map.swizzleBytes()), PROMOTION, ZEROS);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private int im2col(TensorMap map, TensorMap.Im2col window, int rank, long address, MemorySegment to) {
    if (window.lowerCorner().size() != rank - 2 || window.upperCorner().size() != rank - 2) {
      throw new DriverException("a tensor map's window has other axes: " + map, false);
    }
    putInts(window.lowerCorner(), first);
    putInts(window.upperCorner(), second);
    MethodHandle function = im2col == null ? library.function("cuTensorMapEncodeIm2col", IM2COL) : im2col;
    im2col = function;
    try {
      return (int) function.invokeExact(to, type(map.type()), rank, address, extents, strides, first, second,
          window.channels(), window.pixels(), steps, NO_INTERLEAVE, swizzle(map.swizzleBytes()), PROMOTION, ZEROS);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Native functions throw nothing: what comes here is the JVM's, such as an error that ends it. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException r ? r : new IllegalStateException("native functions throw nothing", e);
  }

  private static void put(List<Long> values, MemorySegment to) {
    for (int i = 0; i < values.size(); i++) {
      to.setAtIndex(JAVA_LONG, i, values.get(i));
    }
  }

  private static void putInts(List<Integer> values, MemorySegment to) {
    for (int i = 0; i < values.size(); i++) {
      to.setAtIndex(JAVA_INT, i, values.get(i));
    }
  }

  /** By {@code CUtensorMapDataType}. */
  private static int type(DType type) {
    return switch (type) {
      case U8, I8, BOOL -> 0;
      case I32 -> 3;
      case I64 -> 5;
      case F16 -> 6;
      case F32 -> 7;
      case F64 -> 8;
      case BF16 -> 9;
    };
  }

  /** By {@code CUtensorMapSwizzle}. */
  private static int swizzle(int bytes) {
    return switch (bytes) {
      case 0 -> 0;
      case 32 -> 1;
      case 64 -> 2;
      case 128 -> 3;
      default -> throw new DriverException("there is no swizzle of " + bytes + " bytes", false);
    };
  }
}
