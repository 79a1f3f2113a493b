package dev.orthant.djl;

import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.nn.Sliding;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Window;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions along one, two and three axes, and their transposes, each one two-dimensional product: a signal is an
 * image of height 1; of a volume each slice of the result is an image, whose channels are the slices under the filter.
 */
final class Convolutions {
  private Convolutions() {}

  private static Conv2d how(Sliding s, int first, int groups) {
    boolean flat = s.stride().size() == 1;
    int h = first;
    int w = flat ? first : first + 1;
    Window window = Window.UNIT.stride(flat ? 1 : s.stride().get(h), s.stride().get(w))
        .padding(flat ? 0 : s.padding().get(h), s.padding().get(w), flat ? 0 : s.padding().get(h), s.padding().get(w))
        .dilation(flat ? 1 : s.dilation().get(h), s.dilation().get(w));
    return new Conv2d(window, groups, Layout.NCHW, Conv2d.PLAIN.epilogue(), Conv2d.PLAIN.math());
  }

  /** Checks what both directions share; {@code outputs} is the number of channels that come out. */
  private static void check(String name, Tensor x, Tensor w, @Nullable Tensor bias, int groups, long outputs) {
    String given = "an input " + x.spec() + " with filters " + w.spec() + " in " + groups + " groups"
        + (bias == null ? "" : " and a bias " + bias.spec()) + " on " + x.device().name();
    int dims = w.shape().rank() - 2;
    if (dims < 1 || dims > 3 || x.shape().rank() != dims + 2) {
      throw new ShapeException(name
          + ": takes filters of rank 3 to 5 and an input of their rank, or without the batch one less; got " + given);
    }
    if (groups < 1 || w.shape().dim(0) % groups != 0) {
      throw new ShapeException(name + ": the groups must divide the channels and the filters; got " + given);
    }
    if (x.dtype() != w.dtype() || (bias != null && bias.dtype() != x.dtype())) {
      throw new DTypeException(name + ": takes one type; convert with toType. Got " + given);
    }
    if (bias != null && !bias.shape().equals(Shape.of(outputs))) {
      throw new ShapeException(name + ": takes a bias of " + outputs + " elements; got " + given);
    }
  }

  private static Tensor batched(Tensor x, Tensor w, UnaryOperator<Tensor> work) {
    return x.shape().rank() == w.shape().rank() - 1 ? work.apply(x.expandDims(0)).squeeze(0) : work.apply(x);
  }

  private static Tensor biased(Tensor y, @Nullable Tensor bias) {
    return bias == null ? y : y.addChannelBias(bias, Layout.NCHW);
  }

  // ---- forwards ----------------------------------------------------------------------------------------------------

  /** x (n, c, …) with filters (k, c/groups, …) and bias (k) gives (n, k, …). */
  static Tensor convolve(Tensor input, Tensor w, @Nullable Tensor bias, Sliding s, int groups) {
    return batched(input, w, x -> {
      check("convolution", x, w, bias, groups, w.shape().dim(0));
      return switch (w.shape().rank()) {
        case 3 -> biased(x.expandDims(2).conv2d(w.expandDims(2), how(s, 0, groups)), bias).squeeze(2);
        case 4 -> biased(x.conv2d(w, how(s, 0, groups)), bias);
        default -> volume(x, w, bias, s, groups);
      };
    });
  }

  private static Tensor volume(Tensor x, Tensor w, @Nullable Tensor bias, Sliding s, int groups) {
    int pad = s.padding().getFirst();
    int stride = s.stride().getFirst();
    int dilation = s.dilation().getFirst();
    long taps = w.shape().dim(2);
    Tensor padded = pad == 0 ? x : x.pad(2, pad, pad, 0);
    long depth = Math.floorDiv(padded.shape().dim(2) - dilation * (taps - 1) - 1, stride) + 1;
    if (taps < 1 || depth < 1) {
      throw new ShapeException("convolution: the filters " + w.spec() + " do not fit the padded input " + padded.spec()
          + " on " + x.device().name());
    }
    List<Tensor> under = IntStream.range(0, (int) taps)
        .mapToObj(t -> padded.slice(2, (long) t * dilation, (long) t * dilation + (depth - 1) * stride + 1, stride))
        .toList();
    long[] d = x.shape().dims();
    Tensor images = Tensor.stack(2, under).transpose(0, 3, 1, 2, 4, 5).reshape(d[0] * depth, d[1] * taps, d[3], d[4]);
    long[] f = w.shape().dims();
    Tensor y = biased(images.conv2d(w.reshape(f[0], f[1] * taps, f[3], f[4]), how(s, 1, groups)), bias);
    return y.reshape(d[0], depth, f[0], y.shape().dim(2), y.shape().dim(3)).transpose(0, 2, 1, 3, 4);
  }

