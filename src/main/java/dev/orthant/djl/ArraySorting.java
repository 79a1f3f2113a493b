package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Sorted;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDArray}: order and what follows from it. NaN counts as larger than everything; equal
 * elements stay in their order.
 */
abstract class ArraySorting extends ArrayReductions {
  ArraySorting(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  /**
   * Always three arrays, in ascending order: those not asked for are empty. Along an axis all are given, and an axis
   * beyond the last counts on from the first, as in PyTorch's engine.
   */
  @Override
  public NDList unique(@Nullable Integer dim, boolean sorted, boolean returnInverse, boolean returnCounts) {
    Tensor t = real("unique");
    if (dim != null && t.shape().rank() == 0) {
      throw new ShapeException("unique: a scalar has no axis " + dim + ": " + t.spec() + " on " + t.device().name());
    }
    return computeAll(() -> dim == null ? DataDependentShapes.elements(t, returnInverse, returnCounts)
        : DataDependentShapes.slices(t, Math.floorMod(dim, t.shape().rank())));
  }

  /** Descending is ascending backwards, equal elements too. */
  @Override
  public NDArray argSort(int axis, boolean ascending) {
    return compute(() -> lined(real("argSort"), line -> {
      Tensor order = line.sort(axis, false).indices();
      return ascending ? order : order.flip(axis);
    }));
  }

  @Override
  public NDArray sort() {
    return sort(-1);
  }

  @Override
  public NDArray sort(int axis) {
    return compute(() -> lined(real("sort"), line -> line.sort(axis, false).values()));
  }

  /** Always in order. */
  @Override
  public NDList topK(int k, int axis, boolean largest, boolean sorted) {
    return computeAll(() -> {
      Tensor t = real("topK");
      Tensor line = t.shape().rank() == 0 ? t.reshape(1) : t;
      Sorted order = line.sort(axis, largest);
      long extent = line.shape().dim(axis);
      if (k < 0 || k > extent) {
        throw new ShapeException("topK: there are no " + k + " elements along axis " + axis + " of " + t.spec() + " on "
            + t.device().name());
      }
      return List.of(some(order.values(), axis, k, t), some(order.indices(), axis, k, t));
    });
  }

  private static Tensor some(Tensor ordered, int axis, int k, Tensor of) {
    Tensor first = ordered.slice(axis, 0, k);
    return of.shape().rank() == 0 && k == 1 ? first.reshape() : first;
  }

  @Override
  public NDArray nonzero() {
    return compute(() -> DataDependentShapes.nonzero(real("nonzero")));
  }
}
