package dev.orthant.djl.types;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Expr;
import dev.orthant.op.Pointwise;
import dev.orthant.tensor.Tensor;
import java.util.List;

/**
 * In which type operands meet, as in PyTorch: the wider one of the same kind, of two kinds (truth values, whole
 * numbers, floating ones) one of the higher. An operand without axes only counts where its kind is higher, or where
 * neither has any. DJL's numbers are such operands, of their Java type.
 */
public final class Promotion {
  private Promotion() {}

  /** The type in which two arrays meet. */
  public static DType of(Tensor a, Tensor b) {
    DType x = a.dtype();
    DType y = b.dtype();
    return x == y ? x : of(x, a.shape().rank() == 0, y, b.shape().rank() == 0);
  }

  /** The type in which an array and a number meet. */
  public static DType of(Tensor a, Number n) {
    DType x = a.dtype();
    DType y = of(n);
    return x == y ? x : of(x, a.shape().rank() == 0, y, true);
  }

  private static DType of(DType x, boolean xIsScalar, DType y, boolean yIsScalar) {
    if (xIsScalar != yIsScalar) {
      DType wide = xIsScalar ? y : x;
      DType scalar = xIsScalar ? x : y;
      if (kind(wide) >= kind(scalar)) {
        return wide;
      }
    }
    return wider(x, y);
  }

  private static DType wider(DType x, DType y) {
    if (kind(x) != kind(y)) {
      return kind(x) > kind(y) ? x : y;
    }
    if (!x.isFloating()) {
      // Of I8 and U8, which in PyTorch meet in INT16, its engine gives an array of unknown type.
      return Pointwise.integers(List.of(x, y));
    }
    // F16 and BF16 have none of the two.
    return x != y && x.size() == y.size() ? DType.F32 : x.size() >= y.size() ? x : y;
  }

  /** The type of a number: that of its Java type. */
  public static DType of(Number n) {
    return switch (n) {
      case Integer _ -> DType.I32;
      case Float _ -> DType.F32;
      case Double _ -> DType.F64;
      case Long _ -> DType.I64;
      case Byte _ -> DType.I8;
      default -> throw new InvalidInputException(
          "a number of " + n.getClass().getName() + " is not supported; give an Integer, Long, Byte, Float or Double");
    };
  }

  /** 0 truth values, 1 whole numbers, 2 floating ones. */
  private static int kind(DType type) {
    if (type == DType.BOOL) {
      return 0;
    }
    return type.isFloating() ? 2 : 1;
  }

  /** Floating types as they are, F32 for the others. */
  public static DType floating(DType type) {
    return type.isFloating() ? type : DType.F32;
  }

  /** Throws unless results of {@code type} can be written in place of {@code into}: those of a higher kind cannot. */
  public static void requireStorable(String method, DType type, Tensor into) {
    if (kind(type) > kind(into.dtype())) {
      throw new DTypeException(
          method + ": the result has the type " + Types.of(type) + ", which " + into.spec() + " on "
              + into.device().name()
              + " cannot hold in place; use the method that makes a new array, or convert with toType");
    }
  }

  /**
   * A formula over two arrays.
   *
   * @param meet the type that they are brought to
   * @param result the result's type
   * @param exact whether F16 and F32 must be brought to one, or may be computed with as they are
   */
  public static Tensor apply(String name, DType meet, DType result, boolean exact, Expr formula, Tensor a, Tensor b) {
    return brought(a, meet, exact).apply(name, result, formula, List.of(brought(b, meet, exact)));
  }

  /** A formula over an array and numbers. */
  public static Tensor apply(String name, DType meet, DType result, boolean exact, Expr formula, Tensor a,
      double... numbers) {
    return brought(a, meet, exact).apply(name, result, formula, List.of(), numbers);
  }

  public static Tensor convert(Tensor t, DType type) {
    return t.dtype() == type ? t : t.cast(type);
  }

  /**
   * In a type whose arithmetic is that of {@code meet}. F16, BF16 and F32 are all computed with as F32: converting
   * among those is only needed to compare.
   */
  private static Tensor brought(Tensor t, DType meet, boolean exact) {
    DType type = t.dtype();
    if (type == meet) {
      return t;
    }
    boolean same = type.isFloating() && meet.isFloating() && type.compute() == meet.compute()
        && (!exact || meet == DType.F32);
    boolean converted = !type.isFloating() && meet.isFloating() && type != DType.I64 && type != DType.I32;
    return same || converted ? t : t.cast(meet);
  }
}
