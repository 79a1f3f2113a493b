package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Reduce.Result;
import dev.orthant.op.Reduce.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions: what is refused, and the reference against numbers worked out by hand. */
class ReduceTest {
  private static final Expr X = Expr.input(0);
  private static final double NAN = Double.NaN;

  private static TensorSpec f32(long... dims) {
    return TensorSpec.of(DType.F32, dims);
  }

  private static Reduce one(Kind kind, Expr formula, Integer... axes) {
    return new Reduce(List.of(axes), List.of(new Stage(kind, formula)),
        List.of(new Result(Reduce.stage(1, 0), true, DType.F32)), 1, List.of());
  }

  private static double[] of(Reduce op, TensorSpec spec, double... values) {
    return op.reference(List.of(spec), new double[][] {values})[0];
  }

  private static void refused(Reduce op, List<TensorSpec> inputs, Class<? extends InvalidInputException> type,
      String message) {
    assertThatThrownBy(() -> Call.of("cpu", op, inputs)).isInstanceOf(type).hasMessage(message + " (on cpu)");
  }

  @Test
  void mistakesAreTold() {
    refused(one(Kind.SUM, X, 0), List.of(), ShapeException.class, "reduce: takes 1 inputs (at least 1), got 0: []");
    refused(one(Kind.SUM, X, 1, 0), List.of(f32(2, 3)), ShapeException.class,
        "reduce: axes [1, 0] are not ascending axes of (2, 3); inputs [(2, 3) f32]");
    refused(one(Kind.SUM, X, 0, 0), List.of(f32(2, 3)), ShapeException.class,
        "reduce: axes [0, 0] are not ascending axes of (2, 3); inputs [(2, 3) f32]");
    refused(one(Kind.SUM, X, 2), List.of(f32(2, 3)), ShapeException.class,
        "reduce: axes [2] are not ascending axes of (2, 3); inputs [(2, 3) f32]");
    refused(one(Kind.MAX, X, 1), List.of(f32(2, 0)), ShapeException.class,
        "reduce: no largest or smallest of no elements: axes [1] of [(2, 0) f32]");
    assertThat(Call.of("cpu", one(Kind.MAX, X, 1), List.of(f32(0, 0))).output()).as("no rows").isEqualTo(f32(0, 1));
    refused(new Reduce(List.of(), List.of(), List.of(new Result(X, false, DType.F32)), 2, List.of()),
        List.of(f32(2), f32(3)), ShapeException.class, "reduce: inputs [(2,) f32, (3,) f32] do not broadcast");
  }

  @Test
  void aResultPerRowReadsWhatTheRowHasOnce() {
    Reduce ofElement = new Reduce(List.of(1), List.of(), List.of(new Result(X, true, DType.F32)), 1, List.of());
    refused(ofElement, List.of(f32(2, 3)), ShapeException.class,
        "reduce: a result per row reads operand (2, 3) f32, which varies along axes [1]");
    assertThat(Call.of("cpu", ofElement, List.of(f32(2, 1))).output()).isEqualTo(f32(2, 1));
    Reduce ofPosition = new Reduce(List.of(1), List.of(), List.of(new Result(Reduce.position(1, 0), true, DType.F32)),
        1, List.of());
    refused(ofPosition, List.of(f32(2, 3)), ShapeException.class,
        "reduce: a result per row reads the position, which varies along axes [1]");
  }

  @Test
  void positionsMustBeExact() {
    long most = 1L << 24;
    Reduce op = one(Kind.MAX, X.plus(Reduce.position(1, 1)), 0);
    assertThat(Call.of("cpu", op, List.of(f32(most))).output()).isEqualTo(f32(1));
    assertThatThrownBy(() -> op.infer(List.of(f32(most + 1)))).isInstanceOf(ShapeException.class)
        .hasMessageContaining("too long to count positions in f32");
    Reduce wide = new Reduce(op.axes(), op.stages(), List.of(new Result(op.stage(0), true, DType.F64)), 1, List.of());
    assertThat(wide.infer(List.of(TensorSpec.of(DType.F64, most + 1)))).hasSize(1);
  }

