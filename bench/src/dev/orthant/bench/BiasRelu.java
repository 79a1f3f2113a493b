package dev.orthant.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code C = max(0, C + bias)}, row by row: the pass that a library without an epilogue leaves to its user. C2 makes it
 * a vector loop.
 */
final class BiasRelu {
  private BiasRelu() {}

  static void apply(MemorySegment c, MemorySegment bias, int rows, int cols) {
    for (int i = 0; i < rows; i++) {
      row(c.asSlice(4L * i * cols, 4L * cols), bias, cols);
    }
  }

  private static void row(MemorySegment c, MemorySegment bias, int cols) {
    for (int j = 0; j < cols; j++) {
      float x = c.getAtIndex(ValueLayout.JAVA_FLOAT, j) + bias.getAtIndex(ValueLayout.JAVA_FLOAT, j);
      c.setAtIndex(ValueLayout.JAVA_FLOAT, j, x < 0 ? 0 : x);
    }
  }
}
