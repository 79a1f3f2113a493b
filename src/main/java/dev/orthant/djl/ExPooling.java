package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** The part of {@link OrthantNDArrayEx}: pooling, of one to three dimensions. */
abstract class ExPooling extends ExActivations {
  ExPooling(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDArray maxPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray globalMaxPool() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray avgPool(Shape kernelShape, Shape stride, Shape padding, boolean ceilMode, boolean countIncludePad) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray globalAvgPool() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray lpPool(float normType, Shape kernelShape, Shape stride, Shape padding, boolean ceilMode) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray globalLpPool(float normType) {
    throw new UnsupportedOperationException("not yet");
  }
}
