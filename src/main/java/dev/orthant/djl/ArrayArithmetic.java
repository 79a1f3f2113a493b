package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: comparisons, arithmetic and logic of two operands, also in place. */
abstract class ArrayArithmetic extends ArrayData {
  ArrayArithmetic(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray eq(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray eq(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray neq(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray neq(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gt(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gt(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gte(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gte(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray lt(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray lt(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray lte(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray lte(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray add(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray add(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sub(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sub(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mul(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mul(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray div(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray div(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mod(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mod(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray pow(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray pow(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray xlogy(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray addi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray addi(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray subi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray subi(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray muli(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray muli(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray divi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray divi(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray modi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray modi(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray powi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray powi(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray maximum(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray maximum(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray minimum(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray minimum(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray atan2(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray logicalAnd(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray logicalOr(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray logicalXor(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray logicalNot() {
    throw new UnsupportedOperationException("not yet");
  }
}
