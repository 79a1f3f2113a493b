package dev.orthant.expr;

import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A named elementwise function y = f(x; parameters). {@link Activations} holds the catalogue; a user's own is made by
 * the same {@code define} and can do all that the built-in ones can: be fused, run on every device, be differentiated.
 *
 * @param name snake_case, as in PyTorch's functional names
 * @param value f, with x as input 0 and the parameters as inputs 1, 2, …
 * @param parameters in the order of their inputs
 * @param slopeByOutput f′ written by y alone (as input 0), for those functions where that is possible: then training
 *     need not keep x. Only where the output as it is stored, in 16 bits too, loses nothing: a sign or a threshold
 *     decides, as for relu. 1 − y² would lose the slope of tanh where y has become 1. Parameters are inputs 1, 2, … and
 *     may limit where it holds (a positive slope, for example); the Javadoc of the constant says so
 */
public record Activation(String name, Expr value, List<Parameter> parameters, Optional<Expr> slopeByOutput) {
  /** What the backward pass needs to keep. */
  public enum Saved {
    OUTPUT,
    PREACTIVATION
  }

  public Activation {
    parameters = List.copyOf(parameters);
  }

  /** An activation without parameters. */
  public static Activation define(String name, UnaryOperator<Expr> f) {
    return of(name, List.of(), in -> f.apply(in.get(0)));
  }

  /** An activation with one parameter. */
  public static Activation define(String name, BinaryOperator<Expr> f, Parameter p) {
    return of(name, List.of(p), in -> f.apply(in.get(0), in.get(1)));
  }

  /** An activation with two parameters, given as the list (x, p, q). */
  public static Activation define(String name, Function<List<Expr>, Expr> f, Parameter p, Parameter q) {
    return of(name, List.of(p, q), f);
  }

  private static Activation of(String name, List<Parameter> parameters, Function<List<Expr>, Expr> f) {
    List<Expr> inputs = java.util.stream.IntStream.rangeClosed(0, parameters.size()).mapToObj(Expr::input).toList();
    return new Activation(name, f.apply(inputs).simplified(), parameters, Optional.empty());
  }

  /** This activation with its slope written by its output y. */
  public Activation slopeByOutput(UnaryOperator<Expr> slope) {
    return new Activation(name, value, parameters, Optional.of(slope.apply(Expr.input(0))));
  }

  /** As {@link #slopeByOutput(UnaryOperator)} with the first parameter at hand. */
  public Activation slopeByOutput(BinaryOperator<Expr> slope) {
    return new Activation(name, value, parameters, Optional.of(slope.apply(Expr.input(0), Expr.input(1))));
  }

  /** What backward needs: the output where the slope can be told from it, else the pre-activation. */
  public Saved saved() {
    return slopeByOutput.isPresent() ? Saved.OUTPUT : Saved.PREACTIVATION;
  }

  /** f′(x): the symbolic derivative with respect to the argument. */
  public Expr slope() {
    return value.derivative(0);
  }

  /** The symbolic derivative with respect to parameter {@code index} (from 0), for learning it. */
  public Expr slopeByParameter(int index) {
    return value.derivative(index + 1);
  }

  /** f applied to {@code x} with the parameters replaced by formulas (numbers, inputs or scalars). */
  public Expr apply(Expr x, List<Expr> arguments) {
    if (arguments.size() != parameters.size()) {
      throw new dev.orthant.core.InvalidInputException(name + ": takes " + parameters.size() + " parameters "
          + parameters.stream().map(Parameter::name).toList() + ", got " + arguments.size());
    }
    return value.substitute(i -> i == 0 ? x : arguments.get(i - 1), Expr::scalar);
  }

  /** f applied to {@code x} with every parameter at its initial value. */
  public Expr apply(Expr x) {
    return apply(x, parameters.stream().map(p -> Expr.constant(p.initial())).toList());
  }
}
