package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/** The part of {@link Tensor} that moves elements between host and device. */
public abstract sealed class TensorData permits TensorMath {
  abstract Handle handle();

  public abstract TensorSpec spec();

  /** Waits, then fills {@code target} with the elements as the type stores them. */
  public void read(MemorySegment target) {
    try {
      Node node = handle().node();
      if (target.byteSize() != node.spec().bytes()) {
        throw new ShapeException(
            "read: " + node.spec() + " has " + node.spec().bytes() + " bytes, the target " + target.byteSize());
      }
      synchronized (node.device()) {
        node.device().read(node.buffer(), 0, target);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The elements, waited for and copied to the host; other types are converted. At most 2³¹ − 1. */
  public float[] toFloatArray() {
    float[] result = new float[hostCount()];
    if (spec().dtype() == DType.F32) {
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
  public double[] toDoubleArray() {
    double[] result = new double[hostCount()];
    DType type = spec().dtype();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec().bytes());
      read(memory);
      for (int i = 0; i < result.length; i++) {
        result[i] = type.get(memory, i);
      }
    }
    return result;
  }

  private int hostCount() {
    long n = spec().shape().elements();
    if (n > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "tensor " + spec() + " has more elements than a Java array holds; use read(MemorySegment)");
    }
    return (int) n;
  }

  /** Overwrites the elements in place. Results that were built from the old ones keep them: they are computed first. */
  public void copyFrom(MemorySegment source) {
    try {
      Node node = handle().node();
      if (source.byteSize() != node.spec().bytes()) {
        throw new ShapeException(
            "copyFrom: " + node.spec() + " takes " + node.spec().bytes() + " bytes, got " + source.byteSize());
      }
      synchronized (node.device()) {
        node.device().write(node.beforeWrite(), 0, source);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** As {@link #copyFrom(MemorySegment)} for an F32 tensor. */
  public void copyFrom(float... values) {
    if (spec().dtype() != DType.F32) {
      throw new DTypeException("copyFrom: " + spec() + " does not take floats; use copyFrom(MemorySegment)");
    }
    Tensor.checkCount(spec().shape(), values.length);
    copyFrom(MemorySegment.ofArray(values));
  }

  /** A copy on another device, by way of the host. */
  public Tensor to(Device target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec().bytes(), ValueLayout.JAVA_LONG.byteAlignment());
      read(memory);
      return Tensor.of(target, spec(), memory);
    }
  }
}
