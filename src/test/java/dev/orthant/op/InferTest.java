package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bad input is told once, clearly, with op, shapes, types and device. */
final class InferTest {
  private static TensorSpec f32(long... dims) {
    return TensorSpec.of(DType.F32, dims);
  }

  private static void refused(Op op, List<TensorSpec> inputs, Class<? extends InvalidInputException> type,
      String message) {
    assertThatThrownBy(() -> Call.of("cuda:0", op, inputs)).isInstanceOf(type).hasMessage(message + " (on cuda:0)");
  }

  @Test
  void matMulShapes() {
    assertThat(Call.of("cpu", MatMul.PLAIN, List.of(f32(2, 3), f32(3, 4))).output()).isEqualTo(f32(2, 4));
    assertThat(Call.of("cpu", MatMul.PLAIN, List.of(f32(5, 1, 2, 3), f32(7, 3, 4))).output())
        .isEqualTo(f32(5, 7, 2, 4));
    assertThat(Call.of("cpu", new MatMul(true, true, Epilogue.NONE), List.of(f32(3, 2), f32(4, 3))).output())
        .isEqualTo(f32(2, 4));
    assertThat(MatMul.PLAIN.flops(List.of(f32(2, 3), f32(3, 4)))).isEqualTo(48);
    assertThat(MatMul.PLAIN.bytes(List.of(f32(2, 3), f32(3, 4)))).isEqualTo(4 * (6 + 12 + 8));
  }

