package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.types.Promotion;
import dev.orthant.djl.types.Types;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The part of {@link OrthantNDArray}: functions of each element. Whole numbers become FLOAT32 where the function's
 * values are not whole.
 */
sealed interface ArrayFunctions extends NDArray permits OrthantNDArray {
  Expr X = Expr.input(0);
  /** 0 of NaN, as PyTorch's. */
  Expr SIGN = Expr.where(X.gt(0), 1, Expr.where(X.lt(0), -1, 0));
  Expr CLIPPED = Expr.where(X.gt(Expr.scalar(1)), Expr.scalar(1), Expr.where(X.lt(Expr.scalar(0)),
      Expr.where(Expr.scalar(0).gt(Expr.scalar(1)), Expr.scalar(1), Expr.scalar(0)), X));
  Expr LEAST = Expr.max(Expr.input(1), Expr.scalar(0));
  Expr INFINITY = Expr.constant(Double.POSITIVE_INFINITY);

  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  /** f, of whole numbers in FLOAT32. */
  private OrthantNDArray floating(String name, Function f) {
    return self().compute(() -> {
      Tensor t = self().real(name);
      return t.dtype().isFloating() ? t.apply(f) : t.apply(name, DType.F32, f.of(X), List.of());
    });
  }

  /** f, in the array's own type. */
  private Tensor own(String name, Expr formula) {
    Tensor t = self().real(name);
    return t.dtype().isFloating() ? t.apply(name, formula, List.of())
        : Promotion.apply(name, t.dtype(), t.dtype(), false, formula, t);
  }

  /** To whole numbers: those that are stay. */
  private OrthantNDArray rounded(String name, Function f) {
    return self().compute(() -> {
      Tensor t = self().real(name);
      if (t.dtype() == DType.BOOL) {
        throw undefined(name);
      }
      return t.dtype().isFloating() ? t.apply(f) : t;
    });
  }

  private DTypeException undefined(String method) {
    return new DTypeException(method + ": is not defined for " + getDataType() + ": " + getShape() + " on "
        + getDevice() + "; convert it with toType");
  }

  // ---- signs and powers --------------------------------------------------------------------------------------------

  @Override
  default NDArray sign() {
    return self().compute(() -> own("sign", SIGN));
  }

  @Override
  default NDArray signi() {
    return self().replace(() -> own("signi", SIGN));
  }

  @Override
  default NDArray neg() {
    return self().compute(() -> negated("neg"));
  }

  @Override
  default NDArray negi() {
    return self().replace(() -> negated("negi"));
  }

  private Tensor negated(String name) {
    if (getDataType().isBoolean()) {
      throw undefined(name);
    }
    return own(name, X.neg());
  }

  @Override
  default NDArray abs() {
    return self().compute(() -> own("abs", X.abs()));
  }

  @Override
  default NDArray square() {
    return self().compute(() -> {
      Tensor t = self().real("square");
      // Truth values are squared as PyTorch's power by a C++ number is taken.
      return t.dtype() == DType.BOOL ? t.cast(DType.I64) : own("square", X.squared());
    });
  }

  @Override
  default NDArray sqrt() {
    return floating("sqrt", Function.SQRT);
  }

  /** As PyTorch's engine, a power by the number 1/3: NaN of negative ones, FLOAT64 of whole ones. */
  @Override
  default NDArray cbrt() {
    return pow(1.0 / 3);
  }

  // ---- rounding ----------------------------------------------------------------------------------------------------

  @Override
  default NDArray floor() {
    return rounded("floor", Function.FLOOR);
  }

  @Override
  default NDArray ceil() {
    return rounded("ceil", Function.CEIL);
  }

  /** Ties to even. */
  @Override
  default NDArray round() {
    return rounded("round", Function.RINT);
  }

  @Override
  default NDArray trunc() {
    return rounded("trunc", Function.TRUNC);
  }

  // ---- the catalogue -----------------------------------------------------------------------------------------------

  @Override
  default NDArray exp() {
    return floating("exp", Function.EXP);
  }

  @Override
  default NDArray log() {
    return floating("log", Function.LOG);
  }

  @Override
  default NDArray log10() {
    return floating("log10", Function.LOG10);
  }

  @Override
  default NDArray log2() {
    return floating("log2", Function.LOG2);
  }

  @Override
  default NDArray sin() {
    return floating("sin", Function.SIN);
  }

  @Override
  default NDArray cos() {
    return floating("cos", Function.COS);
  }

  @Override
  default NDArray tan() {
    return floating("tan", Function.TAN);
  }

  @Override
  default NDArray asin() {
    return floating("asin", Function.ASIN);
  }

  @Override
  default NDArray acos() {
    return floating("acos", Function.ACOS);
  }

  @Override
  default NDArray atan() {
    return floating("atan", Function.ATAN);
  }

  @Override
  default NDArray sinh() {
    return floating("sinh", Function.SINH);
  }

  @Override
  default NDArray cosh() {
    return floating("cosh", Function.COSH);
  }

  @Override
  default NDArray tanh() {
    return floating("tanh", Function.TANH);
  }

  @Override
  default NDArray asinh() {
    return floating("asinh", Function.ASINH);
  }

