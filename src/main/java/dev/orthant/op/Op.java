package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;

import java.util.List;
import java.util.stream.Stream;

/**
 * Something a device computes in one go. Sealed: a device answers with one exhaustive {@code switch}, so a new op does
 * not compile until every device has decided what to do with it.
 *
 * <p>Tensors are contiguous and row-major. Inputs come first as each op names them, then the operands of its epilogue.
 */
public sealed interface Op
    permits Contraction, Pointwise, Reduce, Pool2d, Pool2dBackward, Copy, Concat, Cast, Gather, ScatterAdd, CumSum,
    Sort, Random {
  /** The op's name in messages and on the command line: {@code matmul}. */
  String name();

  /**
   * The outputs' types and shapes: the only validator.
   *
   * @throws dev.orthant.core.InvalidInputException (a {@code ShapeException} or {@code DTypeException}) naming op,
   * shapes and dtypes
   */
  List<TensorSpec> infer(List<TensorSpec> inputs);

  /** Floating-point operations, a multiply-add counted as two; elementwise work counts one per output. */
  double flops(List<TensorSpec> inputs);

  /** The least traffic with memory: every input read once, every output written once. */
  default long bytes(List<TensorSpec> inputs) {
    return Stream.concat(inputs.stream(), infer(inputs).stream()).mapToLong(TensorSpec::bytes).sum();
  }

  /**
   * The result in float64, by the most obvious loops.
   *
   * @param inputs types and shapes, valid for this op
   * @param values the elements of each input
   * @return the elements of each output, not rounded to its type
   */
  double[][] reference(List<TensorSpec> inputs, double[][] values);

  /**
   * Whether this is computed in integers of 64 bits, exactly but for wrapping around: then {@link #referenceOfIntegers}
   * tells its bits.
   */
  default boolean isInIntegers(List<TensorSpec> inputs) {
    return false;
  }

  /** The type that is computed in: what a device must have besides the types of inputs and outputs. */
  default DType compute(List<TensorSpec> inputs) {
    return isInIntegers(inputs) ? DType.I64 : infer(inputs).getFirst().dtype();
  }

  /**
   * The result in integers, by the most obvious loops; only when {@link #isInIntegers}.
   *
   * @return the elements of each output, as its type holds them
   */
  default long[][] referenceOfIntegers(List<TensorSpec> inputs, long[][] values) {
    throw new IllegalStateException(name() + " of " + inputs + " is not computed in integers");
  }

  /** The launch-time numbers of this op's formulas. */
  default double[] scalars() {
    return new double[0];
  }

  /** The sequences of random numbers that this op reads. */
  default List<Philox> noise() {
    return List.of();
  }

  /**
   * This op with every launch-time number ({@link #scalars}, {@link #noise}) 0: what a device may keep plans by, so
   * that a learning rate that changes with every step needs no new one.
   */
  default Op withoutValues() {
    return this;
  }
}
