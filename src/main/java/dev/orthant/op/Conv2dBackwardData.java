package dev.orthant.op;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;

/**
 * The gradient of {@link Conv2d} by its images, which is also the transposed convolution: inputs dy (lhs) and the
 * filters w (rhs) of the forward pass, output dx = epilogue(Σ dy[n, k, p, q]·w[k, c, r, s]) over all k, p, q, r, s that
 * the forward pass multiplied with x[n, c, y, x].
 *
 * @param forward its window, groups and layout; its epilogue is not used
 * @param height of the images: a stride leaves several possible
 * @param width of the images
 */
public record Conv2dBackwardData(Conv2d forward, long height, long width, Epilogue epilogue) implements Contraction {
  @Override
  public MathMode math() {
    return forward.math();
  }

  @Override
  public String name() {
    return "conv2d_backward_data";
  }

  @Override
  public Conv2dBackwardData withEpilogue(Epilogue other) {
    return new Conv2dBackwardData(forward, height, width, other);
  }

  /** The images of the forward pass. */
  public TensorSpec images(TensorSpec dy, TensorSpec w) {
    long n = dy.shape().dim(0);
    long c = w.shape().dim(forward.layout().channelAxis()) * forward.groups();
    return forward.layout() == Layout.NCHW ? TensorSpec.of(dy.dtype(), n, c, height, width)
        : TensorSpec.of(dy.dtype(), n, height, width, c);
  }

  @Override
  public TensorSpec product(TensorSpec dy, TensorSpec w) {
    if (dy.shape().rank() != 4 || w.shape().rank() != 4 || height < 0 || width < 0) {
      throw new ShapeException("conv2d_backward_data: takes rank 4 gradients and filters, got " + dy + ", " + w
          + " for images of " + height + " x " + width);
    }
    Window window = forward.window();
    int groups = forward.groups();
    String fault = window.fault(height, width, 1, 1);
    if (!fault.isEmpty() || groups < 1 || w.shape().dim(forward.layout().channelAxis()) > Long.MAX_VALUE / groups) {
      throw new ShapeException("conv2d_backward_data: " + (fault.isEmpty() ? "groups " + groups : fault)
          + "; gradients " + dy + ", filters " + w + " for images of " + height + " x " + width);
    }
    TensorSpec x = images(dy, w);
    Shape expected = forward.product(x, w).shape();
    if (!expected.equals(dy.shape())) {
      throw new ShapeException("conv2d_backward_data: images of " + height + " x " + width + " and filters " + w
          + " give " + expected + ", got gradients " + dy + " (" + forward.window() + ")");
    }
    return x;
  }

  @Override
  public long depth(TensorSpec dy, TensorSpec w) {
    Conv2d.Extents e = forward.extents(images(dy, w), w);
    return e.k() / forward.groups() * e.r() * e.s();
  }

  @Override
  public void terms(TensorSpec dy, TensorSpec w, long output, TermVisitor visitor) {
    Conv2d.Extents e = forward.extents(images(dy, w), w);
    boolean nchw = forward.layout() == Layout.NCHW;
    long plane = e.h() * e.w();
    long c = nchw ? output / plane % e.c() : output % e.c();
    long pixel = nchw ? output % plane : output / e.c() % plane;
    long n = output / (e.c() * plane);
    long perGroup = e.c() / forward.groups();
    long filters = e.k() / forward.groups();
    Window at = forward.window();
    for (long f = 0; f < filters; f++) {
      long k = c / perGroup * filters + f;
      for (long r = 0; r < e.r(); r++) {
        for (long s = 0; s < e.s(); s++) {
          long p = pixel / e.w() + at.padTop() - r * at.dilationH();
          long q = pixel % e.w() + at.padLeft() - s * at.dilationW();
          if (p >= 0 && q >= 0 && p % at.strideH() == 0 && q % at.strideW() == 0 && p / at.strideH() < e.p()
              && q / at.strideW() < e.q()) {
            visitor.multiply(forward.index(n, k, p / at.strideH(), q / at.strideW(), e.k(), e.p(), e.q()),
                forward.index(k, c % perGroup, r, s, perGroup, e.r(), e.s()));
          }
        }
      }
    }
  }
}
