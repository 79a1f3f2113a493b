package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.internal.NDArrayEx;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * DJL's array on a device of Orthant. Its methods are in the interfaces that this implements, by theme. Work is only
 * recorded when a method is called, and done, fused, when elements are asked for.
 */
public final class OrthantNDArray extends ArrayCore
    implements ArrayData, ArrayArithmetic, ArrayFunctions, ArrayReductions, ArraySorting, ArrayShapes, ArrayRepeats,
    ArraySelection, ArrayProducts, ArraySpectra {
  private @Nullable OrthantNDArrayEx ex;

  OrthantNDArray(OrthantNDManager manager, Device device, Tensor tensor) {
    this(manager, device, tensor, false);
  }

  OrthantNDArray(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
    register();
  }

  @Override
  public NDArrayEx getNDArrayInternal() {
    if (ex == null) {
      ex = new OrthantNDArrayEx(this);
    }
    return ex;
  }
}
