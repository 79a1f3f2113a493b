package dev.orthant.expr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ExprTest {
  private static final Expr X = Expr.input(0);
  private static final double[] NONE = {};

  @ParameterizedTest
  @EnumSource(Function.class)
  void everyFunctionsSlopeAgreesWithCentralDifferences(Function f) {
    for (double x : new double[] {-1.7, -0.6, -0.3, 0.2, 0.55, 0.8, 1.3, 2.4}) {
      double h = 1e-5;
      double difference = (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
      double slope = f.of(X).derivative(0).evaluate(new double[] {x}, NONE);
      boolean outside = Double.isNaN(difference);
      assertThat(outside || Math.abs(slope - difference) <= 1e-7 * Math.max(1, Math.abs(slope)))
          .as("%s at %s: %s, difference %s", f, x, slope,
              difference)
          .isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Operator.class)
  void everyOperatorsSlopesAgreeWithCentralDifferences(Operator o) {
    Expr e = o.of(X, Expr.input(1));
    for (double[] in : new double[][] {{1.3, 0.7}, {0.4, 2.2}, {5.1, 1.9}}) {
      for (int i = 0; i < 2; i++) {
        double h = 1e-6;
        double[] up = in.clone();
        double[] down = in.clone();
        up[i] += h;
        down[i] -= h;
        double difference = (e.evaluate(up, NONE) - e.evaluate(down, NONE)) / (2 * h);
        double slope = e.derivative(i).evaluate(in, NONE);
        assertThat(Math.abs(slope - difference) <= 1e-6 * Math.max(1, Math.abs(slope)))
            .as("%s by %d: %s, difference %s", o, i, slope, difference)
            .isTrue();
      }
    }
  }

  @Test
  void foldingNeverChangesAResult() {
    // x + 0 would turn −0 into 0, and 0·x would swallow NaN: both must stay.
    assertThat(X.plus(0)).isNotEqualTo(X);
    assertThat(X.times(0)).isEqualTo(new Expr.Binary(Operator.MUL, X, Expr.constant(0)));
    assertThat(X.times(1)).isEqualTo(X);
    assertThat(X.plus(-0.0)).isEqualTo(X);
    assertThat(Expr.constant(2).plus(3)).isEqualTo(Expr.constant(5));
  }

  @Test
  void maxAndMinPassNanOn() {
    Expr max = Expr.max(X, Expr.input(1));
    assertThat(max.evaluate(new double[] {Double.NaN, 1}, NONE)).isNaN();
    assertThat(max.evaluate(new double[] {1, Double.NaN}, NONE)).isNaN();
    assertThat(max.evaluate(new double[] {1, 2}, NONE)).isEqualTo(2);
    assertThat(Expr.min(X, Expr.input(1)).evaluate(new double[] {1, 2}, NONE)).isEqualTo(1);
  }

  @Test
  void cTextComputesSharedPartsOnce() {
    Expr shared = X.exp();
    CPrinter.Code code = new CPrinter(DType.F32, i -> "x" + i, i -> "s" + i, "t")
        .print(shared.times(shared).plus(0.1).plus(Expr.scalar(2)));
    assertThat(code.body()).isEqualTo("""
        const real t0 = exp(x0);
        const real t1 = t0 * t0;
        const real t2 = t1 + 0.1f;
        const real t3 = t2 + s2;""");
    assertThat(code.result()).isEqualTo("t3");
  }

  @Test
  void cTextOfSpecialNumbers() {
    CPrinter printer = new CPrinter(DType.F32, i -> "x", i -> "s", "t");
    assertThat(printer.print(Expr.constant(-1.5)).result()).isEqualTo("(-1.5f)");
    assertThat(printer.print(Expr.constant(1e300)).result()).isEqualTo("((real)INFINITY)");
    assertThat(printer.print(Expr.constant(Double.NEGATIVE_INFINITY)).result()).isEqualTo("(-(real)INFINITY)");
    assertThat(printer.print(Expr.constant(Double.NaN)).result()).isEqualTo("((real)NAN)");
  }
}
