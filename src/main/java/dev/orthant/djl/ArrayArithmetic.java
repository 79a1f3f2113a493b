package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import java.util.List;

/**
 * The part of {@link OrthantNDArray}: comparisons, arithmetic and logic of two operands, also in place. What each
 * computes and in which types stands in {@link BinaryMethod}.
 */
sealed interface ArrayArithmetic extends NDArray permits OrthantNDArray {
  Condition IS_ZERO = Expr.input(0).eq(Expr.constant(0));

  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  private OrthantNDArray of(BinaryMethod method, NDArray other) {
    return self().compute(() -> method.of(self().real(method.name()), self().realOperand(method.name(), other)));
  }

  private OrthantNDArray of(BinaryMethod method, Number n) {
    return self().compute(() -> method.of(self().real(method.name()), n));
  }

  // ---- comparisons -------------------------------------------------------------------------------------------------

  @Override
  default NDArray eq(Number n) {
    return of(BinaryMethod.EQ, n);
  }

  @Override
  default NDArray eq(NDArray other) {
    return of(BinaryMethod.EQ, other);
  }

  @Override
  default NDArray neq(Number n) {
    return of(BinaryMethod.NEQ, n);
  }

  @Override
  default NDArray neq(NDArray other) {
    return of(BinaryMethod.NEQ, other);
  }

  @Override
  default NDArray gt(Number n) {
    return of(BinaryMethod.GT, n);
  }

  @Override
  default NDArray gt(NDArray other) {
    return of(BinaryMethod.GT, other);
  }

  @Override
  default NDArray gte(Number n) {
    return of(BinaryMethod.GTE, n);
  }

  @Override
  default NDArray gte(NDArray other) {
    return of(BinaryMethod.GTE, other);
  }

  @Override
  default NDArray lt(Number n) {
    return of(BinaryMethod.LT, n);
  }

  @Override
  default NDArray lt(NDArray other) {
    return of(BinaryMethod.LT, other);
  }

  @Override
  default NDArray lte(Number n) {
    return of(BinaryMethod.LTE, n);
  }

  @Override
  default NDArray lte(NDArray other) {
    return of(BinaryMethod.LTE, other);
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------------

  @Override
  default NDArray add(Number n) {
    return of(BinaryMethod.ADD, n);
  }

  @Override
  default NDArray add(NDArray other) {
    NDArray joined = BatchNormalized.joinedAdd(this, other);
    return joined != null ? joined : of(BinaryMethod.ADD, other);
  }

  @Override
  default NDArray sub(Number n) {
    return of(BinaryMethod.SUB, n);
  }

  @Override
  default NDArray sub(NDArray other) {
    return of(BinaryMethod.SUB, other);
  }

  @Override
  default NDArray mul(Number n) {
    return of(BinaryMethod.MUL, n);
  }

  @Override
  default NDArray mul(NDArray other) {
    return of(BinaryMethod.MUL, other);
  }

  @Override
  default NDArray div(Number n) {
    return of(BinaryMethod.DIV, n);
  }

  @Override
  default NDArray div(NDArray other) {
    return of(BinaryMethod.DIV, other);
  }

  @Override
  default NDArray mod(Number n) {
    return of(BinaryMethod.MOD, n);
  }

  @Override
  default NDArray mod(NDArray other) {
    return of(BinaryMethod.MOD, other);
  }

  @Override
  default NDArray pow(Number n) {
    return of(BinaryMethod.power(n), n);
  }

  @Override
  default NDArray pow(NDArray other) {
    return of(BinaryMethod.POW, other);
  }

  @Override
  default NDArray xlogy(NDArray other) {
    if (isScalar() || other.isScalar()) {
      throw new InvalidInputException("xlogy: takes arrays with axes, got " + getShape() + " and " + other.getShape());
    }
    return of(BinaryMethod.XLOGY, other);
  }

  // ---- in place ----------------------------------------------------------------------------------------------------

  @Override
  default NDArray addi(Number n) {
    return self().inPlace(BinaryMethod.ADD, n);
  }

  @Override
  default NDArray addi(NDArray other) {
    return self().inPlace(BinaryMethod.ADD, other);
  }

  @Override
  default NDArray subi(Number n) {
    return self().inPlace(BinaryMethod.SUB, n);
  }

  @Override
  default NDArray subi(NDArray other) {
    return self().inPlace(BinaryMethod.SUB, other);
  }

  @Override
  default NDArray muli(Number n) {
    return self().inPlace(BinaryMethod.MUL, n);
  }

  @Override
  default NDArray muli(NDArray other) {
    return self().inPlace(BinaryMethod.MUL, other);
  }

  @Override
  default NDArray divi(Number n) {
    return self().inPlace(BinaryMethod.DIV, n);
  }

  @Override
  default NDArray divi(NDArray other) {
    return self().inPlace(BinaryMethod.DIV, other);
  }

  @Override
  default NDArray modi(Number n) {
    return self().inPlace(BinaryMethod.MOD, n);
  }

  @Override
  default NDArray modi(NDArray other) {
    return self().inPlace(BinaryMethod.MOD, other);
  }

  @Override
  default NDArray powi(Number n) {
    return self().inPlace(BinaryMethod.power(n), n);
  }

  @Override
  default NDArray powi(NDArray other) {
    return self().inPlace(BinaryMethod.POW, other);
  }

  // ---- extremes, angles, logic
  // ---------------------------------------------------------------------------------------

  @Override
  default NDArray maximum(Number n) {
    return of(BinaryMethod.MAXIMUM, n);
  }

  @Override
  default NDArray maximum(NDArray other) {
    return of(BinaryMethod.MAXIMUM, other);
  }

  @Override
  default NDArray minimum(Number n) {
    return of(BinaryMethod.MINIMUM, n);
  }

  @Override
  default NDArray minimum(NDArray other) {
    return of(BinaryMethod.MINIMUM, other);
  }

  @Override
  default NDArray atan2(NDArray other) {
    return of(BinaryMethod.ATAN2, other);
  }

  @Override
  default NDArray logicalAnd(NDArray other) {
    return of(BinaryMethod.AND, other);
  }

  @Override
  default NDArray logicalOr(NDArray other) {
    return of(BinaryMethod.OR, other);
  }

  @Override
  default NDArray logicalXor(NDArray other) {
    return of(BinaryMethod.XOR, other);
  }

  @Override
  default NDArray logicalNot() {
    return self()
        .compute(() -> self().real("logicalNot").apply("logicalNot", DType.BOOL, IS_ZERO.asNumber(), List.of()));
  }
}
