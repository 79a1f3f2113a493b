package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activations;
import dev.orthant.nn.BatchNorm;
import dev.orthant.nn.Pass;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import dev.orthant.tensor.graph.FusionSwitch;
import org.jspecify.annotations.Nullable;

/**
 * DJL's batch norm (Ioffe and Szegedy 2015), as its PyTorch engine does it, by {@link BatchNorm}.
 *
 * @param norm its tensors are these arrays' own, kept when those are written or closed
 * @param axis the channels'
 */
record BatchNorms(BatchNorm norm, int axis) implements AutoCloseable {
  /**
   * What the arrays hold now.
   *
   * @param axis the channels'; −1 means 1, as with PyTorch
   * @param follow how far the running statistics follow the batch's: 0 not at all, 1 wholly
   */
  static BatchNorms of(OrthantNDArray x, OrthantNDArray mean, OrthantNDArray variance, @Nullable NDArray gamma,
      @Nullable NDArray beta, int axis, float follow, float epsilon) {
    ai.djl.ndarray.types.Shape shape = x.getShape();
    int at = axis == -1 ? 1 : axis;
    if (shape.dimension() < 2 || at < 0 || at >= shape.dimension() || !x.getDataType().isFloating()) {
      throw new ShapeException("batchNorm: takes floating numbers (n, c, …) and an axis of them, got " + shape + ' '
          + x.getDataType() + " and " + axis + " on " + x.getDevice());
    }
    long channels = shape.get(at);
    for (NDArray a : new @Nullable NDArray[] {mean, variance, gamma, beta}) {
      if (a != null && !a.getShape().equals(new ai.djl.ndarray.types.Shape(channels))) {
        throw new ShapeException("batchNorm: takes statistics, gamma and beta of the " + channels + " channels of "
            + shape + ", got " + a.getShape() + " on " + x.getDevice());
      }
    }
    Layout layout = at == shape.dimension() - 1 && at != 1 ? Layout.NHWC : Layout.NCHW;
    return new BatchNorms(new BatchNorm(along(x, gamma, channels, 1), along(x, beta, channels, 0),
        kept(x.weight("batchNorm", mean)), kept(x.weight("batchNorm", variance)), layout, follow, epsilon,
        Activations.IDENTITY), at);
  }

  /** The tensor, to be closed on its own; what is computed from it later is recorded only if that is so now. */
  static Tensor kept(Tensor t) {
    return ManagerCore.owned(() -> Tape.isOpen() ? t : t.detach());
  }

  private static Tensor along(OrthantNDArray x, @Nullable NDArray values, long channels, double absent) {
    return values != null ? kept(x.weight("batchNorm", values)) : ManagerCore.owned(
        () -> Tensor.full(x.tensor().device(), x.tensor().dtype().compute(), Shape.of(channels), absent));
  }

  /** By the running statistics. */
  OrthantNDArray infer(OrthantNDArray x) {
    try (this) {
      return x.compute(() -> forward(x.tensor(), Pass.inference()));
    }
  }

  /** By the batch's statistics, which the running ones then follow; of nothing there are none. */
  OrthantNDArray train(OrthantNDArray x, OrthantNDArray mean, OrthantNDArray variance) {
    if (x.getShape().size() == 0) {
      return infer(x);
    }
    if (FusionSwitch.isOn() && isPlain(x.getShape().dimension())) {
      return BatchNormalized.waiting(norm, x, mean, variance);
    }
    try (this) {
      OrthantNDArray y =
          x.compute(() -> forward(x.tensor(), Pass.training(OrthantEngine.instance().random())));
      mean.update(ManagerCore.owned(norm::mean));
      variance.update(ManagerCore.owned(norm::variance));
      return y;
    }
  }

  /** Whether the channels are where {@link BatchNorm} expects them. */
  private boolean isPlain(int rank) {
    return axis == 1 || axis == rank - 1;
  }

  private Tensor forward(Tensor x, Pass pass) {
    int rank = x.shape().rank();
    if (isPlain(rank)) {
      return norm.forward(x, pass);
    }
    int[] swapped = java.util.stream.IntStream.range(0, rank).map(d -> d == 1 ? axis : d == axis ? 1 : d).toArray();
    return norm.forward(x.transpose(swapped), pass).transpose(swapped);
  }

  @Override
  public void close() {
    norm.gamma().close();
    norm.beta().close();
    norm.mean().close();
    norm.variance().close();
  }
}
