package dev.orthant.djl;

import ai.djl.ndarray.internal.NDArrayEx;

/** The array that the methods of {@link OrthantNDArrayEx} work on. */
abstract class ExCore implements NDArrayEx {
  final OrthantNDArray array;

  ExCore(OrthantNDArray array) {
    this.array = array;
  }

  @Override
  public OrthantNDArray getArray() {
    return array;
  }
}
