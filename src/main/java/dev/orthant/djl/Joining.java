package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.Promotion;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Several arrays as one. Types meet as in arithmetic. */
final class Joining {
  private Joining() {}

  /** One behind the other along an axis. As in PyTorch, arrays of the shape (0) go with any. */
  static OrthantNDArray concat(OrthantNDArray first, NDList others, int axis) {
    List<OrthantNDArray> all = all("concat", first, others);
    List<OrthantNDArray> parts =
        all.stream().filter(a -> a.getShape().dimension() != 1 || a.getShape().get(0) > 0).toList();
    OrthantNDArray model = parts.isEmpty() ? first : parts.getFirst();
    Shape shape = model.getShape();
    if (shape.isScalar()) {
      throw new ShapeException("concat: scalars cannot be put one behind the other; stack makes an axis");
    }
    int at = Axes.of("concat", shape, axis);
    for (OrthantNDArray a : parts) {
      boolean fits = a.getShape().dimension() == shape.dimension();
      for (int d = 0; fits && d < shape.dimension(); d++) {
        fits = d == at || a.getShape().get(d) == shape.get(d);
      }
      if (!fits) {
        throw new ShapeException("concat: arrays must agree but along axis " + axis + ", got " + shapes(all));
      }
    }
    return first.like(() -> {
      List<Tensor> tensors = met(all.stream().map(ArrayCore::tensor).toList());
      List<Tensor> full = tensors.stream().filter(t -> t.shape().rank() != 1 || !t.shape().isEmpty()).toList();
      return full.isEmpty() ? tensors.getFirst() : Tensor.concat(at, full);
    });
  }

  /** Along a new axis. */
  static OrthantNDArray stack(OrthantNDArray first, NDList others, int axis) {
    List<OrthantNDArray> all = all("stack", first, others);
    Shape shape = first.getShape();
    if (!all.stream().allMatch(a -> a.getShape().equals(shape))) {
      throw new ShapeException("stack: takes arrays of one shape, got " + shapes(all));
    }
    int at = Axes.within("stack", shape, axis, shape.dimension() + 1);
    return first.like(() -> Tensor.concat(at, met(all.stream().map(a -> a.tensor().expandDims(at)).toList())));
  }

  private static List<OrthantNDArray> all(String method, OrthantNDArray first, NDList others) {
    List<OrthantNDArray> all = new ArrayList<>(List.of(first));
    for (NDArray a : others) {
      all.add(ManagerCore.own(a));
    }
    if (!all.stream().allMatch(a -> a.isComplex() == first.isComplex())) {
      throw new DTypeException(method + ": complex numbers go with complex numbers only; complex() makes them");
    }
    return all;
  }

  private static List<Shape> shapes(List<OrthantNDArray> arrays) {
    return arrays.stream().map(ArrayCore::getShape).toList();
  }

  /** In the type in which they meet. */
  private static List<Tensor> met(List<Tensor> tensors) {
    Tensor widest = tensors.getFirst();
    for (Tensor t : tensors) {
      widest = widest.cast(Promotion.of(widest, t));
    }
    DType common = widest.dtype();
    return tensors.stream().map(t -> t.dtype() == common ? t : t.cast(common)).toList();
  }
}
