package dev.orthant.op;

import dev.orthant.expr.Activation;
import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is done to each element of a product before it is stored: y = f(acc, operand 1, …). Input 0 of {@code formula}
 * is the accumulator in computing precision, inputs 1, 2, … are extra tensors, appended to the op's inputs, that
 * broadcast to its output (a bias of shape (n), a residual of the output's own shape, a learned slope). Built step by
 * step:
 *
 * <pre>{@code Epilogue.NONE.scale(0.5).plusOperand().activation(Activations.GELU)}</pre>
 *
 * @param formula what is computed
 * @param operands how many extra tensors it reads
 * @param scalars the values of its launch-time numbers
 */
public record Epilogue(Expr formula, int operands, List<Double> scalars) {
  /** The product as it is. */
  public static final Epilogue NONE = new Epilogue(Expr.input(0), 0, List.of());

  public Epilogue {
    scalars = List.copyOf(scalars);
  }

  /** Whether it leaves the product as it is. */
  public boolean isIdentity() {
    return formula.equals(NONE.formula);
  }

  /** Multiplies by {@code alpha}, as in BLAS. */
  public Epilogue scale(double alpha) {
    return alpha == 1 ? this : then(Expr.input(0).times(Expr.scalar(0)), 0, alpha);
  }

  /** Adds one more tensor: a bias or a residual. */
  public Epilogue plusOperand() {
    return then(Expr.input(0).plus(Expr.input(1)), 1);
  }

  /** Applies an activation, its parameters as launch-time numbers. */
  public Epilogue activation(Activation f, double... parameters) {
    List<Expr> arguments = new ArrayList<>();
    for (int i = 0; i < parameters.length; i++) {
      arguments.add(Expr.scalar(i));
    }
    return then(f.apply(Expr.input(0), arguments), 0, parameters);
  }

  /** Applies an activation with every parameter at its initial value. */
  public Epilogue activation(Activation f) {
    return activation(f, f.parameters().stream().mapToDouble(p -> p.initial()).toArray());
  }

  /**
   * Goes on with {@code next}, whose input 0 is this epilogue's result, whose further inputs are {@code moreOperands}
   * new tensors and whose scalars are {@code moreScalars}.
   */
  public Epilogue then(Expr next, int moreOperands, double... moreScalars) {
    Expr joined =
        next.substitute(i -> i == 0 ? formula : Expr.input(operands + i), i -> Expr.scalar(scalars.size() + i));
    List<Double> values = Stream.concat(scalars.stream(), Arrays.stream(moreScalars).boxed()).toList();
    return new Epilogue(joined, operands + moreOperands, values);
  }
}
