package dev.orthant.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link PanelWriter} with whole runs moved and converted by vectors. Needs the module jdk.incubator.vector. */
final class VectorPanelWriter extends PanelWriter {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> H =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
  private static final int LANES = F.length();
  private static final int BYTES = F.vectorByteSize();

  @Override
  void copyRuns(Storage storage, long from, long stride, int k, int count, int width, long to) {
    if (count < width || width % LANES != 0) {
      super.copyRuns(storage, from, stride, k, count, width, to);
      return;
    }
    switch (storage) {
      case F32 -> copy(from, stride, k, 4 * width, to);
      case F64 -> copy(from, stride, k, 8 * width, to);
      case F16 -> widenF16(from, stride, k, width, to);
      case BF16 -> widenBf16(from, stride, k, width, to);
    }
  }

  private static void copy(long from, long stride, int k, int runBytes, long to) {
    for (int p = 0; p < k; p++) {
      long source = from + p * stride;
      long target = to + (long) p * runBytes;
      for (int i = 0; i < runBytes; i += BYTES) {
        LongVector.fromMemorySegment(L, Raw.ALL, source + i, ORDER).intoMemorySegment(Raw.ALL, target + i, ORDER);
      }
    }
  }

  private static void widenBf16(long from, long stride, int k, int width, long to) {
    for (int p = 0; p < k; p++) {
      for (int i = 0; i < width; i += LANES) {
        IntVector bits = loadHalves(from + p * stride + 2L * i).lanewise(VectorOperators.LSHL, 16);
        bits.intoMemorySegment(Raw.ALL, to + 4L * (p * width + i), ORDER);
      }
    }
  }

  private static void widenF16(long from, long stride, int k, int width, long to) {
    for (int p = 0; p < k; p++) {
      for (int i = 0; i < width; i += LANES) {
        FloatVector x = float16(loadHalves(from + p * stride + 2L * i));
        x.intoMemorySegment(Raw.ALL, to + 4L * (p * width + i), ORDER);
      }
    }
  }

  @Override
  void addRows(Storage element, long rest, long restStride, long acc, long accStride, int rows, int cols) {
    int step = BYTES / element.bytes();
    for (int i = 0; i < rows; i++) {
      long from = rest + i * restStride;
      long to = acc + i * accStride;
      int j = 0;
      for (; element == Storage.F32 && j + step <= cols; j += step) {
        FloatVector x = FloatVector.fromMemorySegment(F, Raw.ALL, to + 4L * j, ORDER);
        x.add(FloatVector.fromMemorySegment(F, Raw.ALL, from + 4L * j, ORDER))
            .intoMemorySegment(Raw.ALL, to + 4L * j, ORDER);
      }
      for (; element == Storage.F64 && j + step <= cols; j += step) {
        DoubleVector x = DoubleVector.fromMemorySegment(D, Raw.ALL, to + 8L * j, ORDER);
        x.add(DoubleVector.fromMemorySegment(D, Raw.ALL, from + 8L * j, ORDER))
            .intoMemorySegment(Raw.ALL, to + 8L * j, ORDER);
      }
      addRow(element, from, to, j, cols);
    }
  }

  @Override
  int lanes(Storage element) {
    return BYTES / element.bytes();
  }

  @Override
  void gatherTaps(
      Storage element, long first, long second, int split, long[] taps, int k0, int k, int width, long to) {
    long stride = (long) width * element.bytes();
    if (split == lanes(element)) {
      for (int p = 0; p < k; p++) {
        LongVector.fromMemorySegment(L, Raw.ALL, first + taps[k0 + p], ORDER)
            .intoMemorySegment(Raw.ALL, to + p * stride, ORDER);
      }
      return;
    }
    VectorMask<Integer> late = VectorMask.fromLong(I, -1L << (split * element.bytes() / 4));
    for (int p = 0; p < k; p++) {
      long tap = taps[k0 + p];
      IntVector.fromMemorySegment(I, Raw.ALL, first + tap, ORDER)
          .blend(IntVector.fromMemorySegment(I, Raw.ALL, second + tap, ORDER), late)
          .intoMemorySegment(Raw.ALL, to + p * stride, ORDER);
    }
  }

  @Override
  void depthwise(
      Storage element, long image, long[] taps, long weights, long weightStride, boolean perLane, int count, long acc) {
    int done = element == Storage.F64
        ? depthwiseDoubles(image, taps, weights, weightStride, perLane, count, acc)
        : depthwiseFloats(image, taps, weights, weightStride, perLane, count, acc);
    depthwiseFrom(done, element, image, taps, weights, weightStride, perLane, count, acc);
  }

  private static int depthwiseFloats(
      long image, long[] taps, long weights, long weightStride, boolean perLane, int count, long acc) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      FloatVector sum = VectorZero.F32.broadcast(0);
      for (int t = 0; t < taps.length; t++) {
        long at = weights + t * weightStride;
        FloatVector weight = perLane
            ? FloatVector.fromMemorySegment(F, Raw.ALL, at + 4L * i, ORDER)
            : VectorZero.F32.broadcast(Raw.getFloat(at));
        sum = FloatVector.fromMemorySegment(F, Raw.ALL, image + taps[t] + 4L * i, ORDER).fma(weight, sum);
      }
      sum.intoMemorySegment(Raw.ALL, acc + 4L * i, ORDER);
    }
    return i;
  }

  private static int depthwiseDoubles(
      long image, long[] taps, long weights, long weightStride, boolean perLane, int count, long acc) {
    int i = 0;
    for (; i + D.length() <= count; i += D.length()) {
      DoubleVector sum = VectorZero.F64.broadcast(0);
      for (int t = 0; t < taps.length; t++) {
        long at = weights + t * weightStride;
        DoubleVector weight = perLane
            ? DoubleVector.fromMemorySegment(D, Raw.ALL, at + 8L * i, ORDER)
            : VectorZero.F64.broadcast(Raw.getDouble(at));
        sum = DoubleVector.fromMemorySegment(D, Raw.ALL, image + taps[t] + 8L * i, ORDER).fma(weight, sum);
      }
      sum.intoMemorySegment(Raw.ALL, acc + 8L * i, ORDER);
    }
    return i;
  }

  private static IntVector loadHalves(long address) {
    ShortVector halves = ShortVector.fromMemorySegment(H, Raw.ALL, address, ORDER);
    return (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
  }

  /**
   * Exact for every half, subnormals and NaN payloads included: exponent and mantissa move into place, and one
   * multiplication by 2^112 corrects the bias; infinities and NaNs, which end up as 65536·(1 + m), get the full exponent.
   */
  private static FloatVector float16(IntVector half) {
    IntVector magnitude = half.and(0x7fff);
    IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    FloatVector scaled = magnitude.lanewise(VectorOperators.LSHL, 13).reinterpretAsFloats().mul(0x1p112f);
    IntVector bits = scaled.reinterpretAsInts();
    IntVector special = bits.or(0x7f800000);
    return bits.blend(special, magnitude.compare(VectorOperators.GE, 0x7c00)).or(sign).reinterpretAsFloats();
  }
}
