package dev.orthant.nn;

import dev.orthant.core.ShapeException;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Where the channels of (n, c), signals and images are. */
final class Channels {
  private Channels() {}

  /** The axis: in NCHW 1, in NHWC the last. */
  static int axis(Tensor x, Layout layout) {
    int rank = x.shape().rank();
    if (rank < 2) {
      throw new ShapeException("takes a batch (n, c), signals or images, got " + x);
    }
    return layout == Layout.NCHW ? 1 : rank - 1;
  }

  /** A view of one value per channel that broadcasts to {@code x}. */
  static Tensor along(Tensor values, Tensor x, Layout layout) {
    int axis = axis(x, layout);
    int rank = x.shape().rank();
    if (axis == rank - 1) {
      return values;
    }
    long[] dims = new long[rank - axis];
    Arrays.fill(dims, 1);
    dims[0] = values.shape().elements();
    return values.reshape(dims);
  }

  /** All axes but that of the channels. */
  static Integer[] others(Tensor x, Layout layout) {
    int axis = axis(x, layout);
    return IntStream.range(0, x.shape().rank()).filter(d -> d != axis).boxed().toArray(Integer[]::new);
  }
}
