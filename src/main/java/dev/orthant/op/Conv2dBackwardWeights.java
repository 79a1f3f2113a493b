package dev.orthant.op;

import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;

/**
 * The gradient of {@link Conv2d} by its filters: inputs the images x (lhs) of the forward pass and dy (rhs), output
 * dw[k, c, r, s] = epilogue(Σ x[…]·dy[n, k, p, q]) over all n, p, q.
 *
 * @param forward its window, groups and layout; its epilogue is not used
 * @param filterHeight r: a stride leaves several possible
 * @param filterWidth s
 */
public record Conv2dBackwardWeights(Conv2d forward, long filterHeight, long filterWidth, Epilogue epilogue)
    implements Contraction {
  @Override
  public MathMode math() {
    return forward.math();
  }

  @Override
  public String name() {
    return "conv2d_backward_weights";
  }

  @Override
  public Conv2dBackwardWeights withEpilogue(Epilogue other) {
    return new Conv2dBackwardWeights(forward, filterHeight, filterWidth, other);
  }

  /** The filters of the forward pass. */
  public TensorSpec filters(TensorSpec x, TensorSpec dy) {
    int channels = forward.layout().channelAxis();
    long k = dy.shape().dim(channels);
    long c = x.shape().dim(channels) / Math.max(1, forward.groups());
    return forward.layout() == Layout.NCHW ? TensorSpec.of(x.dtype(), k, c, filterHeight, filterWidth)
        : TensorSpec.of(x.dtype(), k, filterHeight, filterWidth, c);
  }

  @Override
  public TensorSpec product(TensorSpec x, TensorSpec dy) {
    if (x.shape().rank() != 4 || dy.shape().rank() != 4 || filterHeight < 0 || filterWidth < 0) {
      throw new ShapeException("conv2d_backward_weights: takes rank 4 images and gradients, got " + x + ", " + dy
          + " for filters of " + filterHeight + " x " + filterWidth);
    }
    TensorSpec w = filters(x, dy);
    if (!forward.product(x, w).shape().equals(dy.shape())) {
      throw new ShapeException("conv2d_backward_weights: images " + x + " and filters " + w + " give "
          + forward.product(x, w).shape() + ", got gradients " + dy + " (" + forward.window() + ")");
    }
    return w;
  }

  @Override
  public long depth(TensorSpec x, TensorSpec dy) {
    Conv2d.Extents e = forward.extents(x, filters(x, dy));
    return e.n() * e.p() * e.q();
  }

  @Override
  public void terms(TensorSpec image, TensorSpec dy, long output, TermVisitor visitor) {
    Conv2d.Extents e = forward.extents(image, filters(image, dy));
    boolean nchw = forward.layout() == Layout.NCHW;
    long perGroup = e.c() / forward.groups();
    long k = output / (perGroup * e.r() * e.s());
    long inside = output % (perGroup * e.r() * e.s());
    long c = nchw ? inside / (e.r() * e.s()) : inside % perGroup;
    long tap = nchw ? inside % (e.r() * e.s()) : inside / perGroup;
    long first = k / (e.k() / forward.groups()) * perGroup;
    Window at = forward.window();
    for (long n = 0; n < e.n(); n++) {
      for (long p = 0; p < e.p(); p++) {
        for (long q = 0; q < e.q(); q++) {
          long y = p * at.strideH() - at.padTop() + tap / e.s() * at.dilationH();
          long x = q * at.strideW() - at.padLeft() + tap % e.s() * at.dilationW();
          if (y >= 0 && y < e.h() && x >= 0 && x < e.w()) {
            visitor.multiply(forward.index(n, first + c, y, x, e.c(), e.h(), e.w()),
                forward.index(n, k, p, q, e.k(), e.p(), e.q()));
          }
        }
      }
    }
  }
}
