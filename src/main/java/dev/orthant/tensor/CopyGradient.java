package dev.orthant.tensor;

import dev.orthant.core.Shape;
import dev.orthant.op.Copy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The transpose of a {@link Copy}: each element of the gradient goes back to where it was read, repetitions are summed.
 */
final class CopyGradient {
  private CopyGradient() {}

  /** The gradient with respect to the input, of shape {@code input}. */
  static Tensor of(Copy op, Shape input, Tensor dy) {
    List<Integer> repeats = new ArrayList<>();
    for (int d = 0; d < op.axes().size(); d++) {
      Copy.Axis a = op.axes().get(d);
      if (a.from() < 0 || (a.step() == 0 && a.length() > 1)) {
        repeats.add(d);
      }
    }
    Tensor sums = repeats.isEmpty() ? dy : dy.sum(true, repeats.stream().mapToInt(Integer::intValue).toArray());
    Copy.Axis[] back = new Copy.Axis[input.rank()];
    for (int d = 0; d < op.axes().size(); d++) {
      Copy.Axis a = op.axes().get(d);
      if (a.from() >= 0) {
        back[a.from()] = inverse(a, d, input.dim(a.from()));
      }
    }
    boolean everyAxisReadsOnce = Arrays.stream(back).allMatch(a -> a != null);
    long[] squeezed = sums.shape().dims();
    if (!everyAxisReadsOnce || !repeats.isEmpty()) {
      // Axes of extent 1 that nothing reads are put back by a reshape.
      return restored(back, input, sums, squeezed);
    }
    return Gradients.only(Launcher.run("copy backward", new Copy(Arrays.asList(back), 0), List.of(sums)));
  }

  /**
   * y_i = x_{(start + i·step)/every} turned round: x_j gets y_i for i = (j·every − start)/step, when whole and in
   * range. A negative step is the positive one with signs changed.
   */
  private static Copy.Axis inverse(Copy.Axis a, int from, long extent) {
    if (a.length() == 1 || a.step() == 0) {
      // One element: it came from a single place, wherever the step would lead.
      return new Copy.Axis(extent, from, -a.start(), a.every(), Math.max(1, everything(a, extent)));
    }
    long sign = a.step() < 0 ? -1 : 1;
    return new Copy.Axis(extent, from, -a.start() * sign, a.every() * sign, a.step() * sign);
  }

  /** A divisor that only 0 and out-of-range numbers are multiples of. */
  private static long everything(Copy.Axis a, long extent) {
    return Math.abs(a.start()) + extent * a.every() + 1;
  }

  private static Tensor restored(Copy.Axis[] back, Shape input, Tensor sums, long[] dims) {
    List<Copy.Axis> kept = new ArrayList<>();
    List<Long> extents = new ArrayList<>();
    int[] moved = new int[dims.length];
    Arrays.fill(moved, -1);
    for (Copy.Axis a : back) {
      if (a != null) {
        moved[a.from()] = 0;
      }
    }
    int next = 0;
    for (int d = 0; d < dims.length; d++) {
      if (moved[d] == 0) {
        moved[d] = next++;
        extents.add(dims[d]);
      }
    }
    for (Copy.Axis a : back) {
      if (a != null) {
        kept.add(new Copy.Axis(a.length(), moved[a.from()], a.start(), a.step(), a.every()));
      }
    }
    Tensor dense = sums.reshape(extents.stream().mapToLong(Long::longValue).toArray());
    return Gradients.only(Launcher.run("copy backward", new Copy(kept, 0), List.of(dense))).reshape(input.dims());
  }
}
