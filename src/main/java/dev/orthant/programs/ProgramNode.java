package dev.orthant.programs;

import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.tensor.Tensor;
import java.util.List;

/** A line of a {@link Program}. Each makes one tensor, which later lines name by the line's number. */
sealed interface ProgramNode {
  /** The numbers of the lines whose tensors this reads. */
  List<Integer> operands();

  /**
   * A tensor from the host.
   *
   * @param gradient whether a gradient with respect to it is wanted
   */
  record Leaf(TensorSpec spec, Numbers numbers, boolean gradient) implements ProgramNode {
    @Override
    public List<Integer> operands() {
      return List.of();
    }
  }

  /** What a step does. */
  interface Action {
    Tensor of(Device device, List<Tensor> operands);
  }

  /**
   * A call of {@link Tensor}'s.
   *
   * @param text the call in Java; {@code {0}}, {@code {1}}, … stand for the operands' names
   * @param action the same call
   * @param evaluated whether the result is computed at once
   */
  record Step(String text, List<Integer> operands, Action action, boolean evaluated) implements ProgramNode {
    public Step {
      operands = List.copyOf(operands);
    }

    Step with(List<Integer> others) {
      return new Step(text, others, action, evaluated);
    }

    Step evaluated(boolean now) {
      return new Step(text, operands, action, now);
    }
  }

  /** Other numbers in the place of a leaf's, which is this line's tensor too; F32 only. */
  record Overwrite(int leaf, Numbers numbers) implements ProgramNode {
    @Override
    public List<Integer> operands() {
      return List.of(leaf);
    }
  }
}
