package dev.orthant.op.walk;

import java.util.ArrayList;
import java.util.List;

/**
 * One axis of the gradient of a strided convolution by its images, for the positions {@code first, first + stride, …}.
 * All of them are reached by the same taps, so their gradient is a convolution of stride 1 over dy with those taps in
 * reverse order:
 *
 * <p>dx[first + o·stride] = Σ_t dy[o − pad + t·dilation] · w[tap(t)], 0 ≤ t &lt; taps.
 *
 * <p>Derivation: a tap r of the forward pass takes position y to p = (y + before − r·dilation)/stride, if that is
 * whole. So y + before and r·dilation leave the same rest by the stride, and the taps with that rest are equally
 * spaced.
 *
 * @param first position
 * @param stride from one position to the next
 * @param count how many positions
 * @param taps how many taps reach them; 0 where the stride leaves gaps
 * @param firstTap the tap of the forward pass with the least number
 * @param tapStep from one such tap to the next
 * @param dilation from one tap's element of dy to the next's
 * @param pad how far the first position's window begins before dy; negative where it begins inside
 */
public record StridePhase(int first, int stride, int count, int taps, int firstTap, int tapStep, int dilation,
    int pad) {
  /**
   * All that have positions, of an axis of {@code extent} elements with {@code before} elements of padding before it.
   */
  public static List<StridePhase> of(int extent, int filter, int stride, int before, int dilation) {
    List<StridePhase> all = new ArrayList<>();
    int common = gcd(stride, dilation);
    int step = stride / common;
    for (int rest = 0; rest < stride; rest++) {
      int skipped = -Math.floorDiv(rest - before, stride);
      int first = rest + stride * skipped - before;
      if (first >= extent) {
        continue;
      }
      int count = (extent - 1 - first) / stride + 1;
      int tap = 0;
      while (tap < Math.min(step, filter) && (long) tap * dilation % stride != rest) {
        tap++;
      }
      int taps = tap >= Math.min(step, filter) ? 0 : (filter - 1 - tap) / step + 1;
      int apart = dilation / common;
      long reach = taps == 0 ? 0 : ((long) tap * dilation - rest) / stride + (taps - 1L) * apart;
      all.add(new StridePhase(first, stride, count, taps, tap, step, apart, Math.toIntExact(reach - skipped)));
    }
    return all;
  }

  /** The last tap, with which the reverse order begins. */
  public int lastTap() {
    return firstTap + (taps - 1) * tapStep;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
