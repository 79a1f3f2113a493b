package dev.orthant.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** From the ways in which files order bytes and elements to the one way in memory. */
final class Reorder {
  private Reorder() {}

  /** Reverses the bytes of each element of {@code size} bytes. */
  static void swapBytes(MemorySegment memory, int size) {
    for (long at = 0; at < memory.byteSize(); at += size) {
      switch (size) {
        case 2 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at,
            Short.reverseBytes(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at)));
        case 4 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, at,
            Integer.reverseBytes(memory.get(ValueLayout.JAVA_INT_UNALIGNED, at)));
        case 8 -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at,
            Long.reverseBytes(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)));
        default -> {
          // One byte has no order.
        }
      }
    }
  }

  /** Makes every byte that is not 0 a 1: what a boolean is everywhere else. */
  static void normalizeBooleans(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at) != 0) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
      }
    }
  }

  /** A copy with the last index running fastest; in {@code tensor} the first one does. */
  static HostTensor fromColumnMajor(HostTensor tensor, Arena arena) {
    long[] dims = tensor.shape().dims();
    HostTensor out = HostTensor.allocate(tensor.spec(), arena);
    if (dims.length < 2 || tensor.shape().isEmpty()) {
      out.memory().copyFrom(tensor.memory());
      return out;
    }
    long size = tensor.dtype().size();
    long[] stride = new long[dims.length];
    stride[0] = 1;
    for (int d = 1; d < dims.length; d++) {
      stride[d] = stride[d - 1] * dims[d - 1];
    }
    long[] index = new long[dims.length];
    long from = 0;
    long n = tensor.shape().elements();
    for (long to = 0; to < n; to++) {
      MemorySegment.copy(tensor.memory(), from * size, out.memory(), to * size, size);
      for (int d = dims.length - 1; d >= 0; d--) {
        from += stride[d];
        if (++index[d] < dims[d]) {
          break;
        }
        from -= stride[d] * dims[d];
        index[d] = 0;
      }
    }
    return out;
  }
}
