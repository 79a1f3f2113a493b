package dev.orthant.expr;

import java.util.function.IntFunction;

/** A truth value on one element: what {@link Expr.Where} chooses by. */
public sealed interface Condition {
  /** {@code left relation right}. */
  record Compare(Relation relation, Expr left, Expr right, Measure measure) implements Condition {
    /** With the measure that follows from its sides. */
    public Compare(Relation relation, Expr left, Expr right) {
      this(relation, left, right, Measure.over(left.measure(), right.measure()));
    }
  }

  /** Both. */
  record And(Condition left, Condition right, Measure measure) implements Condition {
    /** With the measure that follows from its sides. */
    public And(Condition left, Condition right) {
      this(left, right, Measure.over(left.measure(), right.measure()));
    }
  }

  /** Either, or both. */
  record Or(Condition left, Condition right, Measure measure) implements Condition {
    /** With the measure that follows from its sides. */
    public Or(Condition left, Condition right) {
      this(left, right, Measure.over(left.measure(), right.measure()));
    }
  }

  /** The opposite. */
  record Not(Condition of, Measure measure) implements Condition {
    /** With the measure that follows from what it turns round. */
    public Not(Condition of) {
      this(of, Measure.over(of.measure()));
    }
  }

  /** As of an expression. */
  Measure measure();

  /** An IEEE comparison: with a NaN on either side false, but for NE, which is true. */
  enum Relation {
    LT("<"),
    LE("<="),
    GT(">"),
    GE(">="),
    EQ("=="),
    NE("!=");

    private final String symbol;

    Relation(String symbol) {
      this.symbol = symbol;
    }

    /** The operator in C. */
    public String symbol() {
      return symbol;
    }

    /** {@code a relation b}. */
    public boolean test(double a, double b) {
      return switch (this) {
        case LT -> a < b;
        case LE -> a <= b;
        case GT -> a > b;
        case GE -> a >= b;
        case EQ -> a == b;
        case NE -> a != b;
      };
    }
  }

  /** Both this and o. */
  default Condition and(Condition o) {
    return new And(this, o);
  }

  /** This or o, or both. */
  default Condition or(Condition o) {
    return new Or(this, o);
  }

  /** The opposite of this: true where a comparison failed for a NaN. */
  default Condition not() {
    return new Not(this);
  }

  /** 1 where true, 0 where false. */
  default Expr asNumber() {
    return Expr.where(this, 1, 0);
  }

  /** The truth in double arithmetic. */
  default boolean evaluate(double[] inputs, double[] scalars) {
    return switch (this) {
      case Compare c -> c.relation().test(c.left().evaluate(inputs, scalars), c.right().evaluate(inputs, scalars));
      case And a -> a.left().evaluate(inputs, scalars) && a.right().evaluate(inputs, scalars);
      case Or o -> o.left().evaluate(inputs, scalars) || o.right().evaluate(inputs, scalars);
      case Not n -> !n.of().evaluate(inputs, scalars);
    };
  }

  /** This with expressions in the place of inputs and launch-time numbers. */
  default Condition substitute(IntFunction<Expr> inputs, IntFunction<Expr> scalars) {
    return switch (this) {
      case Compare c ->
          new Compare(c.relation(), c.left().substitute(inputs, scalars), c.right().substitute(inputs, scalars));
      case And a -> new And(a.left().substitute(inputs, scalars), a.right().substitute(inputs, scalars));
      case Or o -> new Or(o.left().substitute(inputs, scalars), o.right().substitute(inputs, scalars));
      case Not n -> new Not(n.of().substitute(inputs, scalars));
    };
  }

  /** How many nodes it has. */
  default int size() {
    return measure().size();
  }
}
