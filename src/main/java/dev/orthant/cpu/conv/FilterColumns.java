package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.memory.ElementType;

/**
 * The images of a convolution as the right operand of the gradient with respect to its filters: a matrix with a column
 * for each tap and channel and a row for each output pixel, in panels of adjacent columns. Rows of a panel are those of
 * output row 0, then those of output row 1, and so on, {@link #pitch} for each; only the first q of them count.
 */
public sealed interface FilterColumns permits TapColumns, BlockColumns {
  /** The cheaper way for panels of {@code width} columns. */
  static FilterColumns of(ConvShape shape, ElementType storage, PanelWriter writer, int width) {
    BlockColumns blocks = new BlockColumns(shape, storage, writer, width);
    TapColumns taps = new TapColumns(shape, storage, writer, width);
    double blockWork = (double) blocks.panels() * blocks.pitch();
    double tapWork = (double) taps.panels() * taps.pitch();
    return tapWork * 1.4 < blockWork ? taps : blocks;
  }

  /** How many panels the channels of a group make. */
  int panels();

  /** Rows of a panel for each row of the output. */
  int pitch();

  /**
   * Bytes of the copy of one image's group, a whole number of lines; a little more than the panels' rows is readable.
   */
  long bytes();

  /** In how many pieces the copy can be made. */
  int pieces();

  /**
   * Makes one piece of the copy.
   *
   * @param x address of the first channel of the image's group
   * @return its place in the copy: first byte and end
   */
  Piece fill(int piece, long x, long copy);

  /** Bytes from the copy's beginning to a panel's first row. */
  long panel(int panel);

  /** The number of a lane's column among (tap, channel), or −1 for one that is not used. */
  int column(int panel, int lane);

  /** A part of a copy. */
  record Piece(long from, long end) {}

  /** Bytes from one channel of an image, or one pixel of it in a row, to the next. */
  record Steps(long channel, long pixel) {
    static Steps of(ConvShape shape, ElementType storage) {
      long b = storage.bytes();
      return shape.nhwc() ? new Steps(b, shape.c() * b) : new Steps((long) shape.h() * shape.w() * b, b);
    }
  }

  /**
   * The first and, exclusively, the last of {@code count} positions {@code first + i·stride} that lie in
   * {@code 0 … extent}.
   */
  static long inside(int first, int stride, int count, int extent) {
    int from = first >= 0 ? 0 : Math.min(count, (-first + stride - 1) / stride);
    int end = first >= extent ? from : Math.clamp((extent - (long) first + stride - 1) / stride, from, count);
    return (long) from << 32 | end;
  }
}
