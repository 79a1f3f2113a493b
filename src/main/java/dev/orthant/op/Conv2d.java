package dev.orthant.op;

import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;

/**
 * Two-dimensional convolution (cross-correlation, as in cuDNN and ONNX) with an epilogue:
 *
 * <p>y[n, k, p, q] = epilogue(Σ x[n, c, p·stride − pad + r·dilation, q·stride − pad + s·dilation] · w[k, c, r, s]),
 * summed over the c of k's group, r and s; what lies outside the image counts as 0.
 *
 * <p>Shapes: see {@link Layout}. {@code groups = c} is depthwise. A one-dimensional convolution is the view with h = r
 * = 1.
 *
 * @param math how F32 operands are multiplied, in its gradients as well
 */
public record Conv2d(Window window, int groups, Layout layout, Epilogue epilogue, MathMode math)
    implements Contraction {
  /** Stride 1, no padding, one group, NCHW. */
  public static final Conv2d PLAIN = new Conv2d(Window.UNIT, 1, Layout.NCHW, Epilogue.NONE, MathMode.IEEE);

  /**
   * The extents of a convolution: images, channels, height, width; filters, their height and width; output height and
   * width.
   */
  public record Extents(long n, long c, long h, long w, long k, long r, long s, long p, long q) {}

  /** {@link #PLAIN} with the same stride along both axes. */
  public static Conv2d stride(int stride) {
    return PLAIN.strides(stride, stride);
  }

  /** With these strides along height and width, each at least 1. */
  public Conv2d strides(int h, int w) {
    return new Conv2d(window.stride(h, w), groups, layout, epilogue, math);
  }

  /** The same padding on all four sides. */
  public Conv2d padding(int all) {
    return padding(all, all, all, all);
  }

  /** With this zero padding on each side, in pixels, each from 0. */
  public Conv2d padding(int top, int left, int bottom, int right) {
    return new Conv2d(window.padding(top, left, bottom, right), groups, layout, epilogue, math);
  }

  /** With these distances between neighbouring taps, each at least 1. */
  public Conv2d dilation(int h, int w) {
    return new Conv2d(window.dilation(h, w), groups, layout, epilogue, math);
  }

  /** In {@code count} groups, which divide channels and filters; as many as channels is depthwise. */
  public Conv2d groups(int count) {
    return new Conv2d(window, count, layout, epilogue, math);
  }

  /** With images and filters in another layout. */
  public Conv2d layout(Layout other) {
    return new Conv2d(window, groups, other, epilogue, math);
  }

  /** This convolution computed in another way. */
  public Conv2d math(MathMode other) {
    return new Conv2d(window, groups, layout, epilogue, other);
  }

  @Override
  public Conv2d withEpilogue(Epilogue other) {
    return new Conv2d(window, groups, layout, other, math);
  }

  @Override
  public String name() {
    return "conv2d";
  }

  /** All extents of operands that are valid for this op. */
  public Extents extents(TensorSpec x, TensorSpec w) {
    int ha = layout.heightAxis();
    long h = x.shape().dim(ha);
    long width = x.shape().dim(ha + 1);
    long r = w.shape().dim(ha);
    long s = w.shape().dim(ha + 1);
    return new Extents(x.shape().dim(0), x.shape().dim(layout.channelAxis()), h, width, w.shape().dim(0), r, s,
        window.outputHeight(h, r), window.outputWidth(width, s));
  }

  @Override
  public TensorSpec product(TensorSpec x, TensorSpec w) {
    String given = "images " + x + ", filters " + w + " in " + layout;
    if (x.shape().rank() != 4 || w.shape().rank() != 4) {
      throw new ShapeException("conv2d: takes rank 4 images and filters, got " + given);
    }
    int ha = layout.heightAxis();
    String fault = window.fault(x.shape().dim(ha), x.shape().dim(ha + 1), w.shape().dim(ha), w.shape().dim(ha + 1));
    if (!fault.isEmpty()) {
      throw new ShapeException("conv2d: " + fault + "; " + given);
    }
    Extents e = extents(x, w);
    long perGroup = w.shape().dim(layout.channelAxis());
    if (groups < 1 || e.c % groups != 0 || e.k % groups != 0) {
      throw new ShapeException(
          "conv2d: groups " + groups + " must divide the " + e.c + " channels and the " + e.k + " filters; " + given);
    }
    if (perGroup != e.c / groups) {
      throw new ShapeException(
          "conv2d: filters have " + perGroup + " channels, expected " + e.c / groups + " (" + e.c + " channels in "
              + groups + " groups); " + given);
    }
    if (e.r < 1 || e.s < 1 || e.p < 1 || e.q < 1) {
      throw new ShapeException("conv2d: the filter does not fit the padded image; " + given + ", " + window);
    }
    try {
      return layout == Layout.NCHW ? TensorSpec.of(x.dtype(), e.n, e.k, e.p, e.q)
          : TensorSpec.of(x.dtype(), e.n, e.p, e.q, e.k);
    } catch (ShapeException overflow) {
      throw new ShapeException("conv2d: " + overflow.getMessage() + "; " + given + ", " + window);
    }
  }

  @Override
  public long depth(TensorSpec x, TensorSpec w) {
    Extents e = extents(x, w);
    return e.c / groups * e.r * e.s;
  }

  @Override
  public void terms(TensorSpec image, TensorSpec filter, long output, TermVisitor visitor) {
    Extents e = extents(image, filter);
    boolean nchw = layout == Layout.NCHW;
    long k = nchw ? output / (e.p * e.q) % e.k : output % e.k;
    long q = nchw ? output % e.q : output / e.k % e.q;
    long p = nchw ? output / e.q % e.p : output / (e.k * e.q) % e.p;
    long n = output / (e.k * e.p * e.q);
    long perGroup = e.c / groups;
    long first = k / (e.k / groups) * perGroup;
    for (long c = 0; c < perGroup; c++) {
      for (long r = 0; r < e.r; r++) {
        for (long s = 0; s < e.s; s++) {
          long y = p * window.strideH() - window.padTop() + r * window.dilationH();
          long x = q * window.strideW() - window.padLeft() + s * window.dilationW();
          if (y >= 0 && y < e.h && x >= 0 && x < e.w) {
            visitor.multiply(index(n, first + c, y, x, e.c, e.h, e.w), index(k, c, r, s, perGroup, e.r, e.s));
          }
        }
      }
    }
  }

  /** The element (n, c, y, x) of a tensor in this layout. */
  long index(long n, long c, long y, long x, long channels, long height, long width) {
    return layout == Layout.NCHW ? ((n * channels + c) * height + y) * width + x
        : ((n * height + y) * width + x) * channels + c;
  }
}
