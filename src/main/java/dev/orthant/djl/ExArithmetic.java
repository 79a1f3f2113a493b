package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDArrayIndexer;
import ai.djl.ndarray.internal.NDArrayEx;
import dev.orthant.core.DType;
import dev.orthant.djl.types.Promotion;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** The part of {@link OrthantNDArrayEx}: reversed arithmetic, choice, joining, indexing. */
sealed interface ExArithmetic extends NDArrayEx permits OrthantNDArrayEx {
  Expr CHOICE =
      Expr.where(Expr.input(2).ne(Expr.constant(0)), Expr.input(0), Expr.input(1));

  private OrthantNDArray array() {
    return (OrthantNDArray) getArray();
  }

  @Override
  default NDArray rdivi(NDArray b) {
    return array().inPlace(BinaryMethod.RDIV, b);
  }

  @Override
  default NDArray rmodi(NDArray b) {
    return array().inPlace(BinaryMethod.RMOD, b);
  }

  @Override
  default NDArray rpowi(Number n) {
    return array().inPlace(BinaryMethod.RPOW, n);
  }

  @Override
  default NDArrayIndexer getIndexer(NDManager manager) {
    return new OrthantIndexer((OrthantNDManager) manager);
  }

  /**
   * This where {@code condition} is not 0, else {@code other}; all three broadcast as in NumPy. A condition of rank 1
   * that does not is one for each row: of the extent of the first axis.
   */
  @Override
  default NDArray where(NDArray condition, NDArray other) {
    return array().compute(() -> {
      Tensor a = array().real("where");
      Tensor b = array().realOperand("where", other);
      Tensor mask = perRow(array().realOperand("where", condition), a, b);
      DType type = Promotion.of(a, b);
      return Promotion.convert(a, type).apply("where", type, CHOICE,
          List.of(Promotion.convert(b, type), Promotion.convert(mask, DType.BOOL)));
    });
  }

  private static Tensor perRow(Tensor mask, Tensor a, Tensor b) {
    // Where the two do not broadcast to one of them, nothing is known of rows, and the op itself says what is wrong.
    dev.orthant.core.Shape to = a.shape().broadcastsTo(b.shape()) ? b.shape() : a.shape();
    if (mask.shape().rank() != 1 || to.rank() < 2 || mask.shape().dim(0) != to.dim(0)
        || mask.shape().broadcastsTo(to)) {
      return mask;
    }
    long[] column = new long[to.rank()];
    java.util.Arrays.fill(column, 1);
    column[0] = to.dim(0);
    return mask.reshape(column);
  }

  @Override
  default NDArray stack(NDList arrays, int axis) {
    return Joining.stack(array(), arrays, axis);
  }

  @Override
  default NDArray concat(NDList arrays, int axis) {
    return Joining.concat(array(), arrays, axis);
  }
}
