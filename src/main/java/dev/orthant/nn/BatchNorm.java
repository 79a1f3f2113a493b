package dev.orthant.nn;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Normalize;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batch norm (Ioffe and Szegedy 2015): y = f((x − mean)/√(variance + ε)·γ + β + residual), channel by channel, of (n,
 * c), signals or images. In training mean and variance are those of the batch, and the running ones follow: running ←
 * (1 − momentum)·running + momentum·batch, the variance with its divisor count − 1, as in PyTorch. In inference they
 * are the running ones, and all is one elementwise launch or part of that of the convolution before.
 *
 * @param gamma (c)
 * @param beta (c)
 * @param mean running, (c)
 * @param variance running, (c)
 * @param activation f, its parameters at their initial values; the identity for none. Another than that is shown to the
 * pass's observer
 */
public record BatchNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, Layout layout, double momentum,
    double epsilon, Activation activation) implements Layer {
  private static final Expr OLD = Expr.input(0);
  private static final Expr NEW = Expr.input(1);

  public BatchNorm {
    if (!(momentum >= 0 && momentum <= 1) || !(epsilon >= 0)) {
      throw new InvalidInputException(
          "batchNorm: momentum must be from 0 to 1 and epsilon from 0, got " + momentum + " and " + epsilon);
    }
  }

  /** γ = 1, β = 0, running mean 0 and variance 1, momentum 0.1, ε = 10⁻⁵, no activation. */
  public static BatchNorm of(Parameters p, long channels, Layout layout) {
    Shape c = Shape.of(channels);
    return p.whole(q -> new BatchNorm(q.learned(c, 1), q.learned(c, 0), q.state(c, 0), q.state(c, 1), layout, 0.1, 1e-5,
        Activations.IDENTITY));
  }

  /** With f done on the way. */
  public BatchNorm activation(Activation f) {
    return new BatchNorm(gamma, beta, mean, variance, layout, momentum, epsilon, f);
  }

  /** With another share of the new batch in the running statistics. */
  public BatchNorm momentum(double value) {
    return new BatchNorm(gamma, beta, mean, variance, layout, value, epsilon, activation);
  }

  /** With another ε, which is added to the variance. */
  public BatchNorm epsilon(double value) {
    return new BatchNorm(gamma, beta, mean, variance, layout, momentum, value, activation);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return forward(x, null, pass);
  }

  /** With {@code residual}, of x's shape, added before the activation; null for none. */
  public Tensor forward(Tensor x, @Nullable Tensor residual, Pass pass) {
    if (x.shape().dim(Channels.axis(x, layout)) != gamma.shape().elements()) {
      throw new ShapeException("batchNorm: has " + gamma.shape().elements() + " channels, got " + x + " in " + layout);
    }
    Tensor y = pass.training() ? train(x, residual) : infer(x, residual);
    if (!activation.equals(Activations.IDENTITY)) {
      pass.observer().accept(activation.name(), y);
    }
    return y;
  }

  /** How many values of {@code x} there are for each channel; throws unless that is enough to train. */
  public long requireBatch(Tensor x) {
    long count = x.shape().elements() / Math.max(1, gamma.shape().elements());
    if (count < 2) {
      throw new ShapeException("batchNorm: training takes at least 2 values per channel, got " + x);
    }
    return count;
  }

  private Tensor train(Tensor x, @Nullable Tensor residual) {
    long count = requireBatch(x);
    Normalize.Result r = Normalize.over(Channels.others(x, layout)).epsilon(epsilon).activation(activation)
        .apply(x, along(gamma, x), along(beta, x), residual);
    try (Tensor batchMean = r.mean(); Tensor batchVariance = r.variance()) {
      follow(batchMean, batchVariance, count);
    }
    return r.y();
  }

  private void follow(Tensor batchMean, Tensor batchVariance, long count) {
    long c = gamma.shape().elements();
    Expr keep = Expr.scalar(0);
    Expr take = Expr.scalar(1);
    Expr unbiased = Expr.scalar(2);
    try (Tensor m = batchMean.reshape(c); Tensor v = batchVariance.reshape(c)) {
      List<Tensor> next = Tensor.applyAll("batchNorm statistics",
          List.of(OLD.times(keep).plus(NEW.times(take)),
              Expr.input(2).times(keep).plus(Expr.input(3).times(take).times(unbiased))),
          List.of(mean.dtype(), variance.dtype()), List.of(mean, m, variance, v), 1 - momentum, momentum,
          (double) count / (count - 1));
      try (Tensor nextMean = next.get(0); Tensor nextVariance = next.get(1)) {
        mean.assign(nextMean);
        variance.assign(nextVariance);
      }
    }
  }

  private Tensor infer(Tensor x, @Nullable Tensor residual) {
    List<Tensor> others = new ArrayList<>(
        List.of(along(mean, x), along(variance, x), along(gamma, x), along(beta, x)));
    Expr scaled = Expr.input(0).minus(Expr.input(1)).div(Expr.input(2).plus(Expr.scalar(0)).sqrt())
        .times(Expr.input(3)).plus(Expr.input(4));
    if (residual != null) {
      others.add(residual);
      scaled = scaled.plus(Expr.input(5));
    }
    Tensor y = x.apply("batchNorm", activation.apply(scaled), others, epsilon);
    return y.dtype() == x.dtype() ? y : y.cast(x.dtype());
  }

  private Tensor along(Tensor values, Tensor x) {
    return Channels.along(values, x, layout);
  }

  @Override
  public List<Variable> variables() {
    return List.of(new Variable("weight", gamma, true), new Variable("bias", beta, true),
        new Variable("running_mean", mean, false), new Variable("running_var", variance, false));
  }
}
