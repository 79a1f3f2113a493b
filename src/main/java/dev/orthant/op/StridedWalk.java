package dev.orthant.op;

import dev.orthant.core.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Copy} as devices walk it. Element (i_0, i_1, …) of the output is the input's element base + Σ k_d·stride_d
 * when on every axis i_d = first_d + k_d·period_d with 0 ≤ k_d &lt; count_d; every other element is the fill.
 * Neighbouring axes that walk evenly are one, axes of extent 1 are gone.
 *
 * @param axes outermost first; never none
 */
public record StridedWalk(long base, List<Axis> axes) {
  /**
   * An axis of the output.
   *
   * @param length its extent
   * @param first the first place that is not the fill
   * @param period from one such place to the next, ≥ 1
   * @param count how many such places there are
   * @param stride from one such place to the next in the input, in elements
   */
  public record Axis(long length, long first, long period, long count, long stride) {
    /** Whether no place is filled. */
    public boolean isWhole() {
      return count == length;
    }

    /** This axis and the whole axis inside it as one. */
    private Axis around(Axis inner) {
      return new Axis(length * inner.length, first * inner.length, 1, count * inner.length, inner.stride);
    }

    private boolean merges(Axis inner) {
      return inner.isWhole() && period == 1 && stride == inner.stride * inner.length;
    }
  }

  public StridedWalk {
    axes = List.copyOf(axes);
  }

  /** The walk of {@code op} over an input of shape {@code x}. */
  public static StridedWalk of(Copy op, Shape x) {
    long[] strides = new long[x.rank()];
    long elements = 1;
    for (int d = x.rank() - 1; d >= 0; d--) {
      strides[d] = elements;
      elements *= x.dim(d);
    }
    long base = 0;
    long total = 1;
    boolean filled = x.isEmpty();
    List<Axis> axes = new ArrayList<>();
    for (Copy.Axis a : op.axes()) {
      total *= a.length();
      Axis axis = a.from() < 0 ? new Axis(a.length(), 0, 1, a.length(), 0) : axis(a, x.dim(a.from()));
      filled |= axis.count == 0;
      if (a.from() >= 0 && axis.count > 0) {
        base += a.source(axis.first, x.dim(a.from())) * strides[a.from()];
        axis = new Axis(axis.length, axis.first, axis.period, axis.count, axis.stride * strides[a.from()]);
      }
      append(axes, axis);
    }
    if (filled) {
      return new StridedWalk(0, List.of(new Axis(total, 0, 1, 0, 0)));
    }
    return new StridedWalk(base, axes.isEmpty() ? List.of(new Axis(1, 0, 1, 1, 0)) : axes);
  }

  private static void append(List<Axis> axes, Axis axis) {
    int last = axes.size() - 1;
    if (axis.length == 1) {
      return;
    }
    if (last >= 0 && axes.get(last).merges(axis)) {
      axes.set(last, axes.get(last).around(axis));
    } else {
      axes.add(axis);
    }
  }

  /** One axis over an input axis of the given extent; the stride is in places of that axis. */
  private static Axis axis(Copy.Axis a, long extent) {
    Axis none = new Axis(a.length(), 0, 1, 0, 0);
    long gcd = gcd(Math.abs(a.step()), a.every());
    long period = a.every() / gcd;
    long one = 0;
    while (one < Math.min(period, a.length()) && Math.floorMod(a.start() + one * a.step(), a.every()) != 0) {
      one++;
    }
    if (one >= Math.min(period, a.length())) {
      return none;
    }
    long at = (a.start() + one * a.step()) / a.every();
    long stride = a.step() / gcd;
    long last = (a.length() - 1 - one) / period;
    long from = 0;
    if (stride > 0) {
      from = Math.max(0, Math.ceilDiv(-at, stride));
      last = Math.min(last, Math.floorDiv(extent - 1 - at, stride));
    } else if (stride < 0) {
      from = Math.max(0, Math.ceilDiv(at - extent + 1, -stride));
      last = Math.min(last, Math.floorDiv(at, -stride));
    } else if (at < 0 || at >= extent) {
      return none;
    }
    return last < from ? none : new Axis(a.length(), one + from * period, period, last - from + 1, stride);
  }

  private static long gcd(long a, long b) {
    return a == 0 ? b : gcd(b % a, a);
  }

  /** Whether no element is the fill. */
  public boolean isWhole() {
    return axes.stream().allMatch(Axis::isWhole);
  }

  /** Whether every element is the fill. */
  public boolean isFill() {
    return axes.stream().anyMatch(a -> a.count == 0);
  }
}
