package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.op.reference.Computing;
import dev.orthant.op.reference.Longs;
import dev.orthant.op.walk.Broadcast;
import dev.orthant.op.walk.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that reduces over axes: sums and norms, softmax, normalisation, losses, and the backward pass of each. The
 * inputs broadcast to a common shape; its elements that agree in all but the {@code axes} are a <em>row</em>. In each
 * row stages run one after another,
 *
 * <p>s_j = ⊕_j over the row of f_j(x_0, …, s_0, …, s_{j−1}),
 *
 * <p>and then each result is stored, y_i = g_i(x_0, …, s_0, …), either at every element of the row or once for the row.
 *
 * <p>In a formula inputs 0 … operands−1 are the operands, input operands+j is s_j, and the input after the last stage
 * is the element's position in its row (row-major over {@code axes}, from 0): see {@link #stage(int)} and
 * {@link #position()}. Softmax, for example, is s_0 = max x, s_1 = Σ e^(x−s_0), y = e^(x−s_0)/s_1, in one launch.
 *
 * <p>Shapes: a result stored once per row has extent 1 along the axes; to drop those is a reshape. An empty row gives
 * SUM 0, PROD 1, MEAN NaN, and is refused for MAX and MIN if a result is stored per row: one at each element has none
 * to store. A NaN in a row makes MAX and MIN NaN. The order of summation depends on shapes only, so that results repeat
 * bit by bit. Accumulation is in the computing type: F64 if any input or result is, or if all inputs are I32 or I64;
 * else F32.
 *
 * <p>Where inputs and results are all integers or BOOL, no stage is a MEAN, and formulas and launch-time numbers are
 * whole ({@link IntegerSemantics#isWhole(Expr)}), all is computed in integers of 64 bits, exactly but for wrapping
 * around; a result takes the low bits.
 *
 * @param axes ascending, distinct, from 0, of the common shape; none means that each element is a row
 * @param operands how many inputs there are
 * @param scalarValues the values of the formulas' launch-time numbers
 * @param least broadcasts with the inputs to the common shape: for inputs that do not vary along the axes themselves
 */
public record Reduce(List<Integer> axes, List<Stage> stages, List<Result> results, int operands,
    List<Double> scalarValues, Shape least) implements Op {
  /** How the elements of a row become one. */
  public enum Kind {
    SUM,
    /** The sum divided by the row's length. */
    MEAN,
    PROD,
    /** The largest; NaN if any is NaN. */
    MAX,
    /** The smallest; NaN if any is NaN. */
    MIN
  }

  /** s = kind over the row of formula. */
  public record Stage(Kind kind, Expr formula) {}

  /**
   * What is stored.
   *
   * @param formula for a result stored once per row it reads stages and operands of extent 1 along the axes only
   * @param perRow once for a row rather than at each element
   * @param type a floating type, or an integer type for a result that is a whole number; BOOL stores 1 for what is not
   * 0
   */
  public record Result(Expr formula, boolean perRow, DType type) {}

  /** The longest row whose positions F32 holds exactly. */
  public static final long EXACT = 1L << 24;

  public Reduce {
    axes = List.copyOf(axes);
    stages = List.copyOf(stages);
    results = List.copyOf(results);
    scalarValues = List.copyOf(scalarValues);
  }

  /** The common shape is the broadcast of the inputs. */
  public Reduce(List<Integer> axes, List<Stage> stages, List<Result> results, int operands, List<Double> scalarValues) {
    this(axes, stages, results, operands, scalarValues, Shape.of());
  }

  /** The formula input that is the result of stage {@code j}, for an op of {@code operands} inputs. */
  public static Expr stage(int operands, int j) {
    return Expr.input(operands + j);
  }

  /** The formula input that is the result of stage {@code j}. */
  public Expr stage(int j) {
    return stage(operands, j);
  }

  /**
   * The formula input that is the element's position in its row, of an op with {@code operands} inputs and
   * {@code stages} stages.
   */
  public static Expr position(int operands, int stages) {
    return Expr.input(operands + stages);
  }

  /** The number of the formula input that is the element's position in its row. */
  public int position() {
    return operands + stages.size();
  }

  /** Whether any formula reads the position. */
  public boolean usesPosition() {
    return formulas().anyMatch(f -> f.inputs().contains(position()));
  }

  private Stream<Expr> formulas() {
    return Stream.concat(stages.stream().map(Stage::formula), results.stream().map(Result::formula));
  }

  /** The type that is computed and accumulated in: F32, F64, or I64 for work in integers. */
  @Override
  public DType compute(List<TensorSpec> inputs) {
    List<DType> stored = results.stream().map(Result::type).toList();
    boolean whole = Computing.areIntegers(inputs, stored) && stages.stream().noneMatch(s -> s.kind == Kind.MEAN)
        && Computing.areMeant(formulas().toList(), scalarValues);
    return whole ? DType.I64 : stored.contains(DType.F64) ? DType.F64 : Computing.of(inputs);
  }

  /** The shape that the inputs broadcast to. */
  public Shape walked(List<TensorSpec> inputs) {
    Shape shape = least;
    for (TensorSpec in : inputs) {
      try {
        shape = shape.broadcast(in.shape());
      } catch (ShapeException e) {
        throw new ShapeException("reduce: inputs " + inputs + " do not broadcast");
      }
    }
    return shape;
  }

  /** {@code walked} with extent 1 along the axes: the shape of what is stored once per row. */
  public Shape rows(Shape walked) {
    long[] dims = walked.dims();
    axes.forEach(a -> dims[a] = 1);
    return Shape.of(dims);
  }

  /** How many elements a row has. */
  public long length(Shape walked) {
    return axes.stream().mapToLong(walked::dim).reduce(1, (a, b) -> a * b);
  }

  @Override
  public String name() {
    return "reduce";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != operands || inputs.isEmpty() || results.isEmpty()) {
      throw new ShapeException(
          "reduce: takes " + operands + " inputs (at least 1), got " + inputs.size() + ": " + inputs);
    }
    formulas().forEach(f -> Computing.requireRead("reduce", f, position() + 1, scalarValues.size()));
    for (int j = 0; j < stages.size(); j++) {
      int known = operands + j;
      if (stages.get(j).formula().measure().inputs() > known
          && stages.get(j).formula().inputs().stream().anyMatch(i -> i >= known && i != position())) {
        throw new InvalidInputException("reduce: stage " + j + " reads a stage that is not before it");
      }
    }
    Shape walked = walked(inputs);
    int before = -1;
    for (int axis : axes) {
      if (axis <= before || axis >= walked.rank()) {
        throw new ShapeException(
            "reduce: axes " + axes + " are not ascending axes of " + walked + "; inputs " + inputs);
      }
      before = axis;
    }
    Shape rows = rows(walked);
    boolean extreme = stages.stream().anyMatch(s -> s.kind == Kind.MAX || s.kind == Kind.MIN);
    boolean told = results.stream().anyMatch(Result::perRow);
    if (extreme && told && length(walked) == 0 && !rows.isEmpty()) {
      throw new ShapeException("reduce: no largest or smallest of no elements: axes " + axes + " of " + inputs);
    }
    if (length(walked) > EXACT && compute(inputs) == DType.F32 && usesPosition()) {
      throw new ShapeException("reduce: rows of " + length(walked) + " elements are too long to count positions in f32"
          + " (at most " + EXACT + "); inputs " + inputs + "; reshape, or compute in f64");
    }
    results.stream().filter(r -> r.perRow).forEach(r -> checkPerRow(r, walked, inputs));
    if (compute(inputs) == DType.F64
        && inputs.stream().anyMatch(i -> i.dtype().isFloating() && i.dtype() != DType.F64)) {
      throw new DTypeException("reduce: takes inputs of f16 bf16 f32, or all of f64, got " + inputs);
    }
    return results.stream().map(r -> new TensorSpec(r.type, r.perRow ? rows : walked)).toList();
  }

  private void checkPerRow(Result r, Shape walked, List<TensorSpec> inputs) {
    for (int i : r.formula.inputs()) {
      if (i == position() || (i < operands && !inputs.get(i).shape().broadcastsTo(rows(walked)))) {
        throw new ShapeException("reduce: a result per row reads "
            + (i < operands ? "operand " + inputs.get(i) : "the position") + ", which varies along axes " + axes);
      }
    }
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) walked(inputs).elements() * (stages.size() + results.stream().filter(r -> !r.perRow).count());
  }

  @Override
  public double[] scalars() {
    return scalarValues.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public Reduce withoutValues() {
    return scalarValues.isEmpty() ? this
        : new Reduce(axes, stages, results, operands,
            Computing.withoutValues(scalarValues, results.stream().map(Result::type).toList()), least);
  }

  @Override
  public boolean isInIntegers(List<TensorSpec> inputs) {
    return compute(inputs) == DType.I64;
  }

  @Override
  public long[][] referenceOfIntegers(List<TensorSpec> inputs, long[][] values) {
    return new ReduceIntegers(this, inputs, values).results();
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    if (isInIntegers(inputs)) {
      return Longs.toDoubles(referenceOfIntegers(inputs, Longs.of(values)));
    }
    Shape walked = walked(inputs);
    Rows rows = new Rows(walked, axes);
    List<double[]> stored = new ArrayList<>();
    results.forEach(r -> stored.add(new double[Math.toIntExact((r.perRow ? rows(walked) : walked).elements())]));
    Broadcast walk = Broadcast.of(walked, inputs.stream().map(TensorSpec::shape).toList());
    double[] at = new double[position() + 1];
    for (long row = 0; row < rows.count(); row++) {
      for (int j = 0; j < stages.size(); j++) {
        at[operands + j] = reduce(stages.get(j), rows, row, walk, values, at);
      }
      for (int i = 0; i < results.size(); i++) {
        Result r = results.get(i);
        for (long p = 0; p < (r.perRow ? Math.min(1, walked.elements() == 0 ? 1 : rows.length()) : rows.length());
            p++) {
          load(rows, row, p, walk, values, at);
          stored.get(i)[Math.toIntExact(r.perRow ? row : rows.element(row, p))] = r.formula.evaluate(at, scalars());
        }
      }
    }
    return stored.toArray(double[][]::new);
  }

  private double reduce(Stage stage, Rows rows, long row, Broadcast walk, double[][] values, double[] at) {
    double s = switch (stage.kind) {
      case SUM, MEAN -> 0;
      case PROD -> 1;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
    for (long p = 0; p < rows.length(); p++) {
      load(rows, row, p, walk, values, at);
      double f = stage.formula.evaluate(at, scalars());
      s = switch (stage.kind) {
        case SUM, MEAN -> s + f;
        case PROD -> s * f;
        case MAX -> Math.max(s, f);
        case MIN -> Math.min(s, f);
      };
    }
    return stage.kind == Kind.MEAN ? s / rows.length() : s;
  }

  private void load(Rows rows, long row, long p, Broadcast walk, double[][] values, double[] at) {
    // An empty row has no element to load: only results per row are computed there, of operands that do not vary along
    // it.
    long element = rows.length() == 0 ? -1 : rows.element(row, p);
    for (int o = 0; o < operands; o++) {
      at[o] = element < 0 ? Double.NaN : values[o][Math.toIntExact(walk.offset(o, element))];
    }
    at[position()] = p;
  }
}