  @Test
  void typesAreComputedInOne() {
    assertThat(one(Kind.SUM, X, 0).compute(List.of(TensorSpec.of(DType.F16, 2)))).isEqualTo(DType.F32);
    assertThat(one(Kind.SUM, X, 0).compute(List.of(TensorSpec.of(DType.I64, 2)))).isEqualTo(DType.F64);
    assertThat(one(Kind.SUM, X, 0).compute(List.of(TensorSpec.of(DType.U8, 2)))).isEqualTo(DType.F32);
    Reduce two = new Reduce(List.of(0), List.of(new Stage(Kind.SUM, X.times(Expr.input(1)))),
        List.of(new Result(Expr.input(2), true, DType.F32)), 2, List.of());
    refused(two, List.of(f32(2), TensorSpec.of(DType.F64, 2)), DTypeException.class,
        "reduce: takes inputs of f16 bf16 f32, or all of f64, got [(2,) f32, (2,) f64]");
    assertThat(two.compute(List.of(f32(2), TensorSpec.of(DType.I64, 2)))).isEqualTo(DType.F32);
  }

  @Test
  void shapesKeepTheAxes() {
    Reduce op = new Reduce(List.of(0, 2), List.of(new Stage(Kind.SUM, X)),
        List.of(new Result(X, false, DType.BF16), new Result(Reduce.stage(2, 0), true, DType.I32)), 2, List.of());
    assertThat(op.infer(List.of(f32(2, 3, 4), f32(4)))).containsExactly(TensorSpec.of(DType.BF16, 2, 3, 4),
        TensorSpec.of(DType.I32, 1, 3, 1));
  }

  @Test
  void kinds() {
    TensorSpec x = f32(2, 3);
    double[] v = {1, -2, 4, 0.5, 8, -1};
    assertThat(of(one(Kind.SUM, X, 1), x, v)).containsExactly(3, 7.5);
    assertThat(of(one(Kind.SUM, X, 0), x, v)).containsExactly(1.5, 6, 3);
    assertThat(of(one(Kind.SUM, X, 0, 1), x, v)).containsExactly(10.5);
    assertThat(of(one(Kind.SUM, X), x, v)).containsExactly(v);
    assertThat(of(one(Kind.MEAN, X, 1), x, v)).containsExactly(1, 2.5);
    assertThat(of(one(Kind.PROD, X, 1), x, v)).containsExactly(-8, -4);
    assertThat(of(one(Kind.MAX, X, 1), x, v)).containsExactly(4, 8);
    assertThat(of(one(Kind.MIN, X, 0), x, v)).containsExactly(0.5, -2, -1);
    assertThat(of(one(Kind.MAX, X, 1), x, 1, NAN, 2, 3, 4, 5)).containsExactly(NAN, 5);
  }

  @ParameterizedTest
  @EnumSource(names = {"SUM", "PROD", "MEAN"})
  void anEmptyRowHasAValue(Kind kind) {
    double want = switch (kind) {
      case SUM -> 0;
      case PROD -> 1;
      default -> NAN;
    };
    assertThat(of(one(kind, X, 1), f32(2, 0))).containsExactly(want, want);
  }

  @Test
  void softmaxAndTheLossOfALabel() {
    // Logits ln 1, ln 2, ln 5: probabilities 1/8, 2/8, 5/8.
    double[] logits = {0, Math.log(2), Math.log(5)};
    Expr position = Reduce.position(2, 3);
    List<Stage> stages = List.of(new Stage(Kind.MAX, X), new Stage(Kind.SUM, X.minus(Expr.input(2)).exp()),
        new Stage(Kind.SUM, Expr.where(position.eq(Expr.input(1)), X, Expr.constant(0))));
    Expr loss = Expr.input(3).log().plus(Expr.input(2)).minus(Expr.input(4));
    Reduce op = new Reduce(List.of(1), stages,
        List.of(new Result(X.minus(Expr.input(2)).exp().div(Expr.input(3)), false, DType.F32),
            new Result(loss, true, DType.F32)),
        2, List.of());
    double[][] y = op.reference(List.of(f32(1, 3), TensorSpec.of(DType.I64, 1, 1)), new double[][] {logits, {1}});
    assertThat(y[0]).containsExactly(new double[] {0.125, 0.25, 0.625}, org.assertj.core.data.Offset.offset(1e-15));
    assertThat(y[1][0]).isCloseTo(Math.log(4), org.assertj.core.data.Offset.offset(1e-15));
  }

  @Test
  void positionsCountAlongAllAxes() {
    // The place of the largest over axes 0 and 2 of (2, 2, 2), the kept one between them.
    Expr hit = Expr.where(X.eq(Expr.input(1)), Reduce.position(1, 2), Expr.constant(Double.POSITIVE_INFINITY));
    Reduce op = new Reduce(List.of(0, 2), List.of(new Stage(Kind.MAX, X), new Stage(Kind.MIN, hit)),
        List.of(new Result(Expr.input(2), true, DType.I64)), 1, List.of());
    assertThat(of(op, f32(2, 2, 2), 0, 9, 1, 1, 9, 0, 1, 3)).containsExactly(1, 3);
  }
}
