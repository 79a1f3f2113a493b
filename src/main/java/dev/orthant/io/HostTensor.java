package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A tensor in host memory, outside the Java heap: contiguous, row-major, little-endian. It lives as long as the arena
 * it was made in.
 *
 * @param spec type and shape
 * @param memory its elements, exactly {@code spec.bytes()} long
 */
public record HostTensor(TensorSpec spec, MemorySegment memory) {
  private static final long ALIGNMENT = 64;
  /** Not worth asking the system about. */
  private static final long SMALL = 1L << 24;

  public HostTensor {
    if (memory.byteSize() != spec.bytes()) {
      throw new InvalidInputException(spec + " needs " + spec.bytes() + " bytes, got " + memory.byteSize());
    }
  }

  /**
   * A tensor of zeros.
   *
   * @throws InvalidInputException when the host has no memory for it
   */
  public static HostTensor allocate(TensorSpec spec, Arena arena) {
    // Fresh memory is written to (with zeros): asking for too much would have the process killed, not refused.
    requireMemory(spec, spec.bytes());
    try {
      return new HostTensor(spec, arena.allocate(spec.bytes(), ALIGNMENT));
    } catch (OutOfMemoryError e) {
      throw new InvalidInputException("no host memory for " + spec + ": " + spec.bytes() + " bytes", e);
    }
  }

  /** A copy of {@code tensor}'s elements, which are waited for. */
  public static HostTensor of(Tensor tensor, Arena arena) {
    HostTensor copy = allocate(tensor.spec(), arena);
    tensor.read(copy.memory());
    return copy;
  }

  /** That there are {@code bytes} to be had for this tensor, copies on the way included. */
  static void requireMemory(TensorSpec spec, long bytes) {
    if (bytes > SMALL && bytes > HostMemory.available()) {
      throw new InvalidInputException(spec + " takes " + bytes + " bytes of memory to read or make; this machine has "
          + HostMemory.available() + " to spare");
    }
  }

  /** The type of its elements. */
  public DType dtype() {
    return spec.dtype();
  }

  /** Its extents, outermost first. */
  public Shape shape() {
    return spec.shape();
  }

  /** The element at {@code index}, counted in storage order. */
  public double get(long index) {
    return spec.dtype().get(memory, index);
  }

  /** Stores the element at {@code index}, rounded to this tensor's type. */
  public void set(long index, double value) {
    spec.dtype().set(memory, index, value);
  }

  /** This tensor with its elements rounded to {@code type}; this very one when they have it already. */
  public HostTensor as(DType type, Arena arena) {
    if (type == dtype()) {
      return this;
    }
    HostTensor out = allocate(new TensorSpec(type, shape()), arena);
    long n = shape().elements();
    for (long i = 0; i < n; i++) {
      out.set(i, get(i));
    }
    return out;
  }

  /** The same elements under another shape. */
  public HostTensor reshaped(Shape shape) {
    if (shape.elements() != shape().elements()) {
      throw new ShapeException("cannot reshape " + spec + " to " + shape);
    }
    return new HostTensor(new TensorSpec(dtype(), shape), memory);
  }
}
