package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: order and what follows from it. */
abstract class ArraySorting extends ArrayReductions {
  ArraySorting(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDList unique(Integer dim, boolean sorted, boolean returnInverse, boolean returnCounts) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray argSort(int axis, boolean ascending) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sort() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sort(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList topK(int k, int axis, boolean largest, boolean sorted) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray nonzero() {
    throw new UnsupportedOperationException("not yet");
  }
}
