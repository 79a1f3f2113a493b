package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An op together with the types and shapes it is applied to: validated, so that a device need not ask again. Made by
 * {@link #of}.
 */
public record Call(Op op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
  public Call {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    if (!outputs.equals(op.infer(inputs))) {
      throw new InvalidInputException(
          op.name() + ": outputs " + outputs + " are not what the inputs " + inputs + " give");
    }
  }

  /**
   * Validates and infers.
   *
   * @param device the device's name, for the message
   * @throws InvalidInputException when the op does not take these inputs; nothing has been done
   */
  public static Call of(String device, Op op, List<TensorSpec> inputs) {
    try {
      return new Call(op, inputs, op.infer(inputs));
    } catch (InvalidInputException e) {
      throw e.on(device);
    }
  }

  /** The type and shape of input {@code i}. */
  public TensorSpec input(int i) {
    return inputs.get(i);
  }

  /** The first output. */
  public TensorSpec output() {
    return outputs.getFirst();
  }

  /** The types that a device must have: those of inputs and outputs, and that which is computed in. */
  public Set<DType> types() {
    Set<DType> types = EnumSet.noneOf(DType.class);
    inputs.forEach(t -> types.add(t.dtype()));
    outputs.forEach(t -> types.add(t.dtype()));
    types.add(op.compute(inputs));
    return types;
  }

  /** The floating-point operations it takes, a multiplication and an addition counted as two. */
  public double flops() {
    return op.flops(inputs);
  }

  /** The bytes of its inputs and outputs, each moved once. */
  public long bytes() {
    return op.bytes(inputs);
  }

  /** As messages print it: {@code matmul (2, 3) f32, (3, 4) f32}. */
  @Override
  public String toString() {
    return op.name() + " " + String.join(", ", inputs.stream().map(TensorSpec::toString).toList());
  }
}
