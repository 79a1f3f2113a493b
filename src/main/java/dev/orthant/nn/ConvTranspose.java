package dev.orthant.nn;

import dev.orthant.core.Shape;
import dev.orthant.op.Conv2d;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution (Zeiler et al. 2010): from (n, k, p, q) to (n, c, h, w), see {@link Tensor#convTranspose2d}.
 *
 * @param weight filters (k, c/groups, r, s), in NHWC (k, r, s, c/groups): those of the convolution from c to k channels
 * that this is the transpose of
 * @param bias (c); null for none
 * @param extra rows and columns more at the end
 */
public record ConvTranspose(Tensor weight, @Nullable Tensor bias, Conv2d how, int extra) implements Layer {
  /**
   * From {@code in} to {@code out} channels by {@code size} × {@code size} filters; weights as {@link Initializer#he},
   * bias 0.
   */
  public static ConvTranspose of(Parameters p, long in, long out, int size, Conv2d how, int extra) {
    Shape shape = Conv.filters(out, in, size, size, how);
    return p.whole(q -> new ConvTranspose(q.learned(shape, Fans.conv(shape, how).reversed(), Initializer.he()),
        q.learned(Shape.of(out), 0), how, extra));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x.convTranspose2d(weight, how, extra);
    return bias == null ? y : y.addChannelBias(bias, how.layout());
  }

  @Override
  public List<Variable> variables() {
    return Linear.withBias(weight, bias);
  }
}
