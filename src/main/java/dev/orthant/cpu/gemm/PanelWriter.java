package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.op.reference.CompensatedSum;
import java.lang.foreign.ValueLayout;

/**
 * The loops that fill one packed panel from strided memory, converting half-width storage on the way. This class is
 * the scalar form; {@link VectorPanelWriter} replaces the loop that gains from vectors.
 */
public class PanelWriter {
  /**
   * Copies {@code k} runs of {@code count} adjacent elements: {@code to[p·width + i] = from[p·stride + i]}, and zero
   * for {@code count ≤ i < width}.
   *
   * @param stride bytes from one run to the next
   */
  public void copyRuns(ElementType storage, long from, long stride, int k, int count, int width, long to) {
    for (int p = 0; p < k; p++) {
      copyRun(storage, from + p * stride, count, width, to + (long) p * width * storage.compute().bytes());
    }
  }

  /** One run of {@link #copyRuns}. */
  final void copyRun(ElementType storage, long from, int count, int width, long to) {
    if (storage == ElementType.F64) {
      for (int i = 0; i < width; i++) {
        Raw.putDouble(to + 8L * i, i < count ? Raw.getDouble(from + 8L * i) : 0);
      }
    } else {
      for (int i = 0; i < width; i++) {
        float x = i < count ? Raw.getAsFloat(storage, from + (long) storage.bytes() * i) : 0;
        Raw.putFloat(to + 4L * i, x);
      }
    }
  }

  /**
   * Gathers with any strides, in bytes: {@code to[p·width + i] = from[i·iStride + p·kStride]}, zero for
   * {@code count ≤ i < width}. Walks along k, so it is fast when {@code kStride} is one element.
   */
  public final void gather(
      ElementType storage, long from, long iStride, long kStride, int k, int count, int width, long to) {
    gatherLanes(storage, from, iStride, kStride, k, count, width, to);
    int size = storage.compute().bytes();
    for (int i = count; i < width; i++) {
      zeroLane(to + (long) i * size, k, width, size);
    }
  }

  /** {@link #gather} that leaves the rest of the panel as it is; {@code to} may be any lane of it. */
  public final void gatherLanes(
      ElementType storage, long from, long iStride, long kStride, int k, int count, int width, long to) {
    int size = storage.compute().bytes();
    for (int i = 0; i < count; i++) {
      long source = from + i * iStride;
      long target = to + (long) i * size;
      if (storage == ElementType.F64) {
        gatherDoubles(source, kStride, k, width, target);
      } else if (storage != ElementType.F32) {
        gatherHalves(storage, source, kStride, k, width, target);
      } else if (kStride == 4 && i + 1 < count) {
        transposeTwo(source, iStride, k, width, target);
        i++;
      } else {
        gatherFloats(source, kStride, k, width, target);
      }
    }
  }

  /** Zero in one lane of a panel: {@code to[p·width] = 0}. */
  public static void zeroLane(long to, int k, int width, int size) {
    for (int p = 0; p < k; p++) {
      if (size == 8) {
        Raw.putDouble(to + 8L * p * width, 0);
      } else {
        Raw.putFloat(to + 4L * p * width, 0);
      }
    }
  }

  private static void gatherDoubles(long source, long kStride, int k, int width, long target) {
    for (int p = 0; p < k; p++) {
      Raw.putDouble(target + 8L * p * width, Raw.getDouble(source + p * kStride));
    }
  }

  private static void gatherFloats(long source, long kStride, int k, int width, long target) {
    for (int p = 0; p < k; p++) {
      Raw.putFloat(target + 4L * p * width, Raw.getFloat(source + p * kStride));
    }
  }

