package dev.orthant.tensor;

import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.tensor.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How elements travel between host and device: in pieces, so that a large tensor is not held twice. */
final class HostCopies {
  /** How much is on its way at a time; a multiple of every type's size. */
  static final long PIECE = 1L << 24;

  private HostCopies() {}

  /** Takes what was read from byte {@code first} on. */
  @FunctionalInterface
  interface Piece {
    void take(long first, MemorySegment memory);
  }

  /**
   * Reads everything piece by piece, so that a large tensor is not held twice. The action may use another device: it
   * does not run under this one's monitor.
   */
  static void inPieces(Tensor tensor, Piece action) {
    try (Arena arena = Arena.ofConfined(); Operands held = Operands.of(tensor)) {
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

  static int count(Tensor tensor) {
    TensorSpec spec = tensor.spec();
    long n = spec.shape().elements();
    if (n > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "tensor " + spec + " has more elements than a Java array holds; use read(MemorySegment)");
    }
    return (int) n;
  }

  /** Throws unless the elements fit {@code memory} exactly, which this thread may use, and write if it is to. */
  static void requireMemory(String op, Tensor tensor, MemorySegment memory, boolean writes) {
    TensorSpec own = tensor.spec();
    if (memory.byteSize() != own.bytes()) {
      throw new ShapeException(
          op + ": " + own + " has " + own.bytes() + " bytes, the memory segment given " + memory.byteSize());
    }
    Device.requireUsable(op + " of " + own, memory, writes);
  }
}
