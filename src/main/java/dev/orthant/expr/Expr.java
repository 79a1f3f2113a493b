package dev.orthant.expr;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * A formula on one element: real-valued, IEEE semantics, no side effects. Immutable; compared by structure.
 *
 * <p>{@link Input} is an element of a tensor operand, {@link Scalar} a number known at launch (a learning rate, a
 * slope) and {@link Constant} one known when the formula is written. Kinks are written with {@link Where}, never with
 * {@code fmax}, so that a NaN that goes in comes out.
 *
 * <p>A formula of more than {@link Measure#MAX_NODES} nodes, or deeper than {@link Measure#DEEPEST}, is refused where
 * it is put together ({@link dev.orthant.core.InvalidInputException}).
 */
public sealed interface Expr {
  /** The element of operand {@code index}; input 0 of an activation is its argument, of an epilogue the accumulator. */
  record Input(int index) implements Expr {
    public Input {
      Measure.input(index);
    }

    @Override
    public Measure measure() {
      return Measure.input(index);
    }
  }

  /** The launch-time number {@code index}. */
  record Scalar(int index) implements Expr {
    public Scalar {
      Measure.scalar(index);
    }

    @Override
    public Measure measure() {
      return Measure.scalar(index);
    }
  }

  /** A number fixed in the formula. */
  record Constant(double value) implements Expr {
    @Override
    public Measure measure() {
      return Measure.CONSTANT;
    }
  }

  /** A function of one argument. */
  record Unary(Function function, Expr argument, Measure measure) implements Expr {
    /** With the measure that follows from the argument's. */
    public Unary(Function function, Expr argument) {
      this(function, argument, Measure.over(argument.measure()));
    }
  }

  /** A function of two arguments. */
  record Binary(Operator operator, Expr left, Expr right, Measure measure) implements Expr {
    /** With the measure that follows from the operands'. */
    public Binary(Operator operator, Expr left, Expr right) {
      this(operator, left, right, Measure.over(left.measure(), right.measure()));
    }
  }

  /** {@code condition ? then : otherwise}; both sides may be computed. */
  record Where(Condition condition, Expr then, Expr otherwise, Measure measure) implements Expr {
    /** With the measure that follows from its parts'. */
    public Where(Condition condition, Expr then, Expr otherwise) {
      this(condition, then, otherwise, Measure.over(condition.measure(), then.measure(), otherwise.measure()));
    }
  }

  // ---- making them -------------------------------------------------------------------------------------------------

  /** The element of tensor {@code index}. */
  static Expr input(int index) {
    return new Input(index);
  }

  /** The launch-time number {@code index}: formulas that differ in it alone are one kernel. */
  static Expr scalar(int index) {
    return new Scalar(index);
  }

  /** A number compiled into the kernel. */
  static Expr constant(double value) {
    return new Constant(value);
  }

  /** {@code condition ? then : otherwise}; its derivative is that of the branch taken. */
  static Expr where(Condition condition, Expr then, Expr otherwise) {
    return then.equals(otherwise) ? then : new Where(condition, then, otherwise);
  }

  /** {@code condition ? then : otherwise}. */
  static Expr where(Condition condition, double then, Expr otherwise) {
    return where(condition, constant(then), otherwise);
  }

  /** {@code condition ? then : otherwise}. */
  static Expr where(Condition condition, double then, double otherwise) {
    return where(condition, constant(then), constant(otherwise));
  }

  /** The larger of two; NaN if either is NaN. */
  static Expr max(Expr a, Expr b) {
    return Operator.MAX.of(a, b);
  }

  /** The smaller of two; NaN if either is NaN. */
  static Expr min(Expr a, Expr b) {
    return Operator.MIN.of(a, b);
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------------

  /** this + o. */
  default Expr plus(Expr o) {
    return Operator.ADD.of(this, o);
  }

  /** this + v. */
  default Expr plus(double v) {
    return plus(constant(v));
  }

  /** this − o. */
  default Expr minus(Expr o) {
    return Operator.SUB.of(this, o);
  }

  /** this − v. */
  default Expr minus(double v) {
    return minus(constant(v));
  }

  /** this · o. */
  default Expr times(Expr o) {
    return Operator.MUL.of(this, o);
  }

  /** this · v. */
  default Expr times(double v) {
    return times(constant(v));
  }

  /** this / o. */
  default Expr div(Expr o) {
    return Operator.DIV.of(this, o);
  }

  /** this / v. */
  default Expr div(double v) {
    return div(constant(v));
  }

  /** this to the power of o, as C's pow. */
  default Expr pow(Expr o) {
    return Operator.POW.of(this, o);
  }

  /** this to the power of v, as C's pow. */
  default Expr pow(double v) {
    return pow(constant(v));
  }

  /** this · this. */
  default Expr squared() {
    return times(this);
  }

  // ---- functions ---------------------------------------------------------------------------------------------------

  /** f(this). */
  default Expr apply(Function f) {
    return f.of(this);
  }

  /** −this. */
  default Expr neg() {
    return apply(Function.NEG);
  }

  /** |this|. */
  default Expr abs() {
    return apply(Function.ABS);
  }

  /** −1, 0 or 1; NaN for NaN. */
  default Expr sign() {
    return apply(Function.SIGN);
  }

  /** √this. */
  default Expr sqrt() {
    return apply(Function.SQRT);
  }

  /** e to the power of this. */
  default Expr exp() {
    return apply(Function.EXP);
  }

  /** eˣ − 1, exact near 0 too. */
  default Expr expm1() {
    return apply(Function.EXPM1);
  }

  /** The natural logarithm. */
  default Expr log() {
    return apply(Function.LOG);
  }

  /** log(1 + this), exact near 0 too. */
  default Expr log1p() {
    return apply(Function.LOG1P);
  }

  /** The sine. */
  default Expr sin() {
    return apply(Function.SIN);
  }

  /** The cosine. */
  default Expr cos() {
    return apply(Function.COS);
  }

  /** The cube root, of negative numbers too. */
  default Expr cbrt() {
    return apply(Function.CBRT);
  }

  /** The tangent. */
  default Expr tan() {
    return apply(Function.TAN);
  }

  /** The hyperbolic sine. */
  default Expr sinh() {
    return apply(Function.SINH);
  }

  /** The hyperbolic cosine. */
  default Expr cosh() {
    return apply(Function.COSH);
  }

  /** The hyperbolic tangent. */
  default Expr tanh() {
    return apply(Function.TANH);
  }

  /** The error function. */
  default Expr erf() {
    return apply(Function.ERF);
  }

  /** 1 − erf, exact where erf is near 1. */
  default Expr erfc() {
    return apply(Function.ERFC);
  }

  /** log |Γ(this)|. */
  default Expr gammaln() {
    return apply(Function.GAMMALN);
  }

  /** The derivative of {@link #gammaln}. */
  default Expr digamma() {
    return apply(Function.DIGAMMA);
  }

  /** What erf makes this of, from −1 to 1. */
  default Expr erfinv() {
    return apply(Function.ERFINV);
  }

  /** max(0, this). */
  default Expr relu() {
    return apply(Function.RELU);
  }

  /** 1/(1 + e⁻ˣ). */
  default Expr sigmoid() {
    return apply(Function.SIGMOID);
  }

  /** log(1/(1 + e⁻ˣ)), without overflow. */
  default Expr logSigmoid() {
    return apply(Function.LOG_SIGMOID);
  }

  /** log(1 + eˣ), without overflow. */
  default Expr softplus() {
    return apply(Function.SOFTPLUS);
  }

  // ---- comparisons (false when an operand is NaN, but for ne)
  // --------------------------------------------------------

  /** Whether this &lt; o; false where either is NaN. */
  default Condition lt(Expr o) {
    return new Condition.Compare(Condition.Relation.LT, this, o);
  }

  /** Whether this &lt; v; false for NaN. */
  default Condition lt(double v) {
    return lt(constant(v));
  }

  /** Whether this ≤ o; false where either is NaN. */
  default Condition le(Expr o) {
    return new Condition.Compare(Condition.Relation.LE, this, o);
  }

  /** Whether this ≤ v; false for NaN. */
  default Condition le(double v) {
    return le(constant(v));
  }

  /** Whether this &gt; o; false where either is NaN. */
  default Condition gt(Expr o) {
    return new Condition.Compare(Condition.Relation.GT, this, o);
  }

  /** Whether this &gt; v; false for NaN. */
  default Condition gt(double v) {
    return gt(constant(v));
  }

  /** Whether this ≥ o; false where either is NaN. */
  default Condition ge(Expr o) {
    return new Condition.Compare(Condition.Relation.GE, this, o);
  }

  /** Whether this = o; false where either is NaN. */
  default Condition eq(Expr o) {
    return new Condition.Compare(Condition.Relation.EQ, this, o);
  }

  /** Whether this ≠ o; true where either is NaN. */
  default Condition ne(Expr o) {
    return new Condition.Compare(Condition.Relation.NE, this, o);
  }

  /** Its size and depth, and how many inputs and launch-time numbers it needs. */
  Measure measure();

  // ---- readers -----------------------------------------------------------------------------------------------------

  /** The value in double arithmetic: the truth that every device is measured against. */
  default double evaluate(double[] inputs, double[] scalars) {
    return switch (this) {
      case Input i -> inputs[i.index()];
      case Scalar s -> scalars[s.index()];
      case Constant c -> c.value();
      case Unary u -> u.function().applyAsDouble(u.argument().evaluate(inputs, scalars));
      case Binary b ->
          b.operator().applyAsDouble(b.left().evaluate(inputs, scalars), b.right().evaluate(inputs, scalars));
      case Where w -> w.condition().evaluate(inputs, scalars)
          ? w.then().evaluate(inputs, scalars)
          : w.otherwise().evaluate(inputs, scalars);
    };
  }

  /** This formula with its inputs and scalars replaced: how formulas are composed. */
  default Expr substitute(IntFunction<Expr> inputs, IntFunction<Expr> scalars) {
    return switch (this) {
      case Input i -> inputs.apply(i.index());
      case Scalar s -> scalars.apply(s.index());
      case Constant c -> c;
      case Unary u -> u.function().of(u.argument().substitute(inputs, scalars));
      case Binary b -> b.operator().of(b.left().substitute(inputs, scalars), b.right().substitute(inputs, scalars));
      case Where w -> where(w.condition().substitute(inputs, scalars), w.then().substitute(inputs, scalars),
          w.otherwise().substitute(inputs, scalars));
    };
  }

  /** The operands that it reads. */
  default Set<Integer> inputs() {
    Set<Integer> found = new TreeSet<>();
    substitute(i -> {
      found.add(i);
      return input(i);
    }, Expr::scalar);
    return found;
  }

  /** The number of nodes when written out as a tree; fusion stops before this grows without bound. */
  default int size() {
    return measure().size();
  }

  /**
   * The same value by functions that keep their digits where this formula as written loses them: see
   * {@link Simplifier}.
   */
  default Expr simplified() {
    return Simplifier.of(this);
  }

  /** The partial derivative with respect to input {@code index}: see {@link Derivative}. */
  default Expr derivative(int index) {
    return Derivative.of(simplified(), index);
  }
}