  /** Two rows at once, whose elements meet in one store: stores are what limits a transposition. */
  private static void transposeTwo(long source, long iStride, int k, int width, long target) {
    long from = source;
    long to = target;
    long step = 4L * width;
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      long x = from & Raw.ADDRESS;
      long y = (from + iStride) & Raw.ADDRESS;
      Raw.putLong(to, pair(x, y));
      Raw.putLong(to + step, pair(x + 4, y + 4));
      Raw.putLong(to + 2 * step, pair(x + 8, y + 8));
      Raw.putLong(to + 3 * step, pair(x + 12, y + 12));
      from += 16;
      to += 4 * step;
    }
    for (; p < k; p++) {
      Raw.putLong(to, pair(from & Raw.ADDRESS, (from + iStride) & Raw.ADDRESS));
      from += 4;
      to += step;
    }
  }

  /** Two masked addresses' elements, in this order once stored. */
  private static long pair(long first, long second) {
    long x = Raw.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, first) & 0xffff_ffffL;
    long y = Raw.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, second) & 0xffff_ffffL;
    return Raw.LITTLE_ENDIAN ? x | (y << 32) : y | (x << 32);
  }

  private static void gatherHalves(ElementType storage, long source, long kStride, int k, int width, long target) {
    for (int p = 0; p < k; p++) {
      Raw.putFloat(target + 4L * p * width, Raw.getAsFloat(storage, source + p * kStride));
    }
  }

  /** {@code acc[i][j] += rest[i][j]} for {@code F32} or {@code F64}; strides in bytes. */
  public void addRows(ElementType element, long rest, long restStride, long acc, long accStride, int rows, int cols) {
    for (int i = 0; i < rows; i++) {
      addRow(element, rest + i * restStride, acc + i * accStride, 0, cols);
    }
  }

  /** Columns {@code from} to {@code cols} of one row of {@link #addRows}. */
  static void addRow(ElementType element, long rest, long acc, int from, int cols) {
    for (int j = from; j < cols; j++) {
      if (element == ElementType.F64) {
        Raw.putDouble(acc + 8L * j, Raw.getDouble(rest + 8L * j) + Raw.getDouble(acc + 8L * j));
      } else {
        Raw.putFloat(acc + 4L * j, Raw.getFloat(rest + 4L * j) + Raw.getFloat(acc + 4L * j));
      }
    }
  }

  /**
   * Adds sums of blocks without losing what an addition rounds away: {@code sums[i] += terms[i]}, and the error of that
   * to {@code errors[i]} (D. E. Knuth, The Art of Computer Programming 2, §4.2.2, theorem B). Adjacent elements of
   * {@code F32} or {@code F64}; see {@link #settle}.
   */
  public void addCompensated(ElementType element, long terms, long sums, long errors, int count) {
    addCompensatedFrom(0, element, terms, sums, errors, count);
  }

  /** Elements {@code from … count} of {@link #addCompensated}. */
  static void addCompensatedFrom(int from, ElementType element, long terms, long sums, long errors, int count) {
    for (int i = from; i < count; i++) {
      if (element == ElementType.F64) {
        long at = 8L * i;
        double a = Raw.getDouble(sums + at);
        double b = Raw.getDouble(terms + at);
        double s = a + b;
        Raw.putDouble(sums + at, s);
        Raw.putDouble(errors + at, Raw.getDouble(errors + at) + CompensatedSum.error(a, b, s));
      } else {
        long at = 4L * i;
        float a = Raw.getFloat(sums + at);
        float b = Raw.getFloat(terms + at);
        float s = a + b;
        float v = s - a;
        Raw.putFloat(sums + at, s);
        Raw.putFloat(errors + at, Raw.getFloat(errors + at) + ((a - (s - v)) + (b - v)));
      }
    }
  }

  /**
   * What sums and their errors make: {@code to[i] = sums[i] + errors[i]}; the errors of a sum that is not finite mean
   * nothing.
   */
  public final void settle(ElementType element, long sums, long errors, long to, int count) {
    for (int i = 0; i < count; i++) {
      if (element == ElementType.F64) {
        double sum = Raw.getDouble(sums + 8L * i);
        Raw.putDouble(to + 8L * i, CompensatedSum.settled(sum, Raw.getDouble(errors + 8L * i)));
      } else {
        float sum = Raw.getFloat(sums + 4L * i);
        float both = sum + Raw.getFloat(errors + 4L * i);
        Raw.putFloat(to + 4L * i, Float.isNaN(both) ? sum : both);
      }
    }
  }

  /** Copies rows of {@code bytes}, a multiple of 4; strides in bytes. */
  final void copyRows(long from, long fromStride, long to, long toStride, int rows, int bytes) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < bytes; j += 4) {
        Raw.putInt(to + i * toStride + j, Raw.getInt(from + i * fromStride + j));
      }
    }
  }

  /** How many lanes {@link #gatherTaps} fills. */
  public int lanes(ElementType element) {
    return 1;
  }

  /**
   * Fills {@link #lanes} adjacent lanes of a panel from two runs of a padded image:
   * {@code to[p·width + i] = (i < split ? first : second)[taps[k0 + p] + i]}, with offsets in bytes. {@code second} is
   * meaningful from lane {@code split} on, but both must be readable as a whole vector.
   */
  public void gatherTaps(
      ElementType element, long first, long second, int split, long[] taps, int k0, int k, int width, long to) {
    gatherTapLane(element, first, taps, k0, k, width, to);
  }

  /** One lane: {@code to[p·width] = from[taps[k0 + p]]}. */
  public static void gatherTapLane(ElementType element, long from, long[] taps, int k0, int k, int width, long to) {
    for (int p = 0; p < k; p++) {
      if (element == ElementType.F64) {
        Raw.putDouble(to + 8L * p * width, Raw.getDouble(from + taps[k0 + p]));
      } else {
        Raw.putFloat(to + 4L * p * width, Raw.getFloat(from + taps[k0 + p]));
      }
    }
  }

  /**
   * One row of a depthwise convolution: {@code acc[i] = Σ_t weights[t·weightStride]·image[taps[t] + i]}, offsets in
   * bytes. With {@code perLane} each lane has weights of its own, {@code weights[t·weightStride + i]}.
   */
  public void depthwise(
      ElementType element, long image, long[] taps, long weights, long weightStride, boolean perLane, int count,
      long acc) {
    depthwiseFrom(0, element, image, taps, weights, weightStride, perLane, count, acc);
  }

  /** Lanes {@code from … count} of {@link #depthwise}. */
  static void depthwiseFrom(int from, ElementType element, long image, long[] taps, long weights, long weightStride,
      boolean perLane, int count, long acc) {
    for (int i = from; i < count; i++) {
      long lane = (long) i * element.bytes();
      long weight = weights + (perLane ? lane : 0);
      if (element == ElementType.F64) {
        double sum = 0;
        for (int t = 0; t < taps.length; t++) {
          sum = Math.fma(Raw.getDouble(weight + t * weightStride), Raw.getDouble(image + taps[t] + lane), sum);
        }
        Raw.putDouble(acc + lane, sum);
      } else {
        float sum = 0;
        for (int t = 0; t < taps.length; t++) {
          sum = Math.fma(Raw.getFloat(weight + t * weightStride), Raw.getFloat(image + taps[t] + lane), sum);
        }
        Raw.putFloat(acc + lane, sum);
      }
    }
  }

  /**
   * Adds scaled runs: {@code acc[j] += Σ_r scales[r]·x[r][j]}, in rising r.
   *
   * @param xStride bytes from one run to the next
   * @param runs at most {@link Gemv#RUNS}
   */
  void addScaled(ElementType element, long scales, long x, long xStride, int runs, int count, long acc) {
    addScaledFrom(0, element, scales, x, xStride, runs, count, acc);
  }

  /** Elements {@code from … count} of {@link #addScaled}. */
  static void addScaledFrom(
      int from, ElementType element, long scales, long x, long xStride, int runs, int count, long acc) {
    for (int r = 0; r < runs; r++) {
      long run = x + r * xStride;
      for (int j = from; j < count; j++) {
        if (element == ElementType.F64) {
          long to = acc + 8L * j;
          Raw.putDouble(to, Math.fma(Raw.getDouble(scales + 8L * r), Raw.getDouble(run + 8L * j), Raw.getDouble(to)));
        } else {
          long to = acc + 4L * j;
          Raw.putFloat(to, Math.fma(Raw.getFloat(scales + 4L * r), Raw.getFloat(run + 4L * j), Raw.getFloat(to)));
        }
      }
    }
  }

  /**
   * Stores the dot product of two runs of {@code k} elements at {@code to}, of at least four chains side by side:
   * {@link Gemv#DOT} elements are a block at most. The order of summation is fixed.
   */
  void dot(ElementType element, long x, long y, int k, long to) {
    int done = element == ElementType.F64 ? fourDoubles(x, y, k, to) : fourFloats(x, y, k, to);
    addDot(done, element, x, y, k, to);
  }

  private static int fourFloats(long x, long y, int k, long to) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      long xp = x + 4L * p;
      long yp = y + 4L * p;
      s0 = Math.fma(Raw.getFloat(xp), Raw.getFloat(yp), s0);
      s1 = Math.fma(Raw.getFloat(xp + 4), Raw.getFloat(yp + 4), s1);
      s2 = Math.fma(Raw.getFloat(xp + 8), Raw.getFloat(yp + 8), s2);
      s3 = Math.fma(Raw.getFloat(xp + 12), Raw.getFloat(yp + 12), s3);
    }
    Raw.putFloat(to, (s0 + s1) + (s2 + s3));
    return p;
  }

  private static int fourDoubles(long x, long y, int k, long to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int p = 0;
    for (; p + 4 <= k; p += 4) {
      long xp = x + 8L * p;
      long yp = y + 8L * p;
      s0 = Math.fma(Raw.getDouble(xp), Raw.getDouble(yp), s0);
      s1 = Math.fma(Raw.getDouble(xp + 8), Raw.getDouble(yp + 8), s1);
      s2 = Math.fma(Raw.getDouble(xp + 16), Raw.getDouble(yp + 16), s2);
      s3 = Math.fma(Raw.getDouble(xp + 24), Raw.getDouble(yp + 24), s3);
    }
    Raw.putDouble(to, (s0 + s1) + (s2 + s3));
    return p;
  }

  /** Adds the products of elements {@code from … k} to what is at {@code to}. */
  static void addDot(int from, ElementType element, long x, long y, int k, long to) {
    if (element == ElementType.F64) {
      double sum = Raw.getDouble(to);
      for (int p = from; p < k; p++) {
        sum = Math.fma(Raw.getDouble(x + 8L * p), Raw.getDouble(y + 8L * p), sum);
      }
      Raw.putDouble(to, sum);
    } else {
      float sum = Raw.getFloat(to);
      for (int p = from; p < k; p++) {
        sum = Math.fma(Raw.getFloat(x + 4L * p), Raw.getFloat(y + 4L * p), sum);
      }
      Raw.putFloat(to, sum);
    }
  }
}
