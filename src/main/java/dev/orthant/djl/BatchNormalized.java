package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.nn.BatchNorm;
import dev.orthant.nn.Pass;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch norm in training that waits: an activation, or an addition and an activation, behind it join its launch.
 * Three arrays wait, the result and both running statistics. The statistics follow with the first launch. A result that
 * is wanted on its own besides is computed again.
 *
 * <p>The operands are kept as they are now, until nobody can ask for anything any more.
 */
final class BatchNormalized implements Normalized {
  private final BatchNorm norm;
  private final Tensor x;
  private final OrthantNDArray y;
  private final List<OrthantNDArray> statistics;
  private boolean followed;
  /** Who may still ask: the result, the statistics, sums. With the last the operands go. */
  private int askers = 2;

  private BatchNormalized(BatchNorm norm, OrthantNDArray input, OrthantNDArray mean, OrthantNDArray variance) {
    this.norm = norm;
    this.x = BatchNorms.kept(input.tensor());
    this.y = new OrthantNDArray(input.getManager(), input.getDevice(), null, false);
    this.statistics = List.of(mean, variance);
  }

  /** The result of {@code norm}, whose tensors are taken over, in training; it waits. */
  static OrthantNDArray waiting(BatchNorm norm, OrthantNDArray x, OrthantNDArray mean, OrthantNDArray variance) {
    norm.requireBatch(x.tensor());
    BatchNormalized result = new BatchNormalized(norm, x, mean, variance);
    result.y.defer(result);
    mean.defer(result);
    variance.defer(result);
    return result.y;
  }

  /**
   * a + b that waits as well, if one of them waits and the other is of its shape, type and device; else null. To be
   * asked at the top of an addition.
   */
  static @Nullable NDArray joinedAdd(NDArray a, NDArray b) {
    NDArray sum = sum(a, b);
    return sum != null ? sum : sum(b, a);
  }

  private static @Nullable NDArray sum(NDArray a, NDArray b) {
    if (!(a instanceof OrthantNDArray first) || !(b instanceof OrthantNDArray second)
        || !(first.deferred() instanceof BatchNormalized waiting) || !second.getShape().equals(first.getShape())
        || second.getDataType() != first.getDataType() || !second.getDevice().equals(first.getDevice())) {
      return null;
    }
    // Which may have been waiting for this very norm.
    Tensor added = second.tensor();
    return first.deferred() instanceof BatchNormalized ? waiting.plus(added) : null;
  }

  private synchronized @Nullable NDArray plus(Tensor residual) {
    if (askers == 0) {
      return null;
    }
    askers++;
    return new Sum(residual).array;
  }

  // ---- the launch --------------------------------------------------------------------------------------------------

  /** f(y + residual). */
  private synchronized Tensor launch(@Nullable Tensor residual, Activation f) {
    Pass pass = Pass.training(OrthantEngine.instance().random());
    if (!followed) {
      Tensor result = ManagerCore.owned(() -> norm.activation(f).forward(x, residual, pass));
      followed = true;
      statistics.get(0).settle(norm.mean());
      statistics.get(1).settle(norm.variance());
      release();
      return result;
    }
    // Once more: what the statistics would become is thrown away.
    return ManagerCore.owned(() -> new BatchNorm(norm.gamma(), norm.beta(), norm.gamma().detach(),
        norm.beta().detach(), norm.layout(), norm.momentum(), norm.epsilon(), f).forward(x, residual, pass));
  }

  private OrthantNDArray array(@Nullable Tensor value) {
    return new OrthantNDArray(y.getManager(), y.getDevice(), value, false);
  }

  private synchronized void release() {
    if (--askers == 0) {
      x.close();
      norm.gamma().close();
      norm.beta().close();
    }
  }

  @Override
  public TensorSpec spec(ArrayCore array) {
    return array.isSame(statistics.get(0)) ? norm.mean().spec()
        : array.isSame(statistics.get(1)) ? norm.variance().spec() : x.spec();
  }

  @Override
  public synchronized void force() {
    if (y.isReleased()) {
      if (!followed) {
        launch(null, Activations.IDENTITY).close();
      }
    } else if (y.deferred() != null) {
      y.settle(launch(null, Activations.IDENTITY));
      release();
    }
  }

  @Override
  public @Nullable OrthantNDArray activated(Activation f) {
    return y.deferred() == null ? null : array(launch(null, f));
  }

  @Override
  public void closed(ArrayCore array) {
    if (array.isSame(y)) {
      release();
    }
  }

  /** The norm with something added. */
  private final class Sum implements Normalized {
    private final Tensor residual;
    private final OrthantNDArray array;

    Sum(Tensor residual) {
      this.residual = BatchNorms.kept(residual);
      this.array = BatchNormalized.this.array(null);
      array.defer(this);
    }

    @Override
    public TensorSpec spec(ArrayCore waiting) {
      return x.spec();
    }

    @Override
    public synchronized void force() {
      if (array.deferred() != null) {
        array.settle(launch(residual, Activations.IDENTITY));
        done();
      }
    }

    @Override
    public @Nullable OrthantNDArray activated(Activation f) {
      return array.deferred() == null ? null : BatchNormalized.this.array(launch(residual, f));
    }

    @Override
    public void closed(ArrayCore waiting) {
      done();
    }

    private void done() {
      residual.close();
      release();
    }
  }
}
