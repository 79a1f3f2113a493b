package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: the same elements in another shape or order. */
abstract class ArrayShapes extends ArraySorting {
  ArrayShapes(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray rotate90(int times, int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList split(long[] indices, int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray flatten() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray flatten(int startDim, int endDim) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray pad(Shape padding, double value) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray reshape(Shape shape) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray expandDims(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray squeeze(int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray diagonal() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray diagonal(int offset) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray diagonal(int offset, int axis1, int axis2) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tile(long repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tile(int axis, long repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tile(long[] repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray tile(Shape desiredShape) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray repeat(long repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray repeat(int axis, long repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray repeat(long[] repeats) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray repeat(Shape desiredShape) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray flip(int... axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray transpose() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray transpose(int... axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray broadcast(Shape shape) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray diff(int n, int dim) {
    throw new UnsupportedOperationException("not yet");
  }
}
