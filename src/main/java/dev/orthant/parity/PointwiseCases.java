package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Elementwise work: every activation and its slope, every function and operator, every kind of broadcast. */
final class PointwiseCases {
  private PointwiseCases() {}

  static List<Case> of(Activation f, DType type) {
    List<Case> cases = new ArrayList<>();
    cases.add(activation(f, type, spec(type, 1009), Data.NORMAL));
    cases.add(activation(f, type, spec(type, 3, 67), Data.SPECIAL));
    cases.add(learned(f, type));
    return cases;
  }

  static Case activation(Activation f, DType type, TensorSpec x, Data data) {
    return new Case("pointwise/" + f.name() + "/" + type + "/" + x.shape() + "/" + data, "pointwise " + f.name(),
        Pointwise.of(f),
        List.of(x), data);
  }

  /** The slope, with every parameter a tensor per channel: what training will launch. */
  private static Case learned(Activation f, DType type) {
    List<TensorSpec> inputs = new ArrayList<>(List.of(spec(type, 5, 7, 11)));
    inputs.addAll(Collections.nCopies(f.parameters().size(), spec(type, 7, 1)));
    Pointwise op = new Pointwise(List.of(f.value(), f.slope()), inputs.size(), List.of());
    return new Case("pointwise/" + f.name() + "-learned/" + type, "pointwise " + f.name(), op, inputs, Data.NORMAL);
  }

  static List<Case> functions(DType type) {
    List<Case> cases = new ArrayList<>();
    for (Function f : Function.values()) {
      cases.add(new Case("function/" + f + "/" + type, "function", Pointwise.of(f.of(Expr.input(0)), 1),
          List.of(spec(type, 131)),
          Data.SPECIAL));
    }
    for (Operator o : Operator.values()) {
      cases.add(new Case("operator/" + o + "/" + type, "function", Pointwise.of(o.of(Expr.input(0), Expr.input(1)), 2),
          List.of(spec(type, 37, 41), spec(type, 37, 41)), Data.SPECIAL));
    }
    Expr x = Expr.input(0);
    Expr y = Expr.input(1);
    List<Expr> comparisons =
        List.of(x.lt(y).asNumber(), x.le(y).asNumber(), x.gt(y).asNumber(), x.ge(y).asNumber(), x.eq(y).asNumber(),
            x.ne(y).asNumber(), x.lt(y).or(x.eq(x).not()).asNumber(), x.gt(y).and(y.gt(x)).not().asNumber(),
            Expr.max(x, y), Expr.min(x, y));
    cases.add(new Case("comparisons/" + type, "function", new Pointwise(comparisons, 2, List.of()),
        List.of(spec(type, 37, 41), spec(type, 37, 41)), Data.SPECIAL));
    return cases;
  }

  static List<Case> shapes(DType type) {
    List<Case> cases = new ArrayList<>();
    Expr sum = Expr.input(0).plus(Expr.input(1).times(Expr.scalar(0)));
    long[][][] pairs = {{{}, {}}, {{1}, {1}}, {{0}, {0}}, {{0, 3}, {3}}, {{5}, {1}}, {{1}, {5}}, {{4, 1}, {1, 6}},
        {{2, 3, 5, 7}, {5, 7}},
        {{2, 3, 5, 7}, {3, 1, 1}}, {{2, 3, 5, 7}, {2, 1, 5, 1}}, {{1, 3, 1, 7}, {2, 1, 5, 1}}, {{2, 1}, {3, 1, 65}},
        {{100003}, {1}},
        {{3, 1, 2, 1, 3, 1, 2}, {1, 2, 1, 3, 1, 2, 1}}};
    for (long[][] p : pairs) {
      cases.add(new Case("pointwise/broadcast/" + type + "/" + Arrays.toString(p[0]) + Arrays.toString(p[1]),
          "pointwise broadcast",
          Pointwise.of(sum, 2, 0.75), List.of(spec(type, p[0]), spec(type, p[1])), Data.NORMAL));
    }
    List<Expr> outputs =
        List.of(Expr.input(0).plus(Expr.input(1)), Expr.input(0).minus(Expr.input(2)), Expr.input(0).exp());
    cases.add(new Case("pointwise/outputs/" + type, "pointwise outputs", new Pointwise(outputs, 3, List.of()),
        List.of(spec(type, 9, 33), spec(type, 33), spec(type, 9, 1)), Data.NORMAL));
    if (type == DType.F32) {
      cases.add(new Case("pointwise/mixed", "pointwise outputs",
          Pointwise.of(Activations.GELU.apply(Expr.input(0).plus(Expr.input(1))), 2),
          List.of(spec(DType.F16, 9, 33), spec(DType.BF16, 33)), Data.NORMAL));
    }
    return cases;
  }

