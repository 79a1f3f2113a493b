package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import dev.orthant.op.CumSum;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Work in integers of 64 bits, whose every bit must be right: all types and their ends, wrapping around, division by 0.
 */
final class IntegerCases {
  private static final List<DType> TYPES = List.of(DType.I64, DType.I32, DType.U8, DType.I8, DType.BOOL);
  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);

  private IntegerCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (DType type : TYPES) {
      cases.addAll(pointwise(type));
      cases.addAll(reductions(type));
    }
    cases.addAll(mixed());
    cases.addAll(walks());
    cases.addAll(axes());
    for (DType type : TYPES.subList(0, 4)) {
      cases.addAll(running(type));
    }
    return cases;
  }

  static List<Case> quick() {
    List<Case> cases = new ArrayList<>(pointwise(DType.I64));
    cases.addAll(pointwise(DType.U8));
    cases.addAll(mixed());
    cases.addAll(reductions(DType.I64));
    cases.addAll(running(DType.I32));
    return cases;
  }

  private static Case of(String what, Op op, Data data, TensorSpec... inputs) {
    return new Case("integers/" + op.name() + "/" + what + "/" + inputs[0].dtype() + "/" + inputs[0].shape(),
        op.name() + " integers", op, List.of(inputs), data);
  }

  /** Every function that integers have, stored in its own type and in each other one. */
  private static List<Case> pointwise(DType type) {
    List<Expr> formulas =
        List.of(X.plus(Y), X.minus(Y), X.times(Y), X.div(Y), Operator.FMOD.of(X, Y), X.pow(Y), X.neg(),
            X.abs(), X.sign(), X.relu(), X.apply(Function.TRUNC), Expr.max(X, Y), Expr.min(X, Y),
            Expr.where(X.lt(Y).or(X.eq(Expr.constant(0)).not()).and(Y.ge(Expr.constant(-3))), X.times(3), Y.minus(7)),
            X.times(Expr.scalar(0)).plus(Expr.scalar(1)), X.pow(3).plus(Expr.constant(0x1p52)));
    List<Expr> comparisons = List.of(X.lt(Y).asNumber(), X.le(Y).asNumber(), X.gt(Y).asNumber(), X.ge(Y).asNumber(),
        X.eq(Y).asNumber(), X.ne(Y).asNumber(), X.minus(Y));
    List<Double> numbers = List.of(-0x1p53, 12345.0);
    List<Case> cases = new ArrayList<>();
    for (DType to : TYPES) {
      cases.add(of("functions to " + to,
          new Pointwise(formulas, 2, numbers, java.util.Collections.nCopies(formulas.size(), to), List.of()),
          Data.SPECIAL, spec(type, 37, 29), spec(type, 37, 29)));
    }
    cases.add(of("comparisons",
        new Pointwise(comparisons, 2, List.of(), java.util.Collections.nCopies(comparisons.size(), DType.BOOL),
            List.of()),
        Data.SPECIAL, spec(type, 1024), spec(type, 1024)));
    cases.add(of("own type", Pointwise.of(X.times(Y).plus(X), 2), Data.SPECIAL, spec(type, 16, 64), spec(type, 64)));
    return cases;
  }

  private static List<Case> mixed() {
    Expr sum = X.plus(Y).plus(Expr.input(2).times(2)).minus(Expr.input(3)).times(Expr.input(4).plus(1));
    TensorSpec[] inputs = {spec(DType.I8, 9, 33), spec(DType.U8, 33), spec(DType.I32, 9, 1), spec(DType.I64),
        spec(DType.BOOL, 33)};
    List<Expr> one = List.of(sum, sum.abs(), Expr.where(Expr.input(4).ne(Expr.constant(0)), X, Y), X.gt(Y).asNumber());
    return List.of(
        of("mixed", new Pointwise(one, 5, List.of(), List.of(DType.I64, DType.U8, DType.I32, DType.BOOL), List.of()),
            Data.SPECIAL, inputs),
        of("promoted", Pointwise.of(sum, 5), Data.SPECIAL, inputs),
        of("more than 32 bits", Pointwise.of(X.times(Y), 2), Data.SPECIAL, spec(DType.I32, 100_003),
            spec(DType.I64, 1)));
  }

  private static List<Case> walks() {
    Expr sum = X.plus(Y.times(Expr.scalar(0)));
    long[][][] pairs =
        {{{}, {}}, {{0, 3}, {3}}, {{1}, {5}}, {{4, 1}, {1, 6}}, {{1, 3, 1, 7}, {2, 1, 5, 1}}, {{3000, 40}, {40}}};
    List<Case> cases = new ArrayList<>();
    for (long[][] p : pairs) {
      cases.add(of("broadcast " + Arrays.toString(p[1]), Pointwise.of(sum, 2, 3), Data.SPECIAL, spec(DType.I64, p[0]),
          spec(DType.U8, p[1])));
    }
    return cases;
  }

  /** Sums and products that wrap, extremes, where they are, and what reads them at each element. */
  private static List<Case> reductions(DType type) {
    List<Case> cases = new ArrayList<>();
    cases.add(of("stages inner", stages(List.of(1), type), Data.SPECIAL, spec(type, 37, 29)));
    cases.add(of("stages outer", stages(List.of(0), type), Data.SPECIAL, spec(type, 29, 130)));
    cases.add(of("sum", one(Kind.SUM, X, List.of(0), DType.I64), Data.SPECIAL, spec(type, 20_011)));
    cases.add(of("largest", one(Kind.MAX, X, List.of(1), type), Data.SPECIAL, spec(type, 6, 3000)));
    cases.add(of("rows of nothing", one(Kind.SUM, X, List.of(1), DType.I64), Data.NORMAL, spec(type, 3, 0)));
    cases.add(of("masked", new Reduce(List.of(0), List.of(new Reduce.Stage(Kind.SUM, X.times(Y))),
        List.of(new Reduce.Result(Reduce.stage(2, 0).plus(1), true, DType.I64)), 2, List.of()), Data.SPECIAL,
        spec(type, 50, 7), spec(DType.BOOL, 50, 1)));
    return cases;
  }

  private static List<Case> axes() {
    List<Case> cases = new ArrayList<>();
    DType type = DType.I64;
    cases.add(of("stages [1, 3]", stages(List.of(1, 3), type), Data.SPECIAL, spec(type, 5, 7, 9, 3)));
    cases.add(of("stages [0, 2]", stages(List.of(0, 2), type), Data.SPECIAL, spec(type, 5, 7, 9, 3)));
    cases.add(of("stages [1]", stages(List.of(1), type), Data.SPECIAL, spec(type, 3, 1100, 2)));
    cases.add(of("stages []", stages(List.of(), type), Data.SPECIAL, spec(type, 4, 3)));
    cases.add(of("stages [0, 1]", stages(List.of(0, 1), type), Data.SPECIAL, spec(type, 1, 1)));
    cases.add(of("smallest", one(Kind.MIN, X, List.of(0), type), Data.SPECIAL, spec(type, 3000, 5)));
    cases.add(of("product", one(Kind.PROD, X.times(2).plus(1), List.of(0), type), Data.SPECIAL, spec(type, 3000, 5)));
    return cases;
  }

  private static Reduce one(Kind kind, Expr formula, List<Integer> axes, DType type) {
    return new Reduce(axes, List.of(new Reduce.Stage(kind, formula)),
        List.of(new Reduce.Result(Reduce.stage(1, 0), true, type)), 1, List.of());
  }

  private static Reduce stages(List<Integer> axes, DType type) {
    Expr largest = Reduce.stage(1, 0);
    Expr here = Expr.where(X.eq(largest), Reduce.position(1, 5), Expr.constant(0x1p62));
    return new Reduce(axes,
        List.of(new Reduce.Stage(Kind.MAX, X), new Reduce.Stage(Kind.MIN, here),
            new Reduce.Stage(Kind.PROD, X.times(2).plus(1)), new Reduce.Stage(Kind.MIN, X.minus(largest)),
            new Reduce.Stage(Kind.SUM, X)),
        List.of(new Reduce.Result(largest.plus(1), true, DType.I64),
            new Reduce.Result(Reduce.stage(1, 1), true, DType.I32),
            new Reduce.Result(Reduce.stage(1, 2), true, DType.I64), new Reduce.Result(Reduce.stage(1, 3), true, type),
            new Reduce.Result(Reduce.stage(1, 4), true, DType.I64), new Reduce.Result(X.minus(largest), false, type),
            new Reduce.Result(X.minus(Reduce.position(1, 5)), false, DType.I64)),
        1, List.of());
  }

  private static List<Case> running(DType type) {
    List<Case> cases = new ArrayList<>();
    for (boolean exclusive : new boolean[] {false, true}) {
      for (boolean reverse : new boolean[] {false, true}) {
        String how = (exclusive ? " exclusive" : "") + (reverse ? " reverse" : "");
        cases.add(of("last" + how, new CumSum(1, exclusive, reverse), Data.SPECIAL, spec(type, 7, 37)));
        cases.add(of("first" + how, new CumSum(0, exclusive, reverse), Data.SPECIAL, spec(type, 19, 5, 7)));
        cases.add(of("long" + how, new CumSum(0, exclusive, reverse), Data.SPECIAL, spec(type, 5003)));
      }
    }
    cases.add(of("empty", new CumSum(0, false, false), Data.NORMAL, spec(type, 0, 3)));
    return cases;
  }
}
