package dev.orthant.op;

import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import java.util.Arrays;
import java.util.List;

/**
 * Elements moved, unchanged: transpose, slice (also with steps, backwards), flip, pad, repeat, and the backward pass of
 * each. One input of any type. The output's axes each say where they read:
 *
 * <p>y[i_0, i_1, …] = x[…], x's index along axis {@code from_d} being (start_d + i_d·step_d) / every_d, when that is
 * whole and inside x; {@code fill} where it is not.
 *
 * <p>Every axis of x of an extent other than 1 is read by exactly one axis of the output.
 *
 * @param fill as the type holds it ({@link dev.orthant.core.DType#round})
 */
public record Copy(List<Axis> axes, double fill) implements Op {
  /**
   * An axis of the output.
   *
   * @param length its extent
   * @param from the input's axis it runs along, or −1 when it repeats what is there
   * @param start where it starts, in steps of 1/every; this and every place it reaches fit a {@code long}
   * @param step how far it goes on; negative runs backwards
   * @param every only each {@code every}-th place is read, ≥ 1: more than 1 spreads the input out, the gaps filled
   */
  public record Axis(long length, int from, long start, long step, long every) {
    /** All of input axis {@code from}, as it is. */
    public static Axis all(long length, int from) {
      return new Axis(length, from, 0, 1, 1);
    }

    /** {@code length} repetitions. */
    public static Axis repeat(long length) {
      return new Axis(length, -1, 0, 0, 1);
    }

    /** Whether start + i·step fits for every i of the output, and what lies between the places of two axes too. */
    private boolean isExact(long extent) {
      long steps = Math.max(0, length - 1);
      return Math.abs((double) start) + Math.abs((double) step) * steps < FURTHEST
          && (double) extent * every < FURTHEST && Math.abs((double) step) < FURTHEST;
    }

    /** The input's index for output index {@code i}, or −1 when there is none, {@code extent} being the input's. */
    public long source(long i, long extent) {
      long at = start + i * step;
      return Math.floorMod(at, every) == 0 && at >= 0 && at / every < extent ? at / every : -1;
    }
  }

  /**
   * Places are numbers below this: their sums and differences cannot overflow, and as {@code double} they are compared
   * rightly.
   */
  private static final double FURTHEST = 0x1p62;

  public Copy {
    axes = List.copyOf(axes);
  }

  /** What lies outside the input is 0. */
  public static Copy of(Axis... axes) {
    return new Copy(Arrays.asList(axes), 0);
  }

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 1) {
      throw new ShapeException("copy: takes 1 input, got " + inputs.size() + ": " + inputs);
    }
    TensorSpec x = inputs.getFirst();
    int[] readers = new int[x.shape().rank()];
    for (Axis a : axes) {
      if (a.from >= readers.length || a.from < -1 || a.every < 1 || a.length < 0) {
        throw new ShapeException("copy: " + a + " does not fit the input " + x);
      }
      if (a.from >= 0) {
        readers[a.from]++;
        if (!a.isExact(x.shape().dim(a.from))) {
          throw new ShapeException("copy: " + a + " reaches further than a long can address; the input is " + x);
        }
      }
    }
    for (int d = 0; d < readers.length; d++) {
      if (readers[d] > 1 || (readers[d] == 0 && x.shape().dim(d) != 1)) {
        throw new ShapeException("copy: axis " + d + " of " + x + " is read by " + readers[d] + " axes, expected 1");
      }
    }
    return List.of(TensorSpec.of(x.dtype(), axes.stream().mapToLong(Axis::length).toArray()));
  }

  /** The element of the input that element {@code index} of the output is, or −1 when it is {@code fill}. */
  public long source(TensorSpec x, long index) {
    long rest = index;
    long[] at = new long[x.shape().rank()];
    for (int d = axes.size() - 1; d >= 0; d--) {
      Axis a = axes.get(d);
      long i = rest % a.length;
      rest /= a.length;
      if (a.from >= 0) {
        at[a.from] = a.source(i, x.shape().dim(a.from));
        if (at[a.from] < 0) {
          return -1;
        }
      }
    }
    if (x.shape().isEmpty()) {
      return -1;
    }
    long element = 0;
    for (int d = 0; d < at.length; d++) {
      element = element * x.shape().dim(d) + at[d];
    }
    return element;
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return 0;
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    double[] y = new double[Math.toIntExact(infer(inputs).getFirst().shape().elements())];
    for (int i = 0; i < y.length; i++) {
      long from = source(inputs.getFirst(), i);
      y[i] = from < 0 ? inputs.getFirst().dtype().round(fill) : values[0][(int) from];
    }
    return new double[][] {y};
  }
}
