package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;

/** The part of {@link OrthantNDArrayEx}: layers. */
abstract class ExLayers extends ExUpdates {
  ExLayers(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDList convolution(NDArray input, NDArray weight, NDArray bias, Shape stride, Shape padding, Shape dilation,
      int groups) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList deconvolution(NDArray input, NDArray weight, NDArray bias, Shape stride, Shape padding,
      Shape outPadding, Shape dilation, int groups) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList linear(NDArray input, NDArray weight, NDArray bias) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList embedding(NDArray input, NDArray weight, SparseFormat sparse) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList dropout(NDArray input, float rate, boolean training) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList layerNorm(NDArray input, Shape normalizedShape, NDArray gamma, NDArray beta, float eps) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList batchNorm(NDArray input, NDArray runningMean, NDArray runningVar, NDArray gamma, NDArray beta, int axis,
      float momentum, float eps, boolean training) {
    throw new UnsupportedOperationException("not yet");
  }
}
