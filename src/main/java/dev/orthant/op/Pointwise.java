package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Expr;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.op.reference.Computing;

import dev.orthant.op.reference.Longs;

import dev.orthant.op.walk.Broadcast;
import java.util.Collections;
import java.util.List;

/**
 * y_j = f_j(x_0, x_1, …) element by element, the inputs broadcast against each other as in NumPy; one or more outputs,
 * all of the broadcast shape. Inputs may be of any type.
 *
 * <p>Where inputs and outputs are all integers or BOOL, and the formulas and their launch-time numbers are whole
 * ({@link IntegerSemantics#isWhole(Expr)}), this is computed in integers of 64 bits, exactly but for wrapping around;
 * an output takes the low bits. {@link IntegerSemantics} says what each function then means. Everything else is
 * computed in F64 if an input or output is F64, or if all inputs are I32 or I64; else in F32; integers are converted.
 *
 * <p>A formula may also read random numbers: formula input {@code operands + j} is, at output element i, number i of
 * {@code noise} j, uniform in [0, 1), of 53 bits where it is computed in F64 and else of 24, and the same on every
 * device. Dropout is such a formula; nothing is stored for it.
 *
 * @param formulas one for each output
 * @param operands how many inputs there are
 * @param scalarValues the values of the formulas' launch-time numbers
 * @param types of the outputs; without any, that of the inputs (F32 where floating ones mix; of integers the wider,
 *     BOOL giving way and U8 with I8 giving I32). An integer type takes results that are whole numbers, BOOL stores 1
 *     for what is not 0
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
    if (formulas.isEmpty()) {
      throw new InvalidInputException("pointwise: takes at least 1 formula");
    }
    formulas.forEach(f -> Computing.requireRead("pointwise", f, operands + noise.size(), scalarValues.size()));
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

  /**
   * The floating inputs' type, F32 where they mix; the integers' where there is no floating one and the formulas are
   * theirs.
   */
  private DType common(List<TensorSpec> inputs) {
    List<DType> floating = inputs.stream().map(TensorSpec::dtype).filter(DType::isFloating).distinct().toList();
    if (!floating.isEmpty()) {
      return floating.size() == 1 ? floating.getFirst() : DType.F32;
    }
    if (!Computing.areMeant(formulas, scalarValues) || !noise.isEmpty()
        || formulas.stream().anyMatch(IntegerSemantics::divides)) {
      throw new DTypeException("pointwise: takes at least one input of f16 bf16 f32 f64, or the outputs' types, got "
          + inputs
          + "; only sums, differences, products, powers, remainders, comparisons and choices with whole numbers"
          + " have a type of their own; cast an input, or name the result's type");
    }
    return integers(inputs.stream().map(TensorSpec::dtype).toList());
  }

  /**
   * The type of what is computed from integers and truth values: the wider one, BOOL giving way to any; U8 and I8
   * become I32.
   *
   * @throws DTypeException when one is floating
   */
  public static DType integers(List<DType> types) {
    return Computing.integers("pointwise", types);
  }

  /** The type that is computed in: F32, F64, or I64 for work in integers. */
  @Override
  public DType compute(List<TensorSpec> inputs) {
    boolean whole =
        noise.isEmpty() && Computing.areIntegers(inputs, types) && Computing.areMeant(formulas, scalarValues);
    return whole ? DType.I64 : types.contains(DType.F64) ? DType.F64 : Computing.of(inputs);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) infer(inputs).getFirst().shape().elements() * formulas.size();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    if (compute(inputs) == DType.I64) {
      return Longs.toDoubles(referenceOfIntegers(inputs, Longs.of(values)));
    }
    Shape shape = infer(inputs).getFirst().shape();
    return formulas.stream()
        .map(f -> Elementwise.evaluate(f, shape, null, inputs, values, 0, scalars(), noise, compute(inputs)))
        .toArray(double[][]::new);
  }

  @Override
  public boolean isInIntegers(List<TensorSpec> inputs) {
    return compute(inputs) == DType.I64;
  }

  @Override
  public long[][] referenceOfIntegers(List<TensorSpec> inputs, long[][] values) {
    List<TensorSpec> outputs = infer(inputs);
    Broadcast walk = Broadcast.of(outputs.getFirst().shape(), inputs.stream().map(TensorSpec::shape).toList());
    long[] numbers = Longs.of(scalars());
    long[] at = new long[operands];
    long[][] results = new long[outputs.size()][Math.toIntExact(outputs.getFirst().shape().elements())];
    for (int i = 0; i < results[0].length; i++) {
      for (int o = 0; o < operands; o++) {
        at[o] = values[o][Math.toIntExact(walk.offset(o, i))];
      }
      for (int j = 0; j < results.length; j++) {
        results[j][i] = Longs.stored(outputs.get(j).dtype(), IntegerSemantics.evaluate(formulas.get(j), at, numbers));
      }
    }
    return results;
  }

  @Override
  public double[] scalars() {
    return scalarValues.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public Pointwise withoutValues() {
    return scalarValues.isEmpty() && noise.isEmpty() ? this
        : new Pointwise(formulas, operands, Computing.withoutValues(scalarValues, types), types,
            Collections.nCopies(noise.size(), new Philox(0, 0)), least);
  }
}
