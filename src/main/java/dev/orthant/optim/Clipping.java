package dev.orthant.optim;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.expr.Expr;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps gradients small, between the backward pass and {@link Optimizer#step}. Nothing waits for the device: gradients
 * are replaced by pending ones, which the optimizer computes in the launch that uses them. Parameters without a
 * gradient are left alone.
 */
public final class Clipping {
  /** The formula input that is the largest magnitude of all gradients. */
  private static final Expr LARGEST = Expr.input(1);

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
   * g ← g · min(1, max/norm), norm = √(Σ g²) over all gradients together (Pascanu et al. 2013). Two launches per
   * gradient: one for the largest magnitude, so that squares neither overflow nor vanish, one for the sum.
   *
   * <p>If the norm is NaN or infinite (a gradient is, or the norm is beyond the type's largest number), every gradient
   * becomes NaN: the step after it is visibly ruined rather than silently left out.
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

  /** √(Σ g²) over all gradients together, of shape (); two launches per gradient. The caller closes it. */
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

  /**
   * Each launch takes in one gradient: first for the largest magnitude of all, then for the sum of squares; the last
   * takes the root.
   */
  private static Measured measure(List<Tensor> parameters, @Nullable Double max) {
    List<Tensor> having = withGradient(parameters);
    if (having.isEmpty()) {
      throw new InvalidInputException(
          "clipping: none of the " + parameters.size() + " parameters has a gradient; call it after the backward pass");
    }
    // The sums of all gradients are divided by the same power of two.
    DType levels = having.stream().allMatch(p -> p.dtype() == DType.F64) ? DType.F64 : DType.F32;
    try (Scope scope = Scope.open()) {
      Tensor largest = largest(having);
      Tensor sum = null;
      for (Tensor p : having.subList(0, having.size() - 1)) {
        sum = add(p.gradient(), largest, sum, levels, List.of(total(sum))).getFirst().reshape();
      }
      Expr norm = Moments.norm(total(sum), LARGEST, levels);
      List<Expr> wanted = new ArrayList<>(List.of(norm));
      if (max != null) {
        Expr ratio = Expr.min(Expr.constant(1), Expr.scalar(0).div(norm));
        wanted.add(Expr.where(norm.lt(Double.POSITIVE_INFINITY), ratio, norm.minus(norm)));
      }
      double[] scalars = max == null ? new double[0] : new double[] {max};
      List<Tensor> results = add(having.getLast().gradient(), largest, sum, levels, wanted, scalars);
      return new Measured(scope.keep(results.getFirst().reshape()),
          max == null ? null : scope.keep(results.getLast().reshape()));
    }
  }

  /** The largest magnitude of all gradients; 0 of none that has elements. */
  private static Tensor largest(List<Tensor> having) {
    Tensor most = null;
    Reduce.Stage stage = new Reduce.Stage(Reduce.Kind.MAX, Expr.input(0).abs());
    for (Tensor p : having) {
      if (!p.shape().isEmpty()) {
        Expr more = most == null ? Reduce.stage(1, 0) : Expr.max(Expr.input(1), Reduce.stage(2, 0));
        most = launch(stage, List.of(more), most == null ? List.of(p.gradient()) : List.of(p.gradient(), most))
            .getFirst().reshape();
      }
    }
    return most == null ? Tensor.full(having.getFirst().device(), DType.F32, Shape.of(), 0) : most;
  }

  /** The sum so far with this gradient's scaled squares: stage 0, of two operands or of three. */
  private static Expr total(@Nullable Tensor before) {
    return before == null ? Reduce.stage(2, 0) : Expr.input(2).plus(Reduce.stage(3, 0));
  }

  private static List<Tensor> add(Tensor gradient, Tensor largest, @Nullable Tensor before, DType levels,
      List<Expr> wanted, double... scalars) {
    return launch(Moments.squares(Expr.input(0), LARGEST, levels), wanted,
        before == null ? List.of(gradient, largest) : List.of(gradient, largest, before), scalars);
  }

  /**
   * One stage over the first of the inputs; the others are numbers. All results are in the type that is computed in.
   */
  private static List<Tensor> launch(Reduce.Stage stage, List<Expr> wanted, List<Tensor> inputs, double... scalars) {
    DType type = inputs.getFirst().dtype().compute();
    List<Tensor> alike = inputs.stream()
        .map(t -> t.dtype().compute() == type ? t : t.cast(type)).toList();
    Reduce op = new Reduce(IntStream.range(0, inputs.getFirst().shape().rank()).boxed().toList(), List.of(stage),
        wanted.stream().map(f -> new Reduce.Result(f, true, type)).toList(), inputs.size(),
        java.util.Arrays.stream(scalars).boxed().toList());
    return Tensor.reduceAll("clipping", op, alike);
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
