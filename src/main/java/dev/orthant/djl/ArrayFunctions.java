package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: functions of each element. */
abstract class ArrayFunctions extends ArrayArithmetic {
  ArrayFunctions(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray sign() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray signi() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray neg() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray negi() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray abs() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray square() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sqrt() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cbrt() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray floor() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray ceil() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray round() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray trunc() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray exp() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gammaln() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray log() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray log10() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray log2() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sin() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cos() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tan() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray asin() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray acos() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray atan() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sinh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cosh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tanh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray asinh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray acosh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray atanh() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray toDegrees() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray toRadians() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray normalize(double exponent, long dim, double eps) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray softmax(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray logSoftmax(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray isInfinite() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray isNaN() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray clip(Number min, Number max) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray erfinv() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray erf() {
    throw new UnsupportedOperationException("not yet");
  }
}
