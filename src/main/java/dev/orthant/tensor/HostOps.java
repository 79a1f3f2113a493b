package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.device.Device;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The part of {@link Tensor} that moves elements between host and device. */
public sealed interface HostOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** Waits, then fills {@code target} with the elements as the type stores them. */
  default void read(MemorySegment target) {
    try {
      HostCopies.requireMemory("read", self(), target, true);
      self().handle().<@Nullable Object>locked(node -> {
        node.device().read(node.buffer(), 0, target);
        return null;
      });
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The elements, waited for and copied to the host; other types are converted. At most 2³¹ − 1. */
  default float[] toFloatArray() {
    float[] result = new float[HostCopies.count(self())];
    if (self().spec().dtype() == DType.F32) {
      read(MemorySegment.ofArray(result));
      return result;
    }
    double[] wide = toDoubleArray();
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) wide[i];
    }
    return result;
  }

  /** As {@link #toFloatArray}, in double. */
  default double[] toDoubleArray() {
    double[] result = new double[HostCopies.count(self())];
    DType type = self().spec().dtype();
    HostCopies.inPieces(self(), (first, memory) -> {
      int at = Math.toIntExact(first / type.size());
      for (int i = 0; i < memory.byteSize() / type.size(); i++) {
        result[at + i] = type.get(memory, i);
      }
    });
    return result;
  }

  /** As {@link #toFloatArray}, in long: exact for integers, others cut towards zero as Java's casts do. */
  default long[] toLongArray() {
    long[] result = new long[HostCopies.count(self())];
    DType type = self().spec().dtype();
    HostCopies.inPieces(self(), (first, memory) -> {
      int at = Math.toIntExact(first / type.size());
      for (int i = 0; i < memory.byteSize() / type.size(); i++) {
        result[at + i] = type == DType.I64 ? memory.getAtIndex(ValueLayout.JAVA_LONG, i) : (long) type.get(memory, i);
      }
    });
    return result;
  }

  /** As {@link #toLongArray}, in int: what int does not hold becomes the nearest that it does. */
  default int[] toIntArray() {
    return Arrays.stream(toLongArray()).mapToInt(v -> Math.clamp(v, Integer.MIN_VALUE, Integer.MAX_VALUE)).toArray();
  }

  /** Overwrites the elements in place. Results that were built from the old ones keep them: they are computed first. */
  default void copyFrom(MemorySegment source) {
    try {
      HostCopies.requireMemory("copyFrom", self(), source, false);
      self().handle().<@Nullable Object>locked(node -> {
        node.device().write(node.beforeWrite(), 0, source);
        return null;
      });
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** As {@link #copyFrom(MemorySegment)} for an F32 tensor. */
  default void copyFrom(float... values) {
    if (self().spec().dtype() != DType.F32) {
      throw new DTypeException("copyFrom: " + self().spec() + " does not take floats; use copyFrom(MemorySegment)");
    }
    Tensor.checkCount(self().spec().shape(), values.length);
    copyFrom(MemorySegment.ofArray(values));
  }

  /** A copy on another device, by way of the host. */
  default Tensor to(Device target) {
    return Tensor.written(target, self().spec(),
        buffer -> HostCopies.inPieces(self(), (first, memory) -> target.write(buffer, first, memory)));
  }
}
