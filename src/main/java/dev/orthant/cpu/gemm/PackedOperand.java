package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * An operand that has been packed whole, to be used by many products: weights. Its k-blocks follow each other, each
 * holding all panels of that depth. Whoever allocated the memory owns it.
 *
 * @param element compute type
 * @param address of the first panel, 64-byte aligned for speed
 * @param width panel width
 * @param count rows of A or columns of B
 * @param k depth
 */
public record PackedOperand(ElementType element, long address, int width, long count, long k)
    implements PanelPacker {
  /** The bytes that a packed operand of these dimensions takes. */
  static long bytes(RegisterTile tile, int width, long count, long k) {
    int tail = (int) (k % RegisterTile.KC);
    return panels(count, width) * width * (k - tail + RegisterTile.padded(tail)) * tile.element().bytes();
  }

  private static long panels(long count, int width) {
    return (count + width - 1) / width;
  }

  /** Where the panel that starts with row or column {@code first} lies, in the k-block that starts at {@code k0}. */
  long panel(long first, long k0) {
    int depth = RegisterTile.padded((int) Math.min(RegisterTile.KC, k - k0));
    return address + (k0 * panels(count, width) * width + first * depth) * element.bytes();
  }

  @Override
  public void pack(long first, int n, long k0, int depth, int kPadded, int panelWidth, long to) {
    if (panelWidth != width || k0 % RegisterTile.KC != 0) {
      throw new IllegalArgumentException("packed with width " + width + ", asked for " + panelWidth + " at k " + k0);
    }
    Raw.copy(panel(first, k0), to, panels(n, width) * width * kPadded * element.bytes());
  }
}
