package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import dev.orthant.core.DType;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** The part of {@link OrthantNDArrayEx}: reversed arithmetic, choice, joining, indexing. */
abstract class ExArithmetic extends ExCore {
  private static final Expr CHOICE =
      Expr.where(Expr.input(2).ne(Expr.constant(0)), Expr.input(0), Expr.input(1));

  ExArithmetic(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDArray rdivi(NDArray b) {
    return array.inPlace(Pair.RDIV, b);
  }

  @Override
  public NDArray rmodi(NDArray b) {
    return array.inPlace(Pair.RMOD, b);
  }

  @Override
  public NDArray rpowi(Number n) {
    return array.inPlace(Pair.RPOW, n);
  }

  @Override
  public NDArrayIndexer getIndexer(NDManager manager) {
    return new OrthantIndexer((OrthantNDManager) manager);
  }

  @Override
  public NDArray where(NDArray condition, NDArray other) {
    return array.compute(() -> {
      Tensor a = array.real("where");
      Tensor b = array.realOperand("where", other);
      Tensor mask = array.realOperand("where", condition);
      DType type = Promotion.of(a, b);
      return Promotion.convert(a, type).apply("where", type, CHOICE,
          List.of(Promotion.convert(b, type), Promotion.convert(mask, DType.BOOL)));
    });
  }

  @Override
  public NDArray stack(NDList arrays, int axis) {
    return Joining.stack(array, arrays, axis);
  }

  @Override
  public NDArray concat(NDList arrays, int axis) {
    return Joining.concat(array, arrays, axis);
  }
}
