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
 * The part of {@link OrthantNDArray}: comparisons, arithmetic and logic of two operands, also in place. What each
 * computes and in which types stands in {@link BinaryMethod}.
 */
abstract class ArrayArithmetic extends ArrayData {
  private static final Condition IS_ZERO = Expr.input(0).eq(Expr.constant(0));

  ArrayArithmetic(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  private OrthantNDArray of(BinaryMethod method, NDArray other) {
    return compute(() -> method.of(real(method.name()), realOperand(method.name(), other)));
  }

  private OrthantNDArray of(BinaryMethod method, Number n) {
    return compute(() -> method.of(real(method.name()), n));
  }

  final OrthantNDArray inPlace(BinaryMethod method, NDArray other) {
    return replace(() -> method.into(real(method.name()), realOperand(method.name(), other)));
  }

  final OrthantNDArray inPlace(BinaryMethod method, Number n) {
    return replace(() -> method.into(real(method.name()), n));
  }

  // ---- comparisons -------------------------------------------------------------------------------------------------

  @Override
  public NDArray eq(Number n) {
    return of(BinaryMethod.EQ, n);
  }

  @Override
  public NDArray eq(NDArray other) {
    return of(BinaryMethod.EQ, other);
  }

  @Override
  public NDArray neq(Number n) {
    return of(BinaryMethod.NEQ, n);
  }

  @Override
  public NDArray neq(NDArray other) {
    return of(BinaryMethod.NEQ, other);
  }

  @Override
  public NDArray gt(Number n) {
    return of(BinaryMethod.GT, n);
  }

  @Override
  public NDArray gt(NDArray other) {
    return of(BinaryMethod.GT, other);
  }

  @Override
  public NDArray gte(Number n) {
    return of(BinaryMethod.GTE, n);
  }

  @Override
  public NDArray gte(NDArray other) {
    return of(BinaryMethod.GTE, other);
  }

  @Override
  public NDArray lt(Number n) {
    return of(BinaryMethod.LT, n);
  }

  @Override
  public NDArray lt(NDArray other) {
    return of(BinaryMethod.LT, other);
  }

  @Override
  public NDArray lte(Number n) {
    return of(BinaryMethod.LTE, n);
  }

  @Override
  public NDArray lte(NDArray other) {
    return of(BinaryMethod.LTE, other);
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------------

  @Override
  public NDArray add(Number n) {
    return of(BinaryMethod.ADD, n);
  }

  @Override
  public NDArray add(NDArray other) {
    NDArray joined = BatchNormalized.joinedAdd(this, other);
    return joined != null ? joined : of(BinaryMethod.ADD, other);
  }

  @Override
  public NDArray sub(Number n) {
    return of(BinaryMethod.SUB, n);
  }

  @Override
  public NDArray sub(NDArray other) {
    return of(BinaryMethod.SUB, other);
  }

  @Override
  public NDArray mul(Number n) {
    return of(BinaryMethod.MUL, n);
  }

  @Override
  public NDArray mul(NDArray other) {
    return of(BinaryMethod.MUL, other);
  }

  @Override
  public NDArray div(Number n) {
    return of(BinaryMethod.DIV, n);
  }

  @Override
  public NDArray div(NDArray other) {
    return of(BinaryMethod.DIV, other);
  }

  @Override
  public NDArray mod(Number n) {
    return of(BinaryMethod.MOD, n);
  }

  @Override
  public NDArray mod(NDArray other) {
    return of(BinaryMethod.MOD, other);
  }

  @Override
  public NDArray pow(Number n) {
    return of(BinaryMethod.power(n), n);
  }

  @Override
  public NDArray pow(NDArray other) {
    return of(BinaryMethod.POW, other);
  }

  @Override
  public NDArray xlogy(NDArray other) {
    if (isScalar() || other.isScalar()) {
      throw new InvalidInputException("xlogy: takes arrays with axes, got " + getShape() + " and " + other.getShape());
    }
    return of(BinaryMethod.XLOGY, other);
  }

  // ---- in place ----------------------------------------------------------------------------------------------------

  @Override
  public NDArray addi(Number n) {
    return inPlace(BinaryMethod.ADD, n);
  }

  @Override
  public NDArray addi(NDArray other) {
    return inPlace(BinaryMethod.ADD, other);
  }

  @Override
  public NDArray subi(Number n) {
    return inPlace(BinaryMethod.SUB, n);
  }

  @Override
  public NDArray subi(NDArray other) {
    return inPlace(BinaryMethod.SUB, other);
  }

  @Override
  public NDArray muli(Number n) {
    return inPlace(BinaryMethod.MUL, n);
  }

  @Override
  public NDArray muli(NDArray other) {
    return inPlace(BinaryMethod.MUL, other);
  }

  @Override
  public NDArray divi(Number n) {
    return inPlace(BinaryMethod.DIV, n);
  }

  @Override
  public NDArray divi(NDArray other) {
    return inPlace(BinaryMethod.DIV, other);
  }

  @Override
  public NDArray modi(Number n) {
    return inPlace(BinaryMethod.MOD, n);
  }

  @Override
  public NDArray modi(NDArray other) {
    return inPlace(BinaryMethod.MOD, other);
  }

  @Override
  public NDArray powi(Number n) {
    return inPlace(BinaryMethod.power(n), n);
  }

  @Override
  public NDArray powi(NDArray other) {
    return inPlace(BinaryMethod.POW, other);
  }

  // ---- extremes, angles, logic
  // ---------------------------------------------------------------------------------------

  @Override
  public NDArray maximum(Number n) {
    return of(BinaryMethod.MAXIMUM, n);
  }

  @Override
  public NDArray maximum(NDArray other) {
    return of(BinaryMethod.MAXIMUM, other);
  }

  @Override
  public NDArray minimum(Number n) {
    return of(BinaryMethod.MINIMUM, n);
  }

  @Override
  public NDArray minimum(NDArray other) {
    return of(BinaryMethod.MINIMUM, other);
  }

  @Override
  public NDArray atan2(NDArray other) {
    return of(BinaryMethod.ATAN2, other);
  }

  @Override
  public NDArray logicalAnd(NDArray other) {
    return of(BinaryMethod.AND, other);
  }

  @Override
  public NDArray logicalOr(NDArray other) {
    return of(BinaryMethod.OR, other);
  }

  @Override
  public NDArray logicalXor(NDArray other) {
    return of(BinaryMethod.XOR, other);
  }

  @Override
  public NDArray logicalNot() {
    return compute(() -> real("logicalNot").apply("logicalNot", DType.BOOL, IS_ZERO.asNumber(), List.of()));
  }
}
