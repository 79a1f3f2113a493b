package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;

/** The part of {@link OrthantNDArrayEx}: reversed arithmetic, choice, joining, indexing. */
abstract class ExArithmetic extends ExCore {
  ExArithmetic(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDArray rdivi(NDArray b) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray rmodi(NDArray b) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray rpowi(Number n) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArrayIndexer getIndexer(NDManager manager) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray where(NDArray condition, NDArray other) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray stack(NDList arrays, int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray concat(NDList arrays, int axis) {
    throw new UnsupportedOperationException("not yet");
  }
}
