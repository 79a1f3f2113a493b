package dev.orthant.cpu.gemm;

import dev.orthant.cpu.codegen.VectorZero;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
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
  public void copyRuns(ElementType storage, long from, long stride, int k, int count, int width, long to) {
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
        LongVector.fromMemorySegment(L, Raw.ALL, (source + i) & Raw.ADDRESS, ORDER)
            .intoMemorySegment(Raw.ALL, (target + i) & Raw.ADDRESS, ORDER);
      }
    }
  }

  private static void widenBf16(long from, long stride, int k, int width, long to) {
    for (int p = 0; p < k; p++) {
      for (int i = 0; i < width; i += LANES) {
        IntVector bits = loadHalves(from + p * stride + 2L * i).lanewise(VectorOperators.LSHL, 16);
        bits.intoMemorySegment(Raw.ALL, (to + 4L * (p * width + i)) & Raw.ADDRESS, ORDER);
      }
    }
  }

  private static void widenF16(long from, long stride, int k, int width, long to) {
    for (int p = 0; p < k; p++) {
      for (int i = 0; i < width; i += LANES) {
        FloatVector x = float16(loadHalves(from + p * stride + 2L * i));
        x.intoMemorySegment(Raw.ALL, (to + 4L * (p * width + i)) & Raw.ADDRESS, ORDER);
      }
    }
  }

  @Override
  public void addRows(ElementType element, long rest, long restStride, long acc, long accStride, int rows, int cols) {
    int step = BYTES / element.bytes();
    for (int i = 0; i < rows; i++) {
      long from = rest + i * restStride;
      long to = acc + i * accStride;
      int j = 0;
      for (; element == ElementType.F32 && j + step <= cols; j += step) {
        FloatVector x = FloatVector.fromMemorySegment(F, Raw.ALL, (to + 4L * j) & Raw.ADDRESS, ORDER);
        x.add(FloatVector.fromMemorySegment(F, Raw.ALL, (from + 4L * j) & Raw.ADDRESS, ORDER))
            .intoMemorySegment(Raw.ALL, (to + 4L * j) & Raw.ADDRESS, ORDER);
      }
      for (; element == ElementType.F64 && j + step <= cols; j += step) {
        DoubleVector x = DoubleVector.fromMemorySegment(D, Raw.ALL, (to + 8L * j) & Raw.ADDRESS, ORDER);
        x.add(DoubleVector.fromMemorySegment(D, Raw.ALL, (from + 8L * j) & Raw.ADDRESS, ORDER))
            .intoMemorySegment(Raw.ALL, (to + 8L * j) & Raw.ADDRESS, ORDER);
      }
      addRow(element, from, to, j, cols);
    }
  }

  @Override
  public void addCompensated(ElementType element, long terms, long sums, long errors, int count) {
    int step = BYTES / element.bytes();
    int i = 0;
    for (; element == ElementType.F32 && i + step <= count; i += step) {
      long to = (sums + 4L * i) & Raw.ADDRESS;
      long lost = (errors + 4L * i) & Raw.ADDRESS;
      FloatVector a = exactFloats(to);
      FloatVector b = exactFloats(terms + 4L * i);
      FloatVector s = a.add(b);
      FloatVector v = s.sub(a);
      s.intoMemorySegment(Raw.ALL, to, ORDER);
      a.sub(s.sub(v)).add(b.sub(v)).add(loadFloats(lost)).intoMemorySegment(Raw.ALL, lost, ORDER);
    }
    for (; element == ElementType.F64 && i + step <= count; i += step) {
      long to = (sums + 8L * i) & Raw.ADDRESS;
      long lost = (errors + 8L * i) & Raw.ADDRESS;
      DoubleVector a = exactDoubles(to);
      DoubleVector b = exactDoubles(terms + 8L * i);
      DoubleVector s = a.add(b);
      DoubleVector v = s.sub(a);
      s.intoMemorySegment(Raw.ALL, to, ORDER);
      a.sub(s.sub(v)).add(b.sub(v)).add(loadDoubles(lost)).intoMemorySegment(Raw.ALL, lost, ORDER);
    }
    addCompensatedFrom(i, element, terms, sums, errors, count);
  }

  @Override
  public int lanes(ElementType element) {
    return BYTES / element.bytes();
  }

  @Override
  public void gatherTaps(
      ElementType element, long first, long second, int split, long[] taps, int k0, int k, int width, long to) {
    long stride = (long) width * element.bytes();
    if (split == lanes(element)) {
      for (int p = 0; p < k; p++) {
        LongVector.fromMemorySegment(L, Raw.ALL, (first + taps[k0 + p]) & Raw.ADDRESS, ORDER)
            .intoMemorySegment(Raw.ALL, (to + p * stride) & Raw.ADDRESS, ORDER);
      }
      return;
    }
    VectorMask<Integer> late = VectorMask.fromLong(I, -1L << (split * element.bytes() / 4));
    for (int p = 0; p < k; p++) {
      long tap = taps[k0 + p];
      IntVector.fromMemorySegment(I, Raw.ALL, (first + tap) & Raw.ADDRESS, ORDER)
          .blend(IntVector.fromMemorySegment(I, Raw.ALL, (second + tap) & Raw.ADDRESS, ORDER), late)
          .intoMemorySegment(Raw.ALL, (to + p * stride) & Raw.ADDRESS, ORDER);
    }
  }

  @Override
  public void depthwise(
      ElementType element, long image, long[] taps, long weights, long weightStride, boolean perLane, int count,
      long acc) {
    int done = element == ElementType.F64
        ? depthwiseDoubles(image, taps, weights, weightStride, perLane, count, acc)
        : depthwiseFloats(image, taps, weights, weightStride, perLane, count, acc);
    depthwiseFrom(done, element, image, taps, weights, weightStride, perLane, count, acc);
  }

  private static int depthwiseFloats(
      long image, long[] taps, long weights, long weightStride, boolean perLane, int count, long acc) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      long lane = 4L * i;
      FloatVector sum = VectorZero.F32.broadcast(0);
      if (perLane) {
        for (int t = 0; t < taps.length; t++) {
          sum = exactFloats(weights + t * weightStride + lane).fma(loadFloats(image + taps[t] + lane), sum);
        }
      } else {
        for (int t = 0; t < taps.length; t++) {
          FloatVector weight = VectorZero.F32.broadcast(Raw.getFloat(weights + t * weightStride));
          sum = weight.fma(loadFloats(image + taps[t] + lane), sum);
        }
      }
      sum.intoMemorySegment(Raw.ALL, (acc + lane) & Raw.ADDRESS, ORDER);
    }
    return i;
  }

  private static int depthwiseDoubles(
      long image, long[] taps, long weights, long weightStride, boolean perLane, int count, long acc) {
    int i = 0;
    for (; i + D.length() <= count; i += D.length()) {
      long lane = 8L * i;
      DoubleVector sum = VectorZero.F64.broadcast(0);
      if (perLane) {
        for (int t = 0; t < taps.length; t++) {
          sum = exactDoubles(weights + t * weightStride + lane).fma(loadDoubles(image + taps[t] + lane), sum);
        }
      } else {
        for (int t = 0; t < taps.length; t++) {
          DoubleVector weight = VectorZero.F64.broadcast(Raw.getDouble(weights + t * weightStride));
          sum = weight.fma(loadDoubles(image + taps[t] + lane), sum);
        }
      }
      sum.intoMemorySegment(Raw.ALL, (acc + lane) & Raw.ADDRESS, ORDER);
    }
    return i;
  }

  @Override
  void addScaled(ElementType element, long scales, long x, long xStride, int runs, int count, long acc) {
    int done = 0;
    if (runs == Gemv.RUNS) {
      done = element == ElementType.F64
          ? addScaledDoubles(scales, x, xStride, count, acc) : addScaledFloats(scales, x, xStride, count, acc);
    }
    addScaledFrom(done, element, scales, x, xStride, runs, count, acc);
  }

  @Override
  void dot(ElementType element, long x, long y, int k, long to) {
    int done = element == ElementType.F64 ? dotDoubles(x, y, k, to) : dotFloats(x, y, k, to);
    addDot(done, element, x, y, k, to);
  }

  private static int addScaledFloats(long scales, long x, long xStride, int count, long acc) {
    FloatVector s0 = VectorZero.F32.broadcast(Raw.getFloat(scales));
    FloatVector s1 = VectorZero.F32.broadcast(Raw.getFloat(scales + 4));
    FloatVector s2 = VectorZero.F32.broadcast(Raw.getFloat(scales + 8));
    FloatVector s3 = VectorZero.F32.broadcast(Raw.getFloat(scales + 12));
    int j = 0;
    for (; j + F.length() <= count; j += F.length()) {
      long x0 = x + 4L * j;
      long to = (acc + 4L * j) & Raw.ADDRESS;
      FloatVector sum = FloatVector.fromMemorySegment(F, Raw.ALL, to, ORDER);
      sum = s0.fma(loadFloats(x0), sum);
      sum = s1.fma(loadFloats(x0 + xStride), sum);
      sum = s2.fma(loadFloats(x0 + 2 * xStride), sum);
      s3.fma(loadFloats(x0 + 3 * xStride), sum).intoMemorySegment(Raw.ALL, to, ORDER);
    }
    return j;
  }

  private static int dotFloats(long x, long y, int k, long to) {
    FloatVector s0 = VectorZero.F32.broadcast(0);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int step = F.length();
    int p = 0;
    for (; p + 4 * step <= k; p += 4 * step) {
      long xp = x + 4L * p;
      long yp = y + 4L * p;
      s0 = exactFloats(xp).fma(loadFloats(yp), s0);
      s1 = exactFloats(xp + BYTES).fma(loadFloats(yp + BYTES), s1);
      s2 = exactFloats(xp + 2L * BYTES).fma(loadFloats(yp + 2L * BYTES), s2);
      s3 = exactFloats(xp + 3L * BYTES).fma(loadFloats(yp + 3L * BYTES), s3);
    }
    // not reduceLanes: C2 adds in another order than the interpreter, and the same call must give the same bits
    float sum = 0;
    for (float lane : s0.add(s1).add(s2.add(s3)).toArray()) {
      sum += lane;
    }
    Raw.putFloat(to, sum);
    return p;
  }

  /** A sum with a constant is of exact class, without which the loop would box; see {@link VectorZero}. */
  private static FloatVector exactFloats(long address) {
    return VectorZero.F32.add(loadFloats(address));
  }

  private static FloatVector loadFloats(long address) {
    return FloatVector.fromMemorySegment(F, Raw.ALL, address & Raw.ADDRESS, ORDER);
  }

  private static int addScaledDoubles(long scales, long x, long xStride, int count, long acc) {
    DoubleVector s0 = VectorZero.F64.broadcast(Raw.getDouble(scales));
    DoubleVector s1 = VectorZero.F64.broadcast(Raw.getDouble(scales + 8));
    DoubleVector s2 = VectorZero.F64.broadcast(Raw.getDouble(scales + 16));
    DoubleVector s3 = VectorZero.F64.broadcast(Raw.getDouble(scales + 24));
    int j = 0;
    for (; j + D.length() <= count; j += D.length()) {
      long x0 = x + 8L * j;
      long to = (acc + 8L * j) & Raw.ADDRESS;
      DoubleVector sum = DoubleVector.fromMemorySegment(D, Raw.ALL, to, ORDER);
      sum = s0.fma(loadDoubles(x0), sum);
      sum = s1.fma(loadDoubles(x0 + xStride), sum);
      sum = s2.fma(loadDoubles(x0 + 2 * xStride), sum);
      s3.fma(loadDoubles(x0 + 3 * xStride), sum).intoMemorySegment(Raw.ALL, to, ORDER);
    }
    return j;
  }

  private static int dotDoubles(long x, long y, int k, long to) {
    DoubleVector s0 = VectorZero.F64.broadcast(0);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    int step = D.length();
    int p = 0;
    for (; p + 4 * step <= k; p += 4 * step) {
      long xp = x + 8L * p;
      long yp = y + 8L * p;
      s0 = exactDoubles(xp).fma(loadDoubles(yp), s0);
      s1 = exactDoubles(xp + BYTES).fma(loadDoubles(yp + BYTES), s1);
      s2 = exactDoubles(xp + 2L * BYTES).fma(loadDoubles(yp + 2L * BYTES), s2);
      s3 = exactDoubles(xp + 3L * BYTES).fma(loadDoubles(yp + 3L * BYTES), s3);
    }
    double sum = 0;
    for (double lane : s0.add(s1).add(s2.add(s3)).toArray()) {
      sum += lane;
    }
    Raw.putDouble(to, sum);
    return p;
  }

  /** A sum with a constant is of exact class, without which the loop would box; see {@link VectorZero}. */
  private static DoubleVector exactDoubles(long address) {
    return VectorZero.F64.add(loadDoubles(address));
  }

  private static DoubleVector loadDoubles(long address) {
    return DoubleVector.fromMemorySegment(D, Raw.ALL, address & Raw.ADDRESS, ORDER);
  }

  private static IntVector loadHalves(long address) {
    ShortVector halves = ShortVector.fromMemorySegment(H, Raw.ALL, address & Raw.ADDRESS, ORDER);
    return (IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
  }

  /**
   * Exact for every half, subnormals and NaN payloads included: exponent and mantissa move into place, and one
   * multiplication by 2^112 corrects the bias; infinities and NaNs, which end up as 65536·(1 + m), get the full
   * exponent.
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
