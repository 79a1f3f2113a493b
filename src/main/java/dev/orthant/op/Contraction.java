package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.CompensatedSum;
import dev.orthant.op.reference.Computing;

import java.util.Collections;
import java.util.List;

/**
 * An op that sums products of its first two inputs, accumulates in computing precision and hands each sum to an
 * epilogue. Inputs: lhs, rhs, then the epilogue's operands. Storage F16, BF16 and F32 accumulate in F32, F64 in F64.
 * The output has the type of lhs.
 */
public sealed interface Contraction extends Op permits MatMul, Conv2d, Conv2dBackwardData, Conv2dBackwardWeights {
  /** What is done to each sum before it is stored. */
  Epilogue epilogue();

  /** How F32 operands are multiplied. */
  MathMode math();

  /** This op with another epilogue. */
  Contraction withEpilogue(Epilogue epilogue);

  /** The output's type and shape from lhs and rhs alone. */
  TensorSpec product(TensorSpec lhs, TensorSpec rhs);

  /** How many products are summed for an output, at most: k. */
  long depth(TensorSpec lhs, TensorSpec rhs);

  /** Names the products of one output: the elements of lhs and rhs that are multiplied. The definition of the op. */
  void terms(TensorSpec lhs, TensorSpec rhs, long output, TermVisitor visitor);

  /** Takes the products that are summed, one by one. */
  @FunctionalInterface
  interface TermVisitor {
    /** Takes the row-major places of two elements that are multiplied. */
    void multiply(long lhsElement, long rhsElement);
  }

  /** The sums in float64, by the most obvious loops, before the epilogue. */
  default double[] accumulate(TensorSpec lhs, TensorSpec rhs, double[] a, double[] b) {
    double[] y = new double[Math.toIntExact(product(lhs, rhs).shape().elements())];
    for (int i = 0; i < y.length; i++) {
      CompensatedSum sum = new CompensatedSum();
      terms(lhs, rhs, i, (p, q) -> sum.addProduct(a[(int) p], b[(int) q]));
      y[i] = sum.value();
    }
    return y;
  }

  @Override
  default List<TensorSpec> infer(List<TensorSpec> inputs) {
    int expected = 2 + epilogue().operands();
    if (inputs.size() != expected) {
      throw new ShapeException(name() + ": takes " + expected + " inputs, got " + inputs.size() + ": " + inputs);
    }
    Computing.requireRead(name() + " epilogue", epilogue().formula(), 1 + epilogue().operands(),
        epilogue().scalars().size());
    TensorSpec lhs = inputs.get(0);
    TensorSpec rhs = inputs.get(1);
    if (!lhs.dtype().isFloating() || lhs.dtype() != rhs.dtype()) {
      throw new DTypeException(
          name() + ": takes two operands of one of f16 bf16 f32 f64, got lhs " + lhs + ", rhs " + rhs);
    }
    TensorSpec out = product(lhs, rhs);
    for (int i = 2; i < expected; i++) {
      checkOperand(inputs.get(i), out);
    }
    return List.of(out);
  }

  private void checkOperand(TensorSpec operand, TensorSpec out) {
    if (!operand.shape().broadcastsTo(out.shape())) {
      throw new ShapeException(name() + ": bias or residual " + operand + " does not broadcast to the output " + out);
    }
    if (!operand.dtype().isFloating() || operand.dtype().compute() != out.dtype().compute()) {
      throw new DTypeException(
          name() + ": bias or residual " + operand + " does not go with an output of " + out.dtype());
    }
  }

  /** The type the sums are kept in. */
  @Override
  default DType compute(List<TensorSpec> inputs) {
    return inputs.getFirst().dtype().compute();
  }

  @Override
  default double flops(List<TensorSpec> inputs) {
    return 2.0 * product(inputs.get(0), inputs.get(1)).shape().elements() * depth(inputs.get(0), inputs.get(1));
  }

  @Override
  default double[][] reference(List<TensorSpec> inputs, double[][] values) {
    double[] acc = accumulate(inputs.get(0), inputs.get(1), values[0], values[1]);
    return new double[][] {Elementwise.evaluate(epilogue().formula(), infer(inputs).getFirst().shape(), acc, inputs,
        values, 2, scalars(), List.of(), inputs.get(0).dtype().compute())};
  }

  @Override
  default double[] scalars() {
    return epilogue().scalars().stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  default Op withoutValues() {
    Epilogue e = epilogue();
    return e.scalars().isEmpty() ? this
        : withEpilogue(new Epilogue(e.formula(), e.operands(), Collections.nCopies(e.scalars().size(), 0.0)));
  }
}
