package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Epilogue;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Everything that is proved: every op × activation × dtype, and the shapes that break kernels (ragged, tiny, empty,
 * transposed, batched, strided, dilated, grouped). Derived from the catalogue of activations and the list of shapes: a
 * new activation is in it by itself.
 */
public final class Catalogue {
  private static final List<DType> DTYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.F64);

  private Catalogue() {}

  /** All cases over the built-in activations. */
  public static List<Case> all() {
    return of(Activations.all());
  }

  /** A selection that still touches every op, activation, dtype and layout, for a quick look and for slow devices. */
  public static List<Case> quick() {
    List<Case> cases = new ArrayList<>();
    int turn = 0;
    for (Activation f : Activations.all()) {
      // Each activation in one type, in turn; together they cover all.
      DType type = DTYPES.get(turn++ % DTYPES.size());
      cases.add(PointwiseCases.activation(f, type, TensorSpec.of(type, 3, 67), Data.SPECIAL));
      cases.add(MatMulCases.activation(f, type));
    }
    for (DType type : List.of(DType.F32, DType.BF16)) {
      cases.addAll(MatMulCases.shapes(type));
      cases.addAll(ConvCases.shapes(type));
      cases.addAll(ConvBackwardCases.shapes(type));
      cases.addAll(PoolCases.shapes(type));
      cases.addAll(PointwiseCases.types(type));
      cases.addAll(RandomCases.of(type));
      cases.addAll(ReduceCases.quick(type));
    }
    cases.addAll(MoveCases.quick());
    cases.addAll(PointwiseCases.special());
    cases.addAll(SumCases.quick());
    cases.addAll(LongSumCases.quick());
    cases.addAll(IntegerCases.quick());
    cases.addAll(MatrixCases.all());
    return cases;
  }

  /** All cases over the given activations: how a user proves an activation of his own. */
  public static List<Case> of(Collection<Activation> activations) {
    List<Case> cases = new ArrayList<>();
    for (DType type : DTYPES) {
      for (Activation f : activations) {
        cases.addAll(PointwiseCases.of(f, type));
        cases.add(MatMulCases.activation(f, type));
        cases.add(ConvCases.activation(f, type));
      }
      cases.addAll(PointwiseCases.functions(type));
      cases.addAll(PointwiseCases.shapes(type));
      cases.addAll(MatMulCases.shapes(type));
      cases.addAll(ConvCases.shapes(type));
      cases.addAll(ConvBackwardCases.shapes(type));
      cases.addAll(PoolCases.shapes(type));
      cases.addAll(PointwiseCases.types(type));
      cases.addAll(RandomCases.of(type));
      cases.addAll(ReduceCases.of(type));
    }
    cases.addAll(MoveCases.all());
    cases.addAll(PointwiseCases.special());
    cases.addAll(SumCases.all());
    cases.addAll(LongSumCases.all());
    cases.addAll(IntegerCases.all());
    cases.addAll(MatrixCases.all());
    return cases;
  }

  /** bias + activation, as networks use them. */
  static Epilogue biased(Activation f) {
    return Epilogue.NONE.plusOperand().activation(f);
  }

  static TensorSpec spec(DType type, long... dims) {
    return TensorSpec.of(type, dims);
  }
}
