package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.nn.Sliding;
import dev.orthant.op.MatMul;
import dev.orthant.tensor.Normalize;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArrayEx}: layers. What follows them, such as an activation, joins their launch. */
sealed interface ExLayers extends NDArrayEx permits OrthantNDArrayEx {
  private static @Nullable Tensor tensor(String layer, OrthantNDArray with, @Nullable NDArray array) {
    return array == null ? null : with.weight(layer, array);
  }

  @Override
  default NDList convolution(NDArray input, NDArray weight, @Nullable NDArray bias, Shape stride, Shape padding,
      Shape dilation, int groups) {
    OrthantNDArray x = ManagerCore.own(input);
    Sliding s = Sliding.of("convolution", axes("convolution", weight), stride, padding, dilation);
    return new NDList(
        x.compute(() -> Convolutions.convolve(x.tensor(), x.weight("convolution", weight),
            tensor("convolution", x, bias), s, groups)));
  }

  /**
   * The filters are (c, k/groups, …), or as DJL's Deconvolution blocks make them: see {@link Convolutions#transposed}.
   */
  @Override
  default NDList deconvolution(NDArray input, NDArray weight, @Nullable NDArray bias, Shape stride, Shape padding,
      Shape outPadding, Shape dilation, int groups) {
    OrthantNDArray x = ManagerCore.own(input);
    int axes = axes("deconvolution", weight);
    Sliding s = Sliding.of("deconvolution", axes, stride, padding, dilation);
    List<Integer> extra = Sliding.extents("deconvolution", "outPadding", axes, outPadding, 0, 0);
    for (int i = 0; i < axes; i++) {
      if (extra.get(i) >= s.stride().get(i)) {
        throw new ShapeException(
            "deconvolution: the outPadding must be less than the stride " + stride + ", got " + outPadding);
      }
    }
    return new NDList(x.compute(
        () -> Convolutions.transposed(x.tensor(), x.weight("deconvolution", weight), tensor("deconvolution", x, bias),
            s, extra, groups)));
  }

  private static int axes(String name, NDArray weight) {
    int rank = weight.getShape().dimension();
    if (rank < 3 || rank > 5) {
      throw new ShapeException(name + ": takes filters of rank 3 to 5, got " + weight.getShape() + " on "
          + weight.getDevice());
    }
    return rank - 2;
  }

  /** x (…, in) with a weight (out, in) and a bias (out) gives (…, out). */
  @Override
  default NDList linear(NDArray input, NDArray weight, @Nullable NDArray bias) {
    OrthantNDArray x = ManagerCore.own(input);
    Shape in = x.getShape();
    Shape w = weight.getShape();
    if (w.dimension() != 2 || in.dimension() < 1 || in.get(in.dimension() - 1) != w.get(1)
        || (bias != null && !bias.getShape().equals(new Shape(w.get(0))))) {
      throw new ShapeException("linear: takes (…, in), a weight (out, in) and a bias (out), got " + in + ", " + w
          + (bias == null ? "" : " and " + bias.getShape()) + " on " + x.getDevice());
    }
    if (!x.getDataType().isFloating()) {
      NDArray y = x.matMul(weight.transpose());
      return new NDList(bias == null ? y : y.add(bias));
    }
    return new NDList(x.compute(() -> {
      Tensor rows = in.dimension() == 1 ? x.tensor().expandDims(0) : x.tensor();
      Tensor y = rows.matMul(x.weight("linear", weight), MatMul.PLAIN.rhsTransposed());
      Tensor biased = bias == null ? y : y.add(x.weight("linear", bias));
      return in.dimension() == 1 ? biased.squeeze(0) : biased;
    }));
  }

  /**
   * Rows of a weight (numbers, features), picked by whole numbers. The gradient is dense whichever format is asked for.
   */
  @Override
  default NDList embedding(NDArray input, NDArray weight, SparseFormat sparse) {
    OrthantNDArray ids = ManagerCore.own(input);
    if (!ids.getDataType().isInteger() || weight.getShape().dimension() != 2) {
      throw new DTypeException("embedding: takes INT32 or INT64 numbers of rows of a weight (numbers, features), got "
          + ids.getShape() + ' ' + ids.getDataType() + " and " + weight.getShape() + " on " + ids.getDevice());
    }
    return new NDList(ids.compute(() -> ids.operand(weight).gather(0, ids.tensor())));
  }

  /**
   * In training each element is 0 with probability {@code rate}, else divided by 1 − rate (Srivastava et al. 2014); of
   * rate 1 all are 0.
   */
  @Override
  default NDList dropout(NDArray input, float rate, boolean training) {
    OrthantNDArray x = ManagerCore.own(input);
    if (!(rate >= 0 && rate <= 1)) {
      throw new InvalidInputException("dropout: the rate must be from 0 to 1, got " + rate);
    }
    if (!training || rate == 0) {
      return new NDList(x.view(new ArrayCore.Lens(t -> t, (before, now) -> now)));
    }
    return new NDList(x.compute(
        () -> x.tensor().dropout(rate, OrthantEngine.instance().random().take(x.tensor().shape().elements()))));
  }

  /** y = (x − mean)/√(variance + eps)·gamma + beta over the last axes (Ba et al. 2016). */
  @Override
  default NDList layerNorm(NDArray input, Shape normalizedShape, @Nullable NDArray gamma, @Nullable NDArray beta,
      float eps) {
    OrthantNDArray x = ManagerCore.own(input);
    int rank = x.getShape().dimension();
    int axes = normalizedShape.dimension();
    if (axes < 1 || axes > rank || !x.getShape().slice(rank - axes).equals(normalizedShape)
        || !fits(gamma, normalizedShape) || !fits(beta, normalizedShape)) {
      throw new ShapeException("layerNorm: the normalized shape " + normalizedShape
          + " must be the end of the input's and the shape of gamma and beta, got " + x.getShape() + " on "
          + x.getDevice());
    }
    Integer[] last = IntStream.rangeClosed(1, axes).mapToObj(i -> -i).toArray(Integer[]::new);
    return new NDList(x.compute(() -> Normalize.over(last).epsilon(eps)
        .apply(x.tensor(), tensor("layerNorm", x, gamma), tensor("layerNorm", x, beta), null).y()));
  }

  private static boolean fits(@Nullable NDArray parameter, Shape shape) {
    return parameter == null || parameter.getShape().equals(shape);
  }

  /**
   * See {@link BatchNorms}; in training the result waits for an addition and an activation that may follow:
   * {@link BatchNormalized}.
   */
  @Override
  default NDList batchNorm(NDArray input, NDArray runningMean, NDArray runningVar, @Nullable NDArray gamma,
      @Nullable NDArray beta, int axis, float momentum, float eps, boolean training) {
    OrthantNDArray x = ManagerCore.own(input);
    OrthantNDArray mean = ManagerCore.own(runningMean);
    OrthantNDArray variance = ManagerCore.own(runningVar);
    BatchNorms how = BatchNorms.of(x, mean, variance, gamma, beta, axis, 1 - momentum, eps);
    return new NDList(training ? how.train(x, mean, variance) : how.infer(x));
  }
}
