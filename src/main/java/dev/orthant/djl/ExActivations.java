package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The part of {@link OrthantNDArrayEx}: activations. Each is one elementwise operation, which joins the launch of the
 * product, convolution or normalisation before it.
 */
sealed interface ExActivations extends NDArrayEx permits OrthantNDArrayEx {
  /** DJL's Mish takes the logarithm to base 2 where Misra (2019) has the natural one: x·tanh(log₂(1 + e^x)). */
  Expr MISH =
      Expr.input(0).times(Expr.input(0).softplus().times(1 / Math.log(2)).tanh());

  private OrthantNDArray array() {
    return (OrthantNDArray) getArray();
  }

  /** The activation of a batch norm that waits joins its launch. */
  private NDArray activated(Activation f) {
    if (array().deferred() instanceof Normalized waiting) {
      OrthantNDArray joined = waiting.activated(f);
      if (joined != null) {
        return shown(f.name(), joined);
      }
    }
    return shown(f.name(), array().compute(() -> floating(f.name()).activate(f)));
  }

  /** An activation's result, after whoever watches them has seen it. */
  private static NDArray shown(String name, OrthantNDArray y) {
    OrthantEngine.instance().activated(name, y);
    return y;
  }

  /** What is in the array; whole numbers as FLOAT32, which is what PyTorch makes of them. */
  private Tensor floating(String name) {
    real(name);
    return array().tensor().dtype().isFloating() ? array().tensor() : array().tensor().cast(DType.F32);
  }

  private void real(String name) {
    if (array().isComplex()) {
      throw new DTypeException(name + ": takes real numbers, got " + array().getShape() + " COMPLEX64 on "
          + array().getDevice() + "; take its real() part");
    }
  }

  /** max(x, 0), of whole numbers too; NaN stays. */
  @Override
  default NDArray relu() {
    real("relu");
    DType type = array().getDataType().isFloating() ? DType.F32 : array().tensor().dtype();
    return type.isFloating() ? activated(Activations.RELU)
        : array().compute(() -> array().tensor().apply("relu", type, Expr.input(0).relu(), List.of()));
  }

  @Override
  default NDArray sigmoid() {
    return activated(Activations.SIGMOID);
  }

  @Override
  default NDArray tanh() {
    return activated(Activations.TANH);
  }

  @Override
  default NDArray softPlus() {
    return activated(Activations.SOFTPLUS);
  }

  @Override
  default NDArray softSign() {
    return activated(Activations.SOFTSIGN);
  }

  @Override
  default NDArray leakyRelu(float alpha) {
    return shown("leakyRelu", array().compute(() -> floating("leakyRelu").leakyRelu(alpha)));
  }

  @Override
  default NDArray elu(float alpha) {
    return shown("elu", array().compute(() -> floating("elu").elu(alpha)));
  }

  @Override
  default NDArray selu() {
    return activated(Activations.SELU);
  }

  @Override
  default NDArray gelu() {
    return activated(Activations.GELU);
  }

  @Override
  default NDArray swish(float beta) {
    return shown("swish", array().compute(() -> floating("swish").swish(beta)));
  }

  @Override
  default NDArray mish() {
    return shown("mish", array().compute(() -> floating("mish").apply("mish", MISH, List.of())));
  }

  /**
   * x where it is positive, else alpha·x (He et al. 2015).
   *
   * @param alpha of one element, or one for each channel (axis 1 of the input), or broadcasting to the input
   */
  @Override
  default NDList prelu(NDArray input, NDArray alpha) {
    OrthantNDArray x = ManagerCore.own(input);
    long channels = x.getShape().dimension() < 2 ? 1 : x.getShape().get(1);
    long slopes = alpha.getShape().size();
    if (alpha.getShape().dimension() == 1 && slopes != 1 && slopes != channels) {
      throw new ShapeException("prelu: takes an alpha of 1 element or of one for each of the " + channels
          + " channels, got " + alpha.getShape() + " for " + x.getShape() + " on " + x.getDevice());
    }
    return new NDList(x.compute(() -> x.tensor().prelu(slope(x.weight("prelu", alpha), x.tensor()))));
  }

  private static Tensor slope(Tensor alpha, Tensor x) {
    if (alpha.shape().rank() != 1 || x.shape().rank() < 3 || alpha.shape().elements() == 1) {
      return alpha;
    }
    long[] dims = new long[x.shape().rank() - 1];
    Arrays.fill(dims, 1);
    dims[0] = alpha.shape().elements();
    return alpha.reshape(dims);
  }
}
