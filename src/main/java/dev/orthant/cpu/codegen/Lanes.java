package dev.orthant.cpu.codegen;

import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.util.List;

/**
 * Functions one element at a time, in double: what generated code calls where no arithmetic of its own is worth while.
 * Rounded once for F32, they are good to half an ulp or a little more.
 */
final class Lanes {
  private static final List<Function> FUNCTIONS = List.of(Function.values());
  private static final List<Operator> OPERATORS = List.of(Operator.values());

  private Lanes() {}

  /** How a {@link LoopIr} names a function. */
  static int index(Function f) {
    return FUNCTIONS.indexOf(f);
  }

  static int index(Operator o) {
    return OPERATORS.indexOf(o);
  }

  static Function function(long index) {
    return FUNCTIONS.get((int) index);
  }

  static Operator operator(long index) {
    return OPERATORS.get((int) index);
  }

  static float apply(Function f, float x) {
    return (float) f.applyAsDouble(x);
  }

  static double apply(Function f, double x) {
    return f.applyAsDouble(x);
  }

  static float apply(Operator o, float a, float b) {
    return (float) o.applyAsDouble(a, b);
  }

  static double apply(Operator o, double a, double b) {
    return o.applyAsDouble(a, b);
  }

  /** f of each element, in place. */
  static void apply(Function f, float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = apply(f, x[i]);
    }
  }

  static void apply(Function f, double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = f.applyAsDouble(x[i]);
    }
  }

  /** a ∘ b of each pair, into {@code a}. */
  static void apply(Operator o, float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] = apply(o, a[i], b[i]);
    }
  }

  static void apply(Operator o, double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] = o.applyAsDouble(a[i], b[i]);
    }
  }
}
