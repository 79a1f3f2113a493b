package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: elements by index and by mask. */
abstract class ArraySelection extends ArrayShapes {
  ArraySelection(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray gather(NDArray index, int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray gatherNd(NDArray index) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray take(NDManager manager, NDArray index) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray put(NDArray index, NDArray value) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray scatter(NDArray index, NDArray value, int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray booleanMask(NDArray index, int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sequenceMask(NDArray sequenceLength, float value) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sequenceMask(NDArray sequenceLength) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray oneHot(int depth, float onValue, float offValue, DataType dataType) {
    throw new UnsupportedOperationException("not yet");
  }
}
