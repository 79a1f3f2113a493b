package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: matrix products and inverses. */
abstract class ArrayProducts extends ArraySelection {
  ArrayProducts(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray inverse() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray dot(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray matMul(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray batchMatMul(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray batchDot(NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }
}
