package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import dev.orthant.op.Philox;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An elementwise operation to be put on tensors.
 *
 * @param name what the user called it, for messages
 * @param value by inputs 0, 1, … (the tensors), then the noise
 * @param scalars its launch-time numbers
 * @param type of the result; null for that of the tensors
 * @param least broadcasts with the tensors' shapes
 * @param slopeByOutput the derivative with respect to input 0, written by the result as input 0, if training shall use
 * that; else null
 */
record Formula(String name, Expr value, List<Double> scalars, List<Philox> noise, @Nullable DType type, Shape least,
    @Nullable Expr slopeByOutput) {
  /** This tensor, and the other operand; the launch's first number. */
  static final Expr X = Expr.input(0);
  static final Expr Y = Expr.input(1);
  static final Expr S = Expr.scalar(0);
  static final Expr INFINITY = Expr.constant(Double.POSITIVE_INFINITY);

  static Formula of(String name, Expr value, double... scalars) {
    return new Formula(name, value, Arrays.stream(scalars).boxed().toList(), List.of(), null, Shape.of(), null);
  }

  Formula type(DType other) {
    return new Formula(name, value, scalars, noise, other, least, slopeByOutput);
  }

  Formula least(Shape other) {
    return new Formula(name, value, scalars, noise, type, other, slopeByOutput);
  }

  Formula noise(List<Philox> other) {
    return new Formula(name, value, scalars, other, type, least, slopeByOutput);
  }

  Formula slopeByOutput(@Nullable Expr other) {
    return new Formula(name, value, scalars, noise, type, least, other);
  }
}