  @Override
  default NDArray acosh() {
    return floating("acosh", Function.ACOSH);
  }

  @Override
  default NDArray atanh() {
    return floating("atanh", Function.ATANH);
  }

  @Override
  default NDArray erf() {
    return floating("erf", Function.ERF);
  }

  @Override
  default NDArray gammaln() {
    return floating("gammaln", Function.GAMMALN);
  }

  @Override
  default NDArray erfinv() {
    return floating("erfinv", Function.ERFINV);
  }

  @Override
  default NDArray toDegrees() {
    return self().compute(() -> BinaryMethod.TO_DEGREES.of(self().real("toDegrees"), 180.0));
  }

  @Override
  default NDArray toRadians() {
    return self().compute(() -> BinaryMethod.TO_RADIANS.of(self().real("toRadians"), Math.PI));
  }

  // ---- tests and limits --------------------------------------------------------------------------------------------

  private OrthantNDArray test(String name, Condition c) {
    return self().compute(() -> {
      Tensor t = self().real(name);
      return t.apply(name, DType.BOOL, t.dtype().isFloating() ? c.asNumber() : Expr.constant(0), List.of());
    });
  }

  @Override
  default NDArray isInfinite() {
    return test("isInfinite", X.abs().eq(INFINITY));
  }

  @Override
  default NDArray isNaN() {
    return test("isNaN", X.ne(X));
  }

  /**
   * The limits are numbers without a width of their own: fractions make FLOAT32 of whole numbers, other limits are
   * brought to the array's type. Where min is larger than max, all is max; a limit NaN makes all NaN.
   */
  @Override
  default NDArray clip(Number min, Number max) {
    return self().compute(() -> {
      Tensor t = self().real("clip");
      boolean fractions = Promotion.of(min).isFloating() || Promotion.of(max).isFloating();
      DType type = fractions ? Promotion.floating(t.dtype()) : t.dtype();
      if (type == DType.BOOL) {
        type = DType.I64;
      }
      double low = Types.wrapped(type, min.doubleValue());
      double high = Types.wrapped(type, max.doubleValue());
      Expr formula = Double.isNaN(low + high) ? Expr.constant(Double.NaN) : CLIPPED;
      return Promotion.apply("clip", type, type, false, formula, t, low, high);
    });
  }

  // ---- along an axis -----------------------------------------------------------------------------------------------

  /** What {@code work} makes of the tensor, a scalar being taken as an array of one. */
  static Tensor lined(Tensor t, UnaryOperator<Tensor> work) {
    return t.shape().rank() == 0 ? work.apply(t.reshape(1)).reshape() : work.apply(t);
  }

  /** (Σ|x|^p)^(1/p); of p = 0 how many are not 0, of p = −∞ the smallest magnitude. */
  static Tensor norm(Tensor t, double p, boolean keepDims, int... axes) {
    if (p >= 1) {
      return t.norm(p, keepDims, axes);
    }
    if (p == 0) {
      return t.apply("norm", X.ne(Expr.constant(0)).asNumber(), List.of()).sum(keepDims, axes);
    }
    if (p == Double.NEGATIVE_INFINITY) {
      return t.apply(Function.ABS).min(keepDims, axes);
    }
    // Elements that are 0 have no gradient.
    Expr power = Expr.where(X.eq(Expr.constant(0)), p < 0 ? INFINITY : Expr.constant(0), X.abs().pow(Expr.scalar(0)));
    // The sum of powers may be beyond a type that holds the norm.
    return narrowed(t.apply("norm", t.dtype().compute(), power, List.of(), p).sum(keepDims, axes).pow(1 / p), t);
  }

  private static Tensor narrowed(Tensor wide, Tensor like) {
    return wide.dtype() == like.dtype() ? wide : wide.cast(like.dtype());
  }

  /** Divided by its norm along the axis, or by {@code eps} where that is larger. */
  @Override
  default NDArray normalize(double exponent, long dim, double eps) {
    return self().compute(() -> lined(self().fractions("normalize"), t -> {
      // The norm of a row may be beyond a type that holds its elements.
      Tensor wide = t.dtype() == t.dtype().compute() ? t : t.cast(t.dtype().compute());
      return narrowed(wide.apply("normalize", X.div(LEAST),
          List.of(norm(wide, exponent, true, Math.toIntExact(dim))), eps), t);
    }));
  }

  @Override
  default NDArray softmax(int axis) {
    return self()
        .compute(() -> lined(self().fractions("softmax"), t -> t.shape().elements() == 0 ? unchanged("softmax", t, axis)
            : t.softmax(axis)));
  }

  @Override
  default NDArray logSoftmax(int axis) {
    return self().compute(() -> lined(self().fractions("logSoftmax"),
        t -> t.shape().elements() == 0 ? unchanged("logSoftmax", t, axis) : t.logSoftmax(axis)));
  }

  /** A tensor without elements, if it has the axis. */
  private static Tensor unchanged(String method, Tensor t, int axis) {
    if (axis < -t.shape().rank() || axis >= t.shape().rank()) {
      throw new ShapeException(method + ": " + t.spec() + " on " + t.device().name() + " has no axis " + axis);
    }
    return t;
  }
}
