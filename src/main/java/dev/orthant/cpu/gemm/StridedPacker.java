package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * A matrix in memory, any strides, seen as one operand of a product. A row-major A has {@code kStride} of one element,
 * a row-major B has {@code iStride} of one element; a transposed one has them the other way round.
 *
 * @param writer the loops to use
 * @param storage how elements are stored
 * @param address of element (0, 0); the caller keeps the memory alive during the product
 * @param iStride bytes from one row of A (column of B) to the next
 * @param kStride bytes from one k to the next
 */
public record StridedPacker(PanelWriter writer, ElementType storage, long address, long iStride, long kStride)
    implements PanelPacker {
  /** Rows of a source moved before the next panel's, so that a page is visited once for many panels. */
  private static final int ROWS = 8;

  @Override
  public void pack(long first, int count, long k0, int k, int kPadded, int width, long to) {
    long from = address + first * iStride + k0 * kStride;
    long panelBytes = (long) kPadded * width * storage.compute().bytes();
    boolean runs = iStride == storage.bytes();
    int step = runs && count > width ? ROWS : Math.max(k, 1);
    for (int p = 0; p < k; p += step) {
      int steps = Math.min(step, k - p);
      long offset = (long) p * width * storage.compute().bytes();
      for (int i = 0; i < count; i += width) {
        long source = from + i * iStride + p * kStride;
        long target = to + i / width * panelBytes + offset;
        int n = Math.min(width, count - i);
        if (runs) {
          writer.copyRuns(storage, source, kStride, steps, n, width, target);
        } else {
          writer.gather(storage, source, iStride, kStride, steps, n, width, target);
        }
      }
    }
    zeroTails(count, k, kPadded, width, to);
  }

  private void zeroTails(int count, int k, int kPadded, int width, long to) {
    int size = storage.compute().bytes();
    for (int i = 0; i < count && k < kPadded; i += width) {
      long panel = to + (long) (i / width) * kPadded * width * size;
      Raw.zero(panel + (long) k * width * size, (long) (kPadded - k) * width * size);
    }
  }
}