  /** Other types than {@code type} at either end, and random numbers. */
  static List<Case> types(DType type) {
    Expr x = Expr.input(0);
    Expr y = Expr.input(1);
    List<Case> cases = new ArrayList<>();
    List<Expr> comparisons = List.of(x.lt(y).asNumber(), x.ge(y).asNumber(), x.ne(y).asNumber(), x.minus(y));
    cases.add(new Case("pointwise/to-bool/" + type, "pointwise types",
        new Pointwise(comparisons, 2, List.of(), Collections.nCopies(4, DType.BOOL), List.of()),
        List.of(spec(type, 37, 41), spec(type, 41)), Data.SPECIAL));
    cases.add(new Case("pointwise/where/" + type, "pointwise types",
        Pointwise.of(Expr.where(x.ne(Expr.constant(0)), y, Expr.input(2)), 3),
        List.of(spec(DType.BOOL, 5, 1, 3), spec(type, 5, 7, 3), spec(type, 7, 1)), Data.SPECIAL));
    Expr sum = x.plus(y).plus(Expr.input(2).times(2)).minus(Expr.input(3)).times(Expr.input(5)).plus(Expr.input(4));
    cases.add(new Case("pointwise/integers/" + type, "pointwise types",
        new Pointwise(List.of(sum, Expr.input(3).times(2).plus(y), x.abs()), 6, List.of(),
            List.of(type, DType.I32, DType.U8), List.of()),
        List.of(spec(DType.I8, 9, 33), spec(DType.U8, 33), spec(DType.I32, 9, 1), spec(DType.I64), spec(DType.BOOL, 33),
            spec(type, 9, 33)),
        Data.NORMAL));
    cases.addAll(dropout(type));
    return cases;
  }

  /** relu, then x/(1 − p) where the random number is at least p, else 0; and back, from relu's output. */
  private static List<Case> dropout(DType type) {
    Expr p = Expr.scalar(0);
    Expr keep = Expr.scalar(1);
    List<Philox> noise = List.of(new Philox(0x0123_4567_89AB_CDEFL, 7));
    Expr dropped = Expr.where(Expr.input(1).lt(p), Expr.constant(0), Activations.RELU.apply(Expr.input(0)).times(keep));
    Expr back = Expr.where(Expr.input(2).lt(p).or(Expr.input(1).gt(Expr.constant(0)).not()), Expr.constant(0),
        Expr.input(0).times(keep));
    List<Double> values = List.of(0.25, 1 / 0.75);
    return List.of(
        new Case("pointwise/dropout/" + type, "pointwise noise",
            new Pointwise(List.of(dropped), 1, values, List.of(), noise), List.of(spec(type, 101, 103)), Data.SPECIAL),
        new Case("pointwise/dropout-backward/" + type, "pointwise noise",
            new Pointwise(List.of(back), 2, values, List.of(), noise),
            List.of(spec(type, 3, 5, 67), spec(type, 5, 1)), Data.NORMAL));
  }

  /** Nothing but integers, computed in F64; several sequences of random numbers over a walk that does not merge. */
  static List<Case> special() {
    Expr x = Expr.input(0);
    Expr y = Expr.input(1);
    List<DType> types =
        List.of(DType.I64, DType.I32, DType.F32, DType.F16, DType.BF16, DType.BOOL, DType.I8, DType.F64);
    List<Expr> formulas = List.of(x.times(y), x.minus(y), x.div(y), x.div(y), x.times(0.1), x.gt(y).asNumber(),
        x.plus(y), x.plus(0.1));
    List<Philox> noise = List.of(new Philox(5, 1L << 40), new Philox(-5, 2));
    return List.of(
        new Case("pointwise/all-integers", "pointwise types", new Pointwise(formulas, 2, List.of(), types, List.of()),
            List.of(spec(DType.I64, 7, 1, 5), spec(DType.I32, 1, 6, 5)), Data.NORMAL),
        new Case("pointwise/narrow-integers", "pointwise types",
            new Pointwise(List.of(x.times(y), x.plus(y)), 2, List.of(), List.of(DType.F32, DType.I8), List.of()),
            List.of(spec(DType.U8, 6000), spec(DType.BOOL, 6000)), Data.NORMAL),
        new Case("pointwise/two-sequences", "pointwise noise",
            new Pointwise(List.of(x.plus(Expr.input(2)), Expr.input(3).lt(Expr.input(2)).asNumber()), 2, List.of(),
                List.of(DType.F32, DType.BOOL), noise),
            List.of(spec(DType.F32, 4, 1, 3000), spec(DType.F16, 7, 1)), Data.NORMAL));
  }
}
