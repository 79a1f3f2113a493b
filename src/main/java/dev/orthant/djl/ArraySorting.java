package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: order and what follows from it. NaN counts as larger than everything; equal elements stay in their order. */
abstract class ArraySorting extends ArrayReductions {
  ArraySorting(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDList unique(Integer dim, boolean sorted, boolean returnInverse, boolean returnCounts) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Descending is ascending backwards, equal elements too. */
  @Override
  public NDArray argSort(int axis, boolean ascending) {
    return compute(() -> {
      Tensor t = real("argSort");
      Tensor line = t.shape().rank() == 0 ? t.reshape(1) : t;
      Tensor order = line.sort(axis, false).indices();
      return (ascending ? order : order.flip(axis)).reshape(t.shape().dims());
    });
  }

  @Override
  public NDArray sort() {
    return sort(-1);
  }

  @Override
  public NDArray sort(int axis) {
    return compute(() -> {
      Tensor t = real("sort");
      Tensor line = t.shape().rank() == 0 ? t.reshape(1) : t;
      return line.sort(axis, false).values().reshape(t.shape().dims());
    });
  }

  /** Always in order. */
  @Override
  public NDList topK(int k, int axis, boolean largest, boolean sorted) {
    return computeAll(() -> {
      Tensor t = real("topK");
      var order = t.sort(axis, largest);
      return List.of(order.values().slice(axis, 0, k), order.indices().slice(axis, 0, k));
    });
  }

  @Override
  public NDArray nonzero() {
    throw new UnsupportedOperationException("not yet");
  }
}