  // ---- transposed --------------------------------------------------------------------------------------------------

  /**
   * x (n, c, …) with filters (c, k/groups, …) and bias (k) gives (n, k, …), (extent − 1)·stride − 2·padding +
   * dilation·(filter − 1) + 1 + extra long. DJL's Deconvolution blocks make filters (k, c/groups, …) instead: those are
   * taken where they cannot be meant the other way.
   *
   * @param extra elements more at the end of each axis, less than the stride
   */
  static Tensor transposed(Tensor input, Tensor filters, @Nullable Tensor bias, Sliding s, List<Integer> extra,
      int groups) {
    return batched(input, filters, x -> {
      Tensor w = filters;
      if (w.shape().rank() > 2 && x.shape().dim(1) != w.shape().dim(0)
          && x.shape().dim(1) == w.shape().dim(1) * groups) {
        w = exchanged(w, groups);
      }
      long outputs = w.shape().rank() > 1 ? w.shape().dim(1) * groups : 0;
      check("deconvolution", x, w, bias, groups, outputs);
      if (x.shape().dim(1) != w.shape().dim(0)) {
        throw new ShapeException("deconvolution: the input " + x.spec() + " has " + x.shape().dim(1)
            + " channels, the filters " + w.spec() + " are for " + w.shape().dim(0) + " (on " + x.device().name()
            + ")");
      }
      return switch (w.shape().rank()) {
        case 3 -> biased(x.expandDims(2).convTranspose2d(w.expandDims(2), how(s, 0, groups), 0, extra.get(0)), bias)
            .squeeze(2);
        case 4 -> biased(x.convTranspose2d(w, how(s, 0, groups), extra.get(0), extra.get(1)), bias);
        default -> transposedVolume(x, w, bias, s, extra, groups);
      };
    });
  }

  /** (k, c/groups, …) as (c, k/groups, …). */
  private static Tensor exchanged(Tensor w, int groups) {
    long[] d = w.shape().dims();
    long inner = w.shape().slice(2, d.length).elements();
    Tensor parts = w.reshape(groups, d[0] / groups, d[1], inner).transpose(0, 2, 1, 3);
    long out = d[0] / groups;
    d[0] = d[1] * groups;
    d[1] = out;
    return parts.reshape(d);
  }

  /** The images of all slices under all filter slices, added up where they meet. */
  private static Tensor transposedVolume(Tensor x, Tensor w, @Nullable Tensor bias, Sliding s, List<Integer> extra,
      int groups) {
    long[] d = x.shape().dims();
    long[] f = w.shape().dims();
    long channels = f[1] * groups;
    int stride = s.stride().getFirst();
    int dilation = s.dilation().getFirst();
    int pad = s.padding().getFirst();
    Tensor images = x.transpose(0, 2, 1, 3, 4).reshape(d[0] * d[2], d[1], d[3], d[4]);
    Tensor y = images.convTranspose2d(w.reshape(f[0], f[1] * f[2], f[3], f[4]), how(s, 1, groups), extra.get(1),
        extra.get(2));
    long height = y.shape().dim(2);
    long width = y.shape().dim(3);
    Tensor parts = y.reshape(d[0], d[2], channels, f[2], height * width).transpose(0, 1, 3, 2, 4)
        .reshape(d[0], d[2] * f[2], channels, height * width);
    long full = (d[2] - 1) * stride + dilation * (f[2] - 1) + 1 + extra.getFirst();
    long[] places = IntStream.range(0, Math.toIntExact(d[2] * f[2]))
        .mapToLong(i -> i / f[2] * stride + i % f[2] * dilation).toArray();
    Tensor sums = parts.scatterAdd(1, full, Indices.of(x.device(), Shape.of(places.length), places))
        .slice(1, pad, full - pad);
    long depth = sums.shape().dim(1);
    Tensor volume = sums.transpose(0, 2, 1, 3).reshape(d[0], channels, depth, height, width);
    return bias == null ? volume : volume.add(bias.reshape(channels, 1, 1, 1));
  }
}
