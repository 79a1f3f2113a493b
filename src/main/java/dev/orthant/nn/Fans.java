package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;

/**
 * How many weights lead into one output of a layer, and how many out of one input: what initial weights are scaled by.
 *
 * @param in terms of the sum that makes one output
 * @param out outputs that one input is a term of (of a convolution: with stride 1, away from the border)
 */
public record Fans(long in, long out) {
  /** Of the weights (…, in, out) of a matrix product. */
  public static Fans linear(Shape weight) {
    if (weight.rank() < 2) {
      throw new ShapeException("fans: takes weights (in, out), got " + weight);
    }
    return new Fans(weight.dim(-2), weight.dim(-1));
  }

  /** Of the filters of a convolution: in = c/groups·r·s, out = k/groups·r·s. */
  public static Fans conv(Shape filters, Conv2d how) {
    if (filters.rank() != 4) {
      throw new ShapeException("fans: takes filters of rank 4, got " + filters);
    }
    boolean nchw = how.layout() == Layout.NCHW;
    long perGroup = filters.dim(nchw ? 1 : 3);
    long taps = nchw ? filters.dim(2) * filters.dim(3) : filters.dim(1) * filters.dim(2);
    return new Fans(perGroup * taps, filters.dim(0) / how.groups() * taps);
  }

  /** Of the same weights used the other way round: those of a transposed convolution. */
  public Fans reversed() {
    return new Fans(out, in);
  }
}
