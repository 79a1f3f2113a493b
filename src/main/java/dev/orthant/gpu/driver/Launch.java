package dev.orthant.gpu.driver;

import dev.orthant.core.DType;
import dev.orthant.op.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * One launch of one kernel: all that a driver needs but the buffers and the op's launch-time numbers.
 *
 * @param source the whole text, dialect included
 * @param kernel the name of the kernel in it
 * @param grid how many work-items, in which groups
 * @param slots what fills the kernel's parameters, in their order
 */
public record Launch(String source, String kernel, Grid grid, List<Slot> slots) {
  public Launch {
    slots = List.copyOf(slots);
  }

  /** The sizes of the memory that a plan needs for itself, by number. */
  public static List<Long> scratch(List<Launch> plan) {
    List<Long> sizes = new ArrayList<>();
    for (Launch l : plan) {
      for (Slot slot : l.slots) {
        if (slot instanceof Slot.Scratch s && s.index() == sizes.size()) {
          sizes.add(s.bytes());
        }
      }
    }
    return sizes;
  }

  /**
   * What the kernel is given.
   *
   * @param tensors the call's, inputs first
   * @param scratch the plan's own memory
   */
  public List<GpuDriver.Argument> arguments(Op op, List<GpuDriver.Memory> tensors, List<GpuDriver.Memory> scratch) {
    return slots.stream().map(slot -> switch (slot) {
      case Slot.Tensor t -> new GpuDriver.Argument.Pointer(tensors.get(t.index()));
      case Slot.Scratch s -> new GpuDriver.Argument.Pointer(scratch.get(s.index()));
      case Slot.Map m -> new GpuDriver.Argument.Map(tensors.get(m.index()), m.map());
      case Slot.Value v -> v.value();
      case Slot.OfOp o -> o.of(op);
    }).toList();
  }

  /** What fills a parameter. */
  public sealed interface Slot {
    /** The call's tensor of that number, inputs first, then outputs. */
    record Tensor(int index) implements Slot {}

    /**
     * Memory for this call alone, its content undefined at first; launches of a plan that name the same number share
     * it.
     *
     * @param index from 0
     */
    record Scratch(int index, long bytes) implements Slot {}

    /** The call's tensor of that number as {@code map} describes it. */
    record Map(int index, TensorMap map) implements Slot {}

    /** A number. */
    record Value(GpuDriver.Argument value) implements Slot {}

    /** One of the op's launch-time numbers, which a plan does not know. */
    sealed interface OfOp extends Slot {
      /** The number that {@code op} gives. */
      GpuDriver.Argument of(Op op);
    }

    /** Number {@code index} of the op's {@link Op#scalars}, as F32, F64 or I64. */
    record Scalar(int index, DType type) implements OfOp {
      @Override
      public GpuDriver.Argument of(Op op) {
        double v = op.scalars()[index];
        return switch (type) {
          case F64 -> new GpuDriver.Argument.F64(v);
          case I64 -> new GpuDriver.Argument.I64((long) v);
          default -> new GpuDriver.Argument.F32((float) v);
        };
      }
    }

    /** The seed of sequence {@code index} of the op's {@link Op#noise}. */
    record Seed(int index) implements OfOp {
      @Override
      public GpuDriver.Argument of(Op op) {
        return new GpuDriver.Argument.I64(op.noise().get(index).seed());
      }
    }

    /** Where that sequence begins. */
    record Offset(int index) implements OfOp {
      @Override
      public GpuDriver.Argument of(Op op) {
        return new GpuDriver.Argument.I64(op.noise().get(index).offset());
      }
    }
  }
}
