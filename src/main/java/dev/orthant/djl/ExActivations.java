package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** The part of {@link OrthantNDArrayEx}: activations. */
abstract class ExActivations extends ExArithmetic {
  ExActivations(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDArray relu() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sigmoid() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tanh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray softPlus() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray softSign() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray leakyRelu(float alpha) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray elu(float alpha) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray selu() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gelu() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList prelu(NDArray input, NDArray alpha) {
    throw new UnsupportedOperationException("not yet");
  }
}
