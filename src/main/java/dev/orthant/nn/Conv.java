package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images; bias, and an activation called on the result, join the launch.
 *
 * @param weight filters (k, c/groups, r, s), in NHWC (k, r, s, c/groups)
 * @param bias (k); null for none
 * @param how stride, padding, dilation, groups, layout
 */
public record Conv(Tensor weight, @Nullable Tensor bias, Conv2d how) implements Layer {
  /** {@code size} × {@code size} filters as {@link Initializer#he}, bias 0. */
  public static Conv of(Parameters p, long in, long out, int size, Conv2d how) {
    return of(p, in, out, size, size, how, Initializer.he());
  }

  /** {@code height} × {@code width} filters from {@code initializer}, bias 0. */
  public static Conv of(Parameters p, long in, long out, int height, int width, Conv2d how, Initializer initializer) {
    Shape shape = filters(in, out, height, width, how);
    return p
        .whole(q -> new Conv(q.learned(shape, Fans.conv(shape, how), initializer), q.learned(Shape.of(out), 0), how));
  }

  /** Without a bias: before a batch norm, which brings its own. */
  public static Conv plain(Parameters p, long in, long out, int size, Conv2d how) {
    Shape shape = filters(in, out, size, size, how);
    return new Conv(p.learned(shape, Fans.conv(shape, how), Initializer.he()), null, how);
  }

  /** The shape of {@code k} filters for {@code c} channels. */
  static Shape filters(long c, long k, int height, int width, Conv2d how) {
    if (how.groups() < 1 || c % how.groups() != 0 || k % how.groups() != 0) {
      throw new ShapeException(
          "conv: " + how.groups() + " groups must divide " + c + " channels and " + k + " filters");
    }
    long perGroup = c / how.groups();
    return how.layout() == Layout.NCHW ? Shape.of(k, perGroup, height, width) : Shape.of(k, height, width, perGroup);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.conv2d(weight, how);
    return bias == null ? y : y.addChannelBias(bias, how.layout());
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(weight, bias);
  }
}
