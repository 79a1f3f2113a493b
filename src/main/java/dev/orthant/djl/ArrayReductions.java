package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: sums, extremes, averages and running sums along axes. */
abstract class ArrayReductions extends ArrayFunctions {
  ArrayReductions(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray max() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray max(int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray min() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray min(int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sum() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray sum(int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cumProd(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cumProd(int axis, DataType dataType) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray prod() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray prod(int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mean() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray mean(int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray trace(int offset, int axis1, int axis2) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cumSum() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray cumSum(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray argMax() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray argMax(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray argMin() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray argMin(int axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray percentile(Number percentile) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray percentile(Number percentile, int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray median() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray median(int[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray norm(boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray norm(int ord, int[] axes, boolean keepDims) {
    throw new UnsupportedOperationException("not yet");
  }
}
