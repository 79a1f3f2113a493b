package dev.orthant.optim;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps gradients small, between the backward pass and {@link Optimizer#step}. Nothing waits for the device: gradients are replaced by pending ones, which
 * the optimizer computes in the launch that uses them. Parameters without a gradient are left alone.
 */
public final class Clipping {
  private Clipping() {}

  /** The global norm and, if asked for, what gradients are multiplied by. */
  private record Measured(Tensor norm, @Nullable Tensor scale) {}

  /** g ← min(max(g, −limit), limit); NaN stays. No launch. */
  public static void byValue(List<Tensor> parameters, double limit) {
    Hyper.positive("clipping by value", "limit", limit);
    try (Scope _ = Scope.open()) {
      for (Tensor p : withGradient(parameters)) {
        p.replaceGradient(p.gradient().clip(-limit, limit));
      }
    }
  }

  /**
   * g ← g · min(1, max/norm), norm = √(Σ g²) over all gradients together (Pascanu et al. 2013). One launch per gradient.
   *
   * <p>If the norm is NaN or infinite (in F32, that is beyond 1.8·10¹⁹), every gradient becomes NaN: the step after it is visibly ruined rather than
   * silently left out.
   *
   * @return the norm before, of shape (); the caller closes it
   * @throws InvalidInputException when no parameter has a gradient
   */
  public static Tensor byGlobalNorm(List<Tensor> parameters, double max) {
    Measured m = measure(parameters, checked(max));
    scale(parameters, m);
    return m.norm;
  }

  /**
   * As {@link #byGlobalNorm}, but waits for the norm.
   *
   * @return the norm before
   * @throws ArithmeticException when it is NaN or infinite; gradients are then as they were
   */
  public static double byFiniteGlobalNorm(List<Tensor> parameters, double max) {
    try (Scope _ = Scope.open()) {
      Measured m = measure(parameters, checked(max));
      double norm = m.norm.toDoubleArray()[0];
      if (!(norm < Double.POSITIVE_INFINITY)) {
        throw new ArithmeticException("clipping: the global norm of the gradients of " + parameters.size()
            + " parameters is " + norm + "; lower the learning rate, or look for the layer it comes from");
      }
      scale(parameters, m);
      return norm;
    }
  }

  /** √(Σ g²) over all gradients together, of shape (); one launch per gradient. The caller closes it. */
  public static Tensor globalNorm(List<Tensor> parameters) {
    return measure(parameters, null).norm;
  }

  private static double checked(double max) {
    Hyper.positive("clipping by norm", "max", max);
    return max;
  }

  private static List<Tensor> withGradient(List<Tensor> parameters) {
    return parameters.stream().filter(Tensor::hasGradient).toList();
  }

  /** Each launch adds one gradient's squares to the sum of those before it; the last takes the root. */
  private static Measured measure(List<Tensor> parameters, @Nullable Double max) {
    List<Tensor> having = withGradient(parameters);
    if (having.isEmpty()) {
      throw new InvalidInputException(
          "clipping: none of the " + parameters.size() + " parameters has a gradient; call it after the backward pass");
    }
    try (Scope scope = Scope.open()) {
      Tensor sum = null;
      for (Tensor p : having.subList(0, having.size() - 1)) {
        sum = add(p.gradient(), sum, List.of(total(sum))).getFirst().reshape();
      }
      Expr norm = total(sum).sqrt();
      List<Expr> wanted = new ArrayList<>(List.of(norm));
      if (max != null) {
        Expr ratio = Expr.min(Expr.constant(1), Expr.scalar(0).div(norm));
        wanted.add(Expr.where(norm.lt(Double.POSITIVE_INFINITY), ratio, norm.minus(norm)));
      }
      double[] scalars = max == null ? new double[0] : new double[] {max};
      List<Tensor> results = add(having.getLast().gradient(), sum, wanted, scalars);
      return new Measured(scope.keep(results.getFirst().reshape()),
          max == null ? null : scope.keep(results.getLast().reshape()));
    }
  }

  /** The sum so far with this gradient's squares: stage 0, of one operand or of two. */
  private static Expr total(@Nullable Tensor before) {
    return before == null ? Reduce.stage(1, 0) : Expr.input(1).plus(Reduce.stage(2, 0));
  }

  private static List<Tensor> add(Tensor gradient, @Nullable Tensor before, List<Expr> wanted, double... scalars) {
    DType type = gradient.dtype().compute();
    List<Tensor> inputs = before == null ? List.of(gradient)
        : List.of(gradient, before.dtype() == type ? before : before.cast(type));
    Reduce op = new Reduce(IntStream.range(0, gradient.shape().rank()).boxed().toList(),
        List.of(new Reduce.Stage(Reduce.Kind.SUM, Expr.input(0).squared())),
        wanted.stream().map(f -> new Reduce.Result(f, true, type)).toList(), inputs.size(),
        java.util.Arrays.stream(scalars).boxed().toList());
    return Tensor.reduceAll("clipping", op, inputs);
  }

  /** Multiplies every gradient by what was measured, which is closed. */
  private static void scale(List<Tensor> parameters, Measured measured) {
    try (Scope _ = Scope.open(); Tensor factor = java.util.Objects.requireNonNull(measured.scale)) {
      for (Tensor p : withGradient(parameters)) {
        DType type = p.dtype().compute();
        Tensor own = factor.dtype() == type ? factor : factor.cast(type);
        // The gradient's type, also where that is F16 and the factor F32.
        p.replaceGradient(
            p.gradient().apply("clipping", p.dtype(), Expr.input(0).times(Expr.input(1)), List.of(own)));
      }
    }
  }
}
