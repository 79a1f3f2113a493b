package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.RegisterTile;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * dy as the left operand of the gradient with respect to the filters: a row for each filter of a group, and along the
 * depth the output pixels, packed for the micro-kernel. The depth is cut into blocks of whole output rows, each of
 * {@code pitch} steps, of which those behind the q-th are zero.
 *
 * @param blockRows output rows of a block
 */
record FilterRows(ConvShape shape, ElementType storage, PanelWriter writer, int width, int pitch, int blockRows) {
  private static final int LINE = 64;

  static FilterRows of(ConvShape shape, ElementType storage, PanelWriter writer, int width, int pitch) {
    int rows = Math.clamp(RegisterTile.KC / pitch, 1, Math.max(1, shape.p()));
    int blocks = (shape.p() + rows - 1) / rows;
    return new FilterRows(shape, storage, writer, width, pitch, (shape.p() + blocks - 1) / blocks);
  }

  private int size() {
    return storage.compute().bytes();
  }

  private int panels() {
    return (shape.groupFilters() + width - 1) / width;
  }

  int blocks() {
    return (shape.p() + blockRows - 1) / blockRows;
  }

  int rows(int block) {
    return Math.min(blockRows, shape.p() - block * blockRows);
  }

  /** Steps of a block, rounded up for the micro-kernel. */
  int depth(int block) {
    return RegisterTile.padded(rows(block) * pitch);
  }

  /** Whether no block has steps beyond its output rows. */
  boolean isFull() {
    for (int block = 0; block < blocks(); block++) {
      if (depth(block) != rows(block) * pitch) {
        return false;
      }
    }
    return true;
  }

  private long blockBytes() {
    return (long) panels() * width * RegisterTile.padded(blockRows * pitch) * size();
  }

  long bytes() {
    return (blocks() * blockBytes() + LINE - 1) / LINE * LINE;
  }

  /** Bytes from the packed operand's beginning to a block's panel that begins with filter {@code row}. */
  long panel(int block, int row) {
    return block * blockBytes() + (long) row * depth(block) * size();
  }

  /**
   * Packs a block.
   *
   * @param dy address of the first filter of the image's group
   */
  FilterColumns.Piece fill(int block, long dy, long packed) {
    long b = storage.bytes();
    long channel = shape.nhwc() ? b : shape.pixels() * b;
    long pixel = shape.nhwc() ? shape.k() * b : b;
    int depth = depth(block);
    long step = (long) width * size();
    for (int filter = 0; filter < shape.groupFilters(); filter += width) {
      int count = Math.min(width, shape.groupFilters() - filter);
      long to = packed + panel(block, filter);
      for (int row = 0; row < rows(block); row++) {
        long p = (long) block * blockRows + row;
        long from = dy + filter * channel + p * shape.q() * pixel;
        long target = to + (long) row * pitch * step;
        if (shape.nhwc()) {
          writer.copyRuns(storage, from, pixel, shape.q(), count, width, target);
        } else {
          writer.gather(storage, from, channel, pixel, shape.q(), count, width, target);
        }
        Raw.zero(target + shape.q() * step, (pitch - shape.q()) * step);
      }
      long used = (long) rows(block) * pitch;
      Raw.zero(to + used * step, (depth - used) * step);
    }
    long from = packed + panel(block, 0);
    return new FilterColumns.Piece(from, from + (long) panels() * width * depth * size());
  }
}