  @Test
  void matMulMistakes() {
    refused(MatMul.PLAIN, List.of(f32(2, 3), f32(4, 5)), ShapeException.class,
        "matmul: inner dimensions differ: lhs (2, 3) f32, rhs (4, 5) f32; expected rhs (3, n)");
    refused(new MatMul(false, true, Epilogue.NONE), List.of(f32(2, 3), f32(4, 5)), ShapeException.class,
        "matmul: inner dimensions differ: lhs (2, 3) f32, rhs (4, 5) f32 transposed; expected rhs (n, 3)");
    refused(MatMul.PLAIN, List.of(f32(3), f32(3, 5)), ShapeException.class,
        "matmul: takes matrices (rank 2 or more), got lhs (3,) f32, rhs (3, 5) f32");
    refused(MatMul.PLAIN, List.of(f32(2, 2, 3), f32(4, 3, 5)), ShapeException.class,
        "matmul: lhs (2, 2, 3) f32, rhs (4, 3, 5) f32: shapes (2,) and (4,) do not broadcast");
    refused(MatMul.PLAIN, List.of(f32(1L << 33, 1), f32(1, 1L << 33)), ShapeException.class,
        "matmul: lhs (8589934592, 1) f32, rhs (1, 8589934592) f32: shape (8589934592, 8589934592) has more elements "
            + "than a long can address");
    refused(MatMul.PLAIN, List.of(f32(2, 3), TensorSpec.of(DType.F64, 3, 4)), DTypeException.class,
        "matmul: takes two operands of one of f16 bf16 f32 f64, got lhs (2, 3) f32, rhs (3, 4) f64");
    refused(MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand()), List.of(f32(2, 3), f32(3, 4), f32(5)),
        ShapeException.class,
        "matmul: bias or residual (5,) f32 does not broadcast to the output (2, 4) f32");
  }

  @Test
  void convolutionShapes() {
    Conv2d op = Conv2d.stride(2).padding(1, 2, 3, 4).dilation(2, 1).groups(2);
    assertThat(Call.of("cpu", op, List.of(f32(5, 4, 9, 10), f32(6, 2, 3, 3))).output()).isEqualTo(f32(5, 6, 5, 7));
    assertThat(Call.of("cpu", op.layout(Layout.NHWC), List.of(f32(5, 9, 10, 4), f32(6, 3, 3, 2))).output())
        .isEqualTo(f32(5, 5, 7, 6));
  }

  @Test
  void convolutionMistakes() {
    String given = "; images (1, 4, 5, 5) f32, filters (6, 2, 3, 3) f32 in NCHW";
    List<TensorSpec> in = List.of(f32(1, 4, 5, 5), f32(6, 2, 3, 3));
    refused(Conv2d.PLAIN.groups(3), in, ShapeException.class,
        "conv2d: groups 3 must divide the 4 channels and the 6 filters" + given);
    refused(Conv2d.PLAIN.groups(1), in, ShapeException.class,
        "conv2d: filters have 2 channels, expected 4 (4 channels in 1 groups)" + given);
    refused(Conv2d.stride(-1).groups(2), in, ShapeException.class,
        "conv2d: stride must be at least 1, got (-1, -1)" + given);
    refused(Conv2d.PLAIN.dilation(0, 1).groups(2), in, ShapeException.class,
        "conv2d: dilation must be at least 1, got (0, 1)" + given);
    refused(Conv2d.PLAIN.padding(-1).groups(2), in, ShapeException.class,
        "conv2d: padding must not be negative, got (-1, -1, -1, -1)" + given);
    assertThatThrownBy(() -> Conv2d.PLAIN.infer(List.of(f32(1, 2, 3, 3), f32(1, 2, 4, 4))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("does not fit");
    assertThatThrownBy(() -> Conv2d.PLAIN.infer(List.of(f32(2, 3, 3), f32(1, 2, 4, 4))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("rank 4");
  }

  @Test
  void pointwiseMistakes() {
    assertThatThrownBy(() -> Pointwise.of(Activations.TANH).infer(List.of(TensorSpec.of(DType.I32, 3))))
        .isInstanceOf(DTypeException.class).hasMessageStartingWith(
            "pointwise: takes at least one input of f16 bf16 f32 f64, or the outputs' types, got [(3,) i32]; only "
                + "sums");
    refused(Pointwise.of(Activations.RELU), List.of(), ShapeException.class, "pointwise: takes 1 inputs, got 0: []");
    refused(SUM, List.of(f32(3), TensorSpec.of(DType.F64, 3)), DTypeException.class,
        "pointwise: takes inputs of f16 bf16 f32, or all of f64, got [(3,) f32, (3,) f64]");
    refused(sum(DType.F64), List.of(f32(3), f32(3)), DTypeException.class,
        "pointwise: takes inputs of f16 bf16 f32, or all of f64, got [(3,) f32, (3,) f32]");
    refused(sum(DType.I32, DType.I32), List.of(f32(3), f32(3)), DTypeException.class,
        "pointwise: 1 formulas, but types [i32, i32]");
    refused(SUM, List.of(f32(3), TensorSpec.of(DType.BOOL, 4)), ShapeException.class,
        "pointwise: inputs [(3,) f32, (4,) bool] do not broadcast");
  }

  private static final Pointwise SUM = Pointwise.of(Expr.input(0).plus(Expr.input(1)), 2);

  private static Pointwise sum(DType... types) {
    return new Pointwise(SUM.formulas(), 2, List.of(), List.of(types), List.of());
  }

  private static void pointwise(Pointwise op, DType a, DType b, DType compute, DType output) {
    List<TensorSpec> inputs = List.of(TensorSpec.of(a, 2, 3), TensorSpec.of(b, 3));
    assertThat(op.compute(inputs)).as("%s of %s", op, inputs).isEqualTo(compute);
    assertThat(op.infer(inputs)).containsExactly(TensorSpec.of(output, 2, 3));
  }

  @Test
  void pointwiseTypes() {
    pointwise(SUM, DType.F16, DType.F16, DType.F32, DType.F16);
    pointwise(SUM, DType.F16, DType.BF16, DType.F32, DType.F32);
    pointwise(SUM, DType.F32, DType.F16, DType.F32, DType.F32);
    pointwise(SUM, DType.F64, DType.F64, DType.F64, DType.F64);
    // Integers take part in what the floats are computed in.
    pointwise(SUM, DType.BF16, DType.I64, DType.F32, DType.BF16);
    pointwise(SUM, DType.BOOL, DType.F64, DType.F64, DType.F64);
    // Nothing but integers at either end: 64 bits. They have a type of their own.
    pointwise(sum(DType.I64), DType.I64, DType.I8, DType.I64, DType.I64);
    pointwise(sum(DType.BOOL), DType.I32, DType.I32, DType.I64, DType.BOOL);
    pointwise(SUM, DType.U8, DType.I8, DType.I64, DType.I32);
    pointwise(SUM, DType.BOOL, DType.U8, DType.I64, DType.U8);
    pointwise(SUM, DType.I64, DType.I32, DType.I64, DType.I64);
    // Into floats wide ones are computed in F64, narrow ones are exact in F32.
    pointwise(sum(DType.F32), DType.I64, DType.I8, DType.F64, DType.F32);
    pointwise(sum(DType.F16), DType.U8, DType.BOOL, DType.F32, DType.F16);
    pointwise(sum(DType.F64), DType.U8, DType.I8, DType.F64, DType.F64);
    pointwise(sum(DType.BOOL), DType.F32, DType.F32, DType.F32, DType.BOOL);
    pointwise(sum(DType.I32), DType.F64, DType.I32, DType.F64, DType.I32);
  }
}
