package dev.orthant.expr;

import dev.orthant.core.InvalidInputException;

/**
 * What is known of a formula without reading it again: it is counted when the formula is put together, so that one
 * which would take for ever to read is refused there. Parts that stand in a formula more than once count each time.
 *
 * @param size the number of nodes, when written out as a tree
 * @param depth the number of nodes from the root to the furthest leaf
 * @param inputs one more than the highest input that is read
 * @param scalars one more than the highest launch-time number that is read
 */
public record Measure(int size, int depth, int inputs, int scalars) {
  /** The largest formula. */
  public static final int MAX_NODES = 1 << 16;
  /** The deepest: readers go down by recursion. */
  public static final int DEEPEST = 1 << 10;

  static final Measure CONSTANT = new Measure(1, 1, 0, 0);

  static Measure input(int index) {
    return new Measure(1, 1, checked("input", index) + 1, 0);
  }

  static Measure scalar(int index) {
    return new Measure(1, 1, 0, checked("scalar", index) + 1);
  }

  private static int checked(String what, int index) {
    if (index < 0 || index == Integer.MAX_VALUE) {
      throw new InvalidInputException("formula: " + what + " " + index + " is not a number from 0 on");
    }
    return index;
  }

  /** Of a node over parts. */
  static Measure over(Measure... parts) {
    int size = 1;
    int depth = 0;
    int inputs = 0;
    int scalars = 0;
    for (Measure m : parts) {
      size += m.size;
      depth = Math.max(depth, m.depth);
      inputs = Math.max(inputs, m.inputs);
      scalars = Math.max(scalars, m.scalars);
    }
    if (size > MAX_NODES || depth >= DEEPEST) {
      throw new InvalidInputException("formula: " + size + " nodes when written out, " + (depth + 1)
          + " deep, are more than " + MAX_NODES + " or deeper than " + DEEPEST
          + "; compute a part of it as a tensor, and go on with that");
    }
    return new Measure(size, depth + 1, inputs, scalars);
  }
}
