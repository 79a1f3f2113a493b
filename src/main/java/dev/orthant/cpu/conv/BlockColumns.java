package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.RegisterTile;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * {@link FilterColumns} for many channels: a padded copy of the image by blocks of channels, in which a tap's panel is
 * not written but lies there, as a shifted view. For that a row of the output takes as many rows of a panel as a row of
 * the copy has pixels, and those behind the row's end are multiplied by zeros. A stride is undone by copying each of
 * its phases on its own.
 */
record BlockColumns(ConvShape shape, ElementType storage, PanelWriter writer, int width) implements FilterColumns {
  private static final int LINE = 64;

  private int size() {
    return storage.compute().bytes();
  }

  /** Rows of a phase. */
  private int rows() {
    return shape.p() + (shape.r() - 1) * shape.dilationH() / shape.strideH();
  }

  @Override
  public int pitch() {
    return shape.q() + (shape.s() - 1) * shape.dilationW() / shape.strideW();
  }

  private int blocks() {
    return (shape.groupChannels() + width - 1) / width;
  }

  private int taps() {
    return shape.r() * shape.s();
  }

  @Override
  public int panels() {
    return blocks() * taps();
  }

  private long phaseBytes() {
    return (long) rows() * pitch() * width * size();
  }

  private int phases() {
    return shape.strideH() * shape.strideW();
  }

  /**
   * Rows behind the last phase: the panel of the last tap begins within a row, as far as taps reach to the right, and
   * ends that much later; and the depth of a last block is rounded up. What is read there meets zeros of dy, but must
   * be finite.
   */
  private long spareBytes() {
    return (long) (pitch() - shape.q() + RegisterTile.UNROLL) * width * size();
  }

  /** All phases of a block of channels, and what is read behind them. */
  private long blockBytes() {
    return phases() * phaseBytes() + spareBytes();
  }

  @Override
  public long bytes() {
    return (blocks() * blockBytes() + LINE - 1) / LINE * LINE;
  }

  @Override
  public int pieces() {
    return blocks();
  }

  @Override
  public long panel(int panel) {
    int tap = panel % taps();
    int y = tap / shape.s() * shape.dilationH();
    int x = tap % shape.s() * shape.dilationW();
    long phase = (long) y % shape.strideH() * shape.strideW() + x % shape.strideW();
    long row = (long) (y / shape.strideH()) * pitch() + x / shape.strideW();
    return panel / taps() * blockBytes() + phase * phaseBytes() + row * width * size();
  }

  @Override
  public int column(int panel, int lane) {
    int channel = panel / taps() * width + lane;
    return channel < shape.groupChannels() ? panel % taps() * shape.groupChannels() + channel : -1;
  }

  @Override
  public Piece fill(int piece, long x, long copy) {
    long to = copy + piece * blockBytes();
    long from = x + (long) piece * width * Steps.of(shape, storage).channel();
    int channels = Math.min(width, shape.groupChannels() - piece * width);
    for (int phase = 0; phase < phases(); phase++) {
      int y = phase / shape.strideW() - shape.padTop();
      for (int row = 0; row < rows(); row++, y += shape.strideH()) {
        long target = to + phase * phaseBytes() + (long) row * pitch() * width * size();
        row(from, y, phase % shape.strideW() - shape.padLeft(), channels, target);
      }
    }
    long end = to + blockBytes();
    Raw.zero(end - spareBytes(), spareBytes());
    return new Piece(to, end);
  }

  /** A row of a phase: pixels {@code x, x + stride, …} of row y of the image. */
  private void row(long from, int y, int x, int channels, long to) {
    long pixel = (long) width * size();
    if (y < 0 || y >= shape.h()) {
      Raw.zero(to, pitch() * pixel);
      return;
    }
    Steps steps = Steps.of(shape, storage);
    long inside = FilterColumns.inside(x, shape.strideW(), pitch(), shape.w());
    int first = (int) (inside >>> 32);
    int end = (int) inside;
    long source = from + ((long) y * shape.w() + x + (long) first * shape.strideW()) * steps.pixel();
    long step = shape.strideW() * steps.pixel();
    Raw.zero(to, first * pixel);
    if (shape.nhwc()) {
      writer.copyRuns(storage, source, step, end - first, channels, width, to + first * pixel);
    } else {
      writer.gather(storage, source, steps.channel(), step, end - first, channels, width, to + first * pixel);
    }
    Raw.zero(to + end * pixel, (pitch() - end) * pixel);
  }
}
