package dev.orthant.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@code C = max(0, acc + bias[col])} with NaN kept: the epilogue of the comparisons, written by hand. */
record BiasRelu(long bias, long c, long cStride) implements TileEpilogue {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  @Override
  public void apply(long acc, long accStride, long row, long col, int rows, int cols) {
    long to = c + row * cStride + col * 4;
    int vectors = cols / S.length();
    for (int i = 0; i < rows; i++) {
      long from = acc + i * accStride;
      long at = to + i * cStride;
      for (int v = 0; v < vectors; v++) {
        long j = (long) v * S.vectorByteSize();
        FloatVector x = FloatVector.fromMemorySegment(S, Raw.ALL, (from + j) & Raw.ADDRESS, ORDER)
            .add(FloatVector.fromMemorySegment(S, Raw.ALL, (bias + 4 * col + j) & Raw.ADDRESS, ORDER));
        x.blend(0f, x.compare(VectorOperators.LT, 0f)).intoMemorySegment(Raw.ALL, (at + j) & Raw.ADDRESS, ORDER);
      }
      for (int j = vectors * S.length(); j < cols; j++) {
        float x = Raw.getFloat(from + 4L * j) + Raw.getFloat(bias + 4 * (col + j));
        Raw.putFloat(at + 4L * j, x < 0 ? 0 : x);
      }
    }
  }
}
