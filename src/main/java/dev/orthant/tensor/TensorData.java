package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.tensor.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/** The part of {@link Tensor} that moves elements between host and device. */
public abstract sealed class TensorData permits TensorMath {
  /** How much is on its way between host and device at a time; a multiple of every type's size. */
  static final long PIECE = 1L << 24;

  abstract Handle handle();

  public abstract TensorSpec spec();

  /** Waits, then fills {@code target} with the elements as the type stores them. */
  public void read(MemorySegment target) {
    try {
      requireMemory("read", target, true);
      handle().<@Nullable Object>locked(node -> {
        node.device().read(node.buffer(), 0, target);
        return null;
      });
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
    inPieces((first, memory) -> {
      int at = Math.toIntExact(first / type.size());
      for (int i = 0; i < memory.byteSize() / type.size(); i++) {
        result[at + i] = type.get(memory, i);
      }
    });
    return result;
  }

  /** Takes what was read from byte {@code first} on. */
  @FunctionalInterface
  private interface Piece {
    void take(long first, MemorySegment memory);
  }

  /**
   * Reads everything piece by piece, so that a large tensor is not held twice. The action may use another device: it
   * does not run under this one's monitor.
   */
  private void inPieces(Piece action) {
    try (Arena arena = Arena.ofConfined(); Operands held = Operands.of((Tensor) this)) {
      Node node = held.first();
      long bytes = node.spec().bytes();
      MemorySegment memory = arena.allocate(Math.min(bytes, PIECE), Long.BYTES);
      int version = 0;
      for (long first = 0; first < bytes;) {
        MemorySegment part = memory.asSlice(0, Math.min(PIECE, bytes - first));
        int now;
        synchronized (node.device()) {
          node.device().read(node.buffer(), first, part);
          now = node.version();
        }
        boolean torn = first > 0 && now != version;
        version = now;
        if (torn) {
          // Overwritten by another thread between two pieces: what is given is one state or the other.
          first = 0;
        } else {
          action.take(first, part);
          first += PIECE;
        }
      }
    }
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
      requireMemory("copyFrom", source, false);
      handle().<@Nullable Object>locked(node -> {
        node.device().write(node.beforeWrite(), 0, source);
        return null;
      });
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Throws unless the elements fit {@code memory} exactly, which this thread may use, and write if it is to. */
  private void requireMemory(String op, MemorySegment memory, boolean writes) {
    TensorSpec own = spec();
    if (memory.byteSize() != own.bytes()) {
      throw new ShapeException(
          op + ": " + own + " has " + own.bytes() + " bytes, the memory segment given " + memory.byteSize());
    }
    Device.requireUsable(op + " of " + own, memory, writes);
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
    return Tensor.written(target, spec(), buffer -> inPieces((first, memory) -> target.write(buffer, first, memory)));
  }
}
