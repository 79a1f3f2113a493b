package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDArray}: comparisons, arithmetic and logic of two operands, also in place. What each computes and in which types stands in
 * {@link Pair}.
 */
abstract class ArrayArithmetic extends ArrayData {
  private static final Condition IS_ZERO = Expr.input(0).eq(Expr.constant(0));

  ArrayArithmetic(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  private OrthantNDArray of(Pair method, NDArray other) {
    return compute(() -> method.of(real(method.name()), realOperand(method.name(), other)));
  }

  private OrthantNDArray of(Pair method, Number n) {
    return compute(() -> method.of(real(method.name()), n));
  }

  final OrthantNDArray inPlace(Pair method, NDArray other) {
    return replace(() -> method.into(real(method.name()), realOperand(method.name(), other)));
  }

  final OrthantNDArray inPlace(Pair method, Number n) {
    return replace(() -> method.into(real(method.name()), n));
  }

  // ---- comparisons -------------------------------------------------------------------------------------------------

  @Override
  public NDArray eq(Number n) {
    return of(Pair.EQ, n);
  }

  @Override
  public NDArray eq(NDArray other) {
    return of(Pair.EQ, other);
  }

  @Override
  public NDArray neq(Number n) {
    return of(Pair.NEQ, n);
  }

  @Override
  public NDArray neq(NDArray other) {
    return of(Pair.NEQ, other);
  }

  @Override
  public NDArray gt(Number n) {
    return of(Pair.GT, n);
  }

  @Override
  public NDArray gt(NDArray other) {
    return of(Pair.GT, other);
  }

  @Override
  public NDArray gte(Number n) {
    return of(Pair.GTE, n);
  }

  @Override
  public NDArray gte(NDArray other) {
    return of(Pair.GTE, other);
  }

  @Override
  public NDArray lt(Number n) {
    return of(Pair.LT, n);
  }

  @Override
  public NDArray lt(NDArray other) {
    return of(Pair.LT, other);
  }

  @Override
  public NDArray lte(Number n) {
    return of(Pair.LTE, n);
  }

  @Override
  public NDArray lte(NDArray other) {
    return of(Pair.LTE, other);
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------------

  @Override
  public NDArray add(Number n) {
    return of(Pair.ADD, n);
  }

  @Override
  public NDArray add(NDArray other) {
    NDArray joined = BatchNormalized.joinedAdd(this, other);
    return joined != null ? joined : of(Pair.ADD, other);
  }

  @Override
  public NDArray sub(Number n) {
    return of(Pair.SUB, n);
  }

  @Override
  public NDArray sub(NDArray other) {
    return of(Pair.SUB, other);
  }

  @Override
  public NDArray mul(Number n) {
    return of(Pair.MUL, n);
  }

  @Override
  public NDArray mul(NDArray other) {
    return of(Pair.MUL, other);
  }

  @Override
  public NDArray div(Number n) {
    return of(Pair.DIV, n);
  }

  @Override
  public NDArray div(NDArray other) {
    return of(Pair.DIV, other);
  }

  @Override
  public NDArray mod(Number n) {
    return of(Pair.MOD, n);
  }

  @Override
  public NDArray mod(NDArray other) {
    return of(Pair.MOD, other);
  }

  @Override
  public NDArray pow(Number n) {
    return of(Pair.power(n), n);
  }

  @Override
  public NDArray pow(NDArray other) {
    return of(Pair.POW, other);
  }

  @Override
  public NDArray xlogy(NDArray other) {
    if (isScalar() || other.isScalar()) {
      throw new InvalidInputException("xlogy: takes arrays with axes, got " + getShape() + " and " + other.getShape());
    }
    return of(Pair.XLOGY, other);
  }

  // ---- in place ----------------------------------------------------------------------------------------------------

  @Override
  public NDArray addi(Number n) {
    return inPlace(Pair.ADD, n);
  }

  @Override
  public NDArray addi(NDArray other) {
    return inPlace(Pair.ADD, other);
  }

  @Override
  public NDArray subi(Number n) {
    return inPlace(Pair.SUB, n);
  }

  @Override
  public NDArray subi(NDArray other) {
    return inPlace(Pair.SUB, other);
  }

  @Override
  public NDArray muli(Number n) {
    return inPlace(Pair.MUL, n);
  }

  @Override
  public NDArray muli(NDArray other) {
    return inPlace(Pair.MUL, other);
  }

  @Override
  public NDArray divi(Number n) {
    return inPlace(Pair.DIV, n);
  }

  @Override
  public NDArray divi(NDArray other) {
    return inPlace(Pair.DIV, other);
  }

  @Override
  public NDArray modi(Number n) {
    return inPlace(Pair.MOD, n);
  }

  @Override
  public NDArray modi(NDArray other) {
    return inPlace(Pair.MOD, other);
  }

  @Override
  public NDArray powi(Number n) {
    return inPlace(Pair.power(n), n);
  }

  @Override
  public NDArray powi(NDArray other) {
    return inPlace(Pair.POW, other);
  }

  // ---- extremes, angles, logic ---------------------------------------------------------------------------------------

  @Override
  public NDArray maximum(Number n) {
    return of(Pair.MAXIMUM, n);
  }

  @Override
  public NDArray maximum(NDArray other) {
    return of(Pair.MAXIMUM, other);
  }

  @Override
  public NDArray minimum(Number n) {
    return of(Pair.MINIMUM, n);
  }

  @Override
  public NDArray minimum(NDArray other) {
    return of(Pair.MINIMUM, other);
  }

  @Override
  public NDArray atan2(NDArray other) {
    return of(Pair.ATAN2, other);
  }

  @Override
  public NDArray logicalAnd(NDArray other) {
    return of(Pair.AND, other);
  }

  @Override
  public NDArray logicalOr(NDArray other) {
    return of(Pair.OR, other);
  }

  @Override
  public NDArray logicalXor(NDArray other) {
    return of(Pair.XOR, other);
  }

  @Override
  public NDArray logicalNot() {
    return compute(() -> real("logicalNot").apply("logicalNot", DType.BOOL, IS_ZERO.asNumber(), List.of()));
  }
}
