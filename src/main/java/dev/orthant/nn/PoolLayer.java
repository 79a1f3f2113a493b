package dev.orthant.nn;

import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** Pooling of images: the largest, the average or the p-norm of each window. */
public record PoolLayer(Pool2d how) implements Layer {
  /** The largest of each {@code size} × {@code size} window, {@code stride} apart. */
  public static PoolLayer max(int size, int stride, Layout layout) {
    return of(Pool2d.Kind.MAX, size, stride, layout);
  }

  /** The average of each {@code size} × {@code size} window, {@code stride} apart. */
  public static PoolLayer average(int size, int stride, Layout layout) {
    return of(Pool2d.Kind.AVERAGE, size, stride, layout);
  }

  private static PoolLayer of(Pool2d.Kind kind, int size, int stride, Layout layout) {
    return new PoolLayer(new Pool2d(kind, size, size, Window.UNIT.stride(stride, stride), layout, false, 0));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return x.pool2d(how);
  }

  @Override
  public List<Variable> variables() {
    return List.of();
  }
}
