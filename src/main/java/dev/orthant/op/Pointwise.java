package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Expr;
import java.util.Collections;
import java.util.List;

/**
 * y_j = f_j(x_0, x_1, …) element by element, the inputs broadcast against each other as in NumPy; one or more outputs, all of the
 * broadcast shape. Inputs may be of any type: integers are converted. Computed in F64 if an input is F64, or if all are I32 or I64; else in F32.
 *
 * <p>A formula may also read random numbers: formula input {@code operands + j} is, at output element i, number i of {@code noise} j, uniform
 * in [0, 1) and the same on every device. Dropout is such a formula; nothing is stored for it.
 *
 * @param formulas one for each output
 * @param operands how many inputs there are
 * @param scalarValues the values of the formulas' launch-time numbers
 * @param types of the outputs; without any, that of the inputs (F32 where they mix). An integer type takes results that are whole numbers,
 *     BOOL stores 1 for what is not 0
 * @param noise the sequences of random numbers
 * @param least broadcasts with the inputs: how an output becomes larger than they are
 */
public record Pointwise(List<Expr> formulas, int operands, List<Double> scalarValues, List<DType> types,
    List<Philox> noise, Shape least) implements Op {
  public Pointwise {
    formulas = List.copyOf(formulas);
    scalarValues = List.copyOf(scalarValues);
    types = List.copyOf(types);
    noise = List.copyOf(noise);
  }

  /** Outputs of the inputs' type, no noise. */
  public Pointwise(List<Expr> formulas, int operands, List<Double> scalarValues) {
    this(formulas, operands, scalarValues, List.of(), List.of(), Shape.of());
  }

  /** Outputs of the inputs' broadcast shape. */
  public Pointwise(List<Expr> formulas, int operands, List<Double> scalarValues, List<DType> types,
      List<Philox> noise) {
    this(formulas, operands, scalarValues, types, noise, Shape.of());
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
    Shape shape = least;
    for (TensorSpec in : inputs) {
      if (in.dtype().isFloating() && in.dtype().compute() != compute(inputs)) {
        throw new DTypeException("pointwise: takes inputs of f16 bf16 f32, or all of f64, got " + inputs);
      }
      try {
        shape = shape.broadcast(in.shape());
      } catch (ShapeException e) {
        throw new ShapeException("pointwise: inputs " + inputs + " do not broadcast");
      }
    }
    List<DType> stored = types.isEmpty() ? Collections.nCopies(formulas.size(), common(inputs)) : types;
    if (stored.size() != formulas.size()) {
      throw new DTypeException("pointwise: " + formulas.size() + " formulas, but types " + types);
    }
    Shape walked = shape;
    return stored.stream().map(t -> new TensorSpec(t, walked)).toList();
  }

  /** The floating inputs' type, F32 where they mix. */
  private static DType common(List<TensorSpec> inputs) {
    List<DType> floating = inputs.stream().map(TensorSpec::dtype).filter(DType::isFloating).distinct().toList();
    if (floating.isEmpty()) {
      throw new DTypeException(
          "pointwise: takes at least one input of f16 bf16 f32 f64, or the outputs' types, got " + inputs);
    }
    return floating.size() == 1 ? floating.getFirst() : DType.F32;
  }

  /** The type that is computed in. */
  public DType compute(List<TensorSpec> inputs) {
    return types.contains(DType.F64) ? DType.F64 : Computing.of(inputs);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) infer(inputs).getFirst().shape().elements() * formulas.size();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    Shape shape = infer(inputs).getFirst().shape();
    return formulas.stream()
        .map(f -> Elementwise.evaluate(f, shape, null, inputs, values, 0, scalars(), noise))
        .toArray(double[][]::new);
  }

  @Override
  public double[] scalars() {
    return scalarValues.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public Pointwise withoutValues() {
    return scalarValues.isEmpty() && noise.isEmpty() ? this
        : new Pointwise(formulas, operands, Collections.nCopies(scalarValues.size(), 0.0), types,
            Collections.nCopies(noise.size(), new Philox(0, 0)), least);
  }
}
