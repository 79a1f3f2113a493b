package dev.orthant.djl.types;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;

/** Tensors whose elements are a function of their place. */
public final class Sequences {
  private Sequences() {}

  /** 0, 1, …, n − 1. */
  public static Tensor count(Device device, DType type, long n) {
    return of(device, type, n, i -> i);
  }

  public static Tensor of(Device device, DType type, long n, LongToDoubleFunction value) {
    TensorSpec spec = new TensorSpec(type, Shape.of(n));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec.bytes(), Long.BYTES);
      for (long i = 0; i < n; i++) {
        type.set(memory, i, Types.wrapped(type, value.applyAsDouble(i)));
      }
      return Tensor.of(device, spec, memory);
    }
  }
}
