package dev.orthant.djl;

import ai.djl.ndarray.NDList;

/** The part of {@link OrthantNDArrayEx}: what optimizers do to a parameter. */
abstract class ExUpdates extends ExPooling {
  ExUpdates(OrthantNDArray array) {
    super(array);
  }

  @Override
  public void adadeltaUpdate(NDList inputs, NDList weights, float weightDecay, float rescaleGrad, float clipGrad,
      float rho, float epsilon) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void adagradUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float epsilon) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void adamUpdate(NDList inputs, NDList weights, float learningRate, float learningRateBiasCorrection,
      float weightDecay, float rescaleGrad, float clipGrad, float beta1, float beta2, float epsilon, boolean lazyUpdate,
      boolean adamw) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void nagUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float momentum) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void rmspropUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float rho, float momentum, float epsilon, boolean centered) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void sgdUpdate(NDList inputs, NDList weights, float learningRate, float weightDecay, float rescaleGrad,
      float clipGrad, float momentum, boolean lazyUpdate) {
    throw new UnsupportedOperationException("not yet");
  }
}
