package dev.orthant.djl;

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
sealed interface ArraySorting extends NDArray permits OrthantNDArray {
  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  /**
   * Always three arrays, in ascending order: those not asked for are empty. Along an axis all are given, and an axis
   * beyond the last counts on from the first, as in PyTorch's engine.
   */
  @Override
  default NDList unique(@Nullable Integer dim, boolean sorted, boolean returnInverse, boolean returnCounts) {
    Tensor t = self().real("unique");
    if (dim != null && t.shape().rank() == 0) {
      throw new ShapeException("unique: a scalar has no axis " + dim + ": " + t.spec() + " on " + t.device().name());
    }
    return self().computeAll(() -> dim == null ? DataDependentShapes.elements(t, returnInverse, returnCounts)
        : DataDependentShapes.slices(t, Math.floorMod(dim, t.shape().rank())));
  }

  /** Descending is ascending backwards, equal elements too. */
  @Override
  default NDArray argSort(int axis, boolean ascending) {
    return self().compute(() -> ArrayFunctions.lined(self().real("argSort"), line -> {
      Tensor order = line.sort(axis, false).indices();
      return ascending ? order : order.flip(axis);
    }));
  }

  @Override
  default NDArray sort() {
    return sort(-1);
  }

  @Override
  default NDArray sort(int axis) {
    return self().compute(() -> ArrayFunctions.lined(self().real("sort"), line -> line.sort(axis, false).values()));
  }

  /** Always in order. */
  @Override
  default NDList topK(int k, int axis, boolean largest, boolean sorted) {
    return self().computeAll(() -> {
      Tensor t = self().real("topK");
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
  default NDArray nonzero() {
    return self().compute(() -> DataDependentShapes.nonzero(self().real("nonzero")));
  }
}
