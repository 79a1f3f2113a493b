package dev.orthant.op.reference;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.expr.Measure;
import java.util.List;

/** In which type formulas over operands of several types are computed. */
public final class Computing {
  /** What stands for a launch-time number that is not whole where only that is to be known. */
  private static final double FRACTION = 0.5;

  private Computing() {}

  /**
   * F64 when an operand is F64, or when all are integers too wide for F32 (I32, I64); else F32. Integers among floats
   * are converted, which is exact up to 2²⁴.
   */
  public static DType of(List<TensorSpec> operands) {
    boolean floating = operands.stream().anyMatch(o -> o.dtype().isFloating());
    boolean wide = operands.stream().anyMatch(
        o -> o.dtype() == DType.F64 || (!floating && (o.dtype() == DType.I32 || o.dtype() == DType.I64)));
    return wide ? DType.F64 : DType.F32;
  }

  /**
   * Throws when a formula reads what is not there.
   *
   * @param inputs how many a formula may read
   * @param scalars how many launch-time numbers there are
   */
  public static void requireRead(String op, Expr formula, int inputs, int scalars) {
    Measure m = formula.measure();
    if (m.inputs() > inputs || m.scalars() > scalars) {
      throw new InvalidInputException(op + ": a formula reads "
          + (m.inputs() > inputs ? "input " + (m.inputs() - 1) + ", but there are " + inputs + " inputs"
              : "launch-time number " + (m.scalars() - 1) + ", but there are " + scalars + " of them")
          + ", counted from 0");
    }
  }

  /** Whether no type is floating, which is what {@link IntegerSemantics} asks of operands and results. */
  public static boolean areIntegers(List<TensorSpec> operands, List<DType> results) {
    return operands.stream().noneMatch(o -> o.dtype().isFloating()) && results.stream().noneMatch(DType::isFloating);
  }

  /** Whether the formulas have a meaning in integers with these launch-time numbers. */
  public static boolean areMeant(List<Expr> formulas, List<Double> scalars) {
    return scalars.stream().allMatch(IntegerSemantics::isWhole)
        && formulas.stream().allMatch(IntegerSemantics::isWhole);
  }

  /** 0 for each launch-time number; a fraction for those that are one, where that decides what is computed in. */
  public static List<Double> withoutValues(List<Double> scalars, List<DType> results) {
    boolean floating = results.stream().anyMatch(DType::isFloating);
    return scalars.stream().map(v -> floating || IntegerSemantics.isWhole(v) ? 0 : FRACTION).toList();
  }

  /**
   * The type of what is computed from integers: the wider one, BOOL giving way to any. U8 and I8 become I32.
   *
   * @throws DTypeException naming {@code what} when one is floating
   */
  public static DType integers(String what, List<DType> types) {
    DType widest = DType.BOOL;
    for (DType t : types) {
      if (t.isFloating()) {
        throw new DTypeException(what + ": takes integers or bool, got " + types);
      }
      boolean other = t != widest && t.size() == 1 && widest.size() == 1 && t != DType.BOOL && widest != DType.BOOL;
      widest = other ? DType.I32 : t.size() > widest.size() || widest == DType.BOOL ? t : widest;
    }
    return widest;
  }
}
