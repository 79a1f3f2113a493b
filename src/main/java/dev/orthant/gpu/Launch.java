package dev.orthant.gpu;

import java.util.List;

/**
 * One launch of one kernel: all that a driver needs but the buffers.
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

  /** The scratch memory it takes. */
  long scratchBytes() {
    return slots.stream().mapToLong(s -> s instanceof Slot.Scratch m ? m.bytes() : 0).max().orElse(0);
  }

  /** What fills a parameter. */
  sealed interface Slot {
    /** The call's tensor of that number, inputs first, then outputs. */
    record Tensor(int index) implements Slot {}

    /** Memory that all launches of a call share, of at least that many bytes; its content is lost after the call. */
    record Scratch(long bytes) implements Slot {}

    /** A number. */
    record Value(GpuDriver.Argument value) implements Slot {}
  }
}
