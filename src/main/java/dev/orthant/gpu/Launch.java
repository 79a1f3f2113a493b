package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.op.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * One launch of one kernel: all that a driver needs but the buffers and the op's launch-time numbers.
 *
 * @param source the whole text, dialect included
 * @param kernel the name of the kernel in it
 * @param groups how many work-groups
 * @param items how many work-items in each
 * @param slots what fills the kernel's parameters, in their order
 */
record Launch(String source, String kernel, long groups, int items, List<Slot> slots) {
  Launch {
    slots = List.copyOf(slots);
  }

  /** What fills a parameter. */
  sealed interface Slot {
    /** The call's tensor of that number, inputs first, then outputs. */
    record Tensor(int index) implements Slot {}

    /**
     * Memory for this call alone, its content undefined at first; launches of a plan that name the same number share it.
     *
     * @param index from 0
     */
    record Scratch(int index, long bytes) implements Slot {}

    /** A number. */
    record Value(GpuDriver.Argument value) implements Slot {}

    /** Number {@code index} of the op's {@link Op#scalars}, as F32 or F64. */
    record Scalar(int index, DType type) implements Slot {}

    /** The seed of sequence {@code index} of the op's {@link Op#noise}. */
    record Seed(int index) implements Slot {}

    /** Where that sequence begins. */
    record Offset(int index) implements Slot {}
  }

  /**
   * The arguments for an op.
   *
   * @param op of the same kind as that which this was planned for; other launch-time numbers are allowed
   * @param tensors the memory of the call's inputs, then outputs
   * @param scratch the plan's own memory, by number
   */
  List<GpuDriver.Argument> arguments(Op op, List<GpuDriver.Memory> tensors, List<GpuDriver.Memory> scratch) {
    double[] scalars = op.scalars();
    List<GpuDriver.Argument> arguments = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      arguments.add(switch (slot) {
        case Slot.Tensor t -> new GpuDriver.Argument.Pointer(tensors.get(t.index));
        case Slot.Scratch s -> new GpuDriver.Argument.Pointer(scratch.get(s.index));
        case Slot.Value v -> v.value;
        case Slot.Scalar s -> s.type == DType.F64 ? new GpuDriver.Argument.F64(scalars[s.index])
            : new GpuDriver.Argument.F32((float) scalars[s.index]);
        case Slot.Seed s -> new GpuDriver.Argument.I64(op.noise().get(s.index).seed());
        case Slot.Offset s -> new GpuDriver.Argument.I64(op.noise().get(s.index).offset());
      });
    }
    return arguments;
  }
}
