package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Expr;
import java.util.List;

/**
 * y_j = f_j(x_0, x_1, …) element by element, the inputs broadcast against each other as in NumPy; one or more outputs, all of the
 * broadcast shape. Inputs are floating; F16 and BF16 are computed in F32. The outputs have the inputs' type (F32 where they mix).
 *
 * @param formulas one for each output
 * @param operands how many inputs there are
 * @param scalarValues the values of the formulas' launch-time numbers
 */
public record Pointwise(List<Expr> formulas, int operands, List<Double> scalarValues) implements Op {
  public Pointwise {
    formulas = List.copyOf(formulas);
    scalarValues = List.copyOf(scalarValues);
  }

  /** One output. */
  public static Pointwise of(Expr formula, int operands, double... scalars) {
    return new Pointwise(List.of(formula), operands, java.util.Arrays.stream(scalars).boxed().toList());
  }

  /** y = f(x) with the activation's parameters as launch-time numbers. */
  public static Pointwise of(Activation f, double... parameters) {
    Epilogue e = Epilogue.NONE.activation(f, parameters);
    return new Pointwise(List.of(e.formula()), 1, e.scalars());
  }

  /** y = f(x) with every parameter at its initial value. */
  public static Pointwise of(Activation f) {
    return of(f, f.parameters().stream().mapToDouble(p -> p.initial()).toArray());
  }

  @Override
  public String name() {
    return "pointwise";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != operands || inputs.isEmpty()) {
      throw new ShapeException("pointwise: takes " + operands + " inputs, got " + inputs.size() + ": " + inputs);
    }
    DType type = inputs.getFirst().dtype();
    Shape shape = inputs.getFirst().shape();
    for (TensorSpec in : inputs) {
      if (!in.dtype().isFloating() || in.dtype().compute() != type.compute()) {
        throw new DTypeException("pointwise: takes inputs of f16 bf16 f32, or all of f64, got " + inputs);
      }
      type = in.dtype() == type ? type : DType.F32;
      try {
        shape = shape.broadcast(in.shape());
      } catch (ShapeException e) {
        throw new ShapeException("pointwise: inputs " + inputs + " do not broadcast");
      }
    }
    TensorSpec out = new TensorSpec(type, shape);
    return formulas.stream().map(f -> out).toList();
  }

  /** The type that is computed in. */
  public DType compute(List<TensorSpec> inputs) {
    return inputs.getFirst().dtype().compute();
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) infer(inputs).getFirst().shape().elements() * formulas.size();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Shape shape = infer(inputs).getFirst().shape();
    return formulas.stream()
        .map(f -> Elementwise.evaluate(f, shape, null, inputs, values, 0, scalars()))
        .toArray(double[][]::new);
  }

  @Override
  public double[] scalars() {
    return scalarValues.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
