package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.RegisterTile;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/** {@link FilterColumns} for few channels: the matrix is written out, so that no lane is idle. */
record TapColumns(ConvShape shape, ElementType storage, PanelWriter writer, int width) implements FilterColumns {
  private static final int LINE = 64;

  private int size() {
    return storage.compute().bytes();
  }

  private int columns() {
    return shape.depth();
  }

  @Override
  public int panels() {
    return (columns() + width - 1) / width;
  }

  @Override
  public int pitch() {
    return shape.q();
  }

  /** With room for a last block that is rounded up. */
  private long panelBytes() {
    return (shape.pixels() + RegisterTile.UNROLL) * width * size();
  }

  @Override
  public long bytes() {
    return (panels() * panelBytes() + LINE - 1) / LINE * LINE;
  }

  @Override
  public int pieces() {
    return panels();
  }

  @Override
  public long panel(int panel) {
    return panel * panelBytes();
  }

  @Override
  public int column(int panel, int lane) {
    int column = panel * width + lane;
    return column < columns() ? column : -1;
  }

  @Override
  public Piece fill(int piece, long x, long copy) {
    long to = copy + panel(piece);
    // Idle lanes, padding and the rows behind the last one.
    Raw.zero(to, panelBytes());
    Steps steps = Steps.of(shape, storage);
    for (int lane = 0; lane < width && column(piece, lane) >= 0; lane++) {
      int column = column(piece, lane);
      int tap = column / shape.groupChannels();
      int dx = tap % shape.s() * shape.dilationW() - shape.padLeft();
      int dy = tap / shape.s() * shape.dilationH() - shape.padTop();
      long inside = FilterColumns.inside(dx, shape.strideW(), shape.q(), shape.w());
      int first = (int) (inside >>> 32);
      int count = (int) inside - first;
      long source = x + column % shape.groupChannels() * steps.channel()
          + (dx + (long) first * shape.strideW()) * steps.pixel();
      for (int p = 0; p < shape.p(); p++) {
        int y = p * shape.strideH() + dy;
        if (y >= 0 && y < shape.h()) {
          writer.gatherLanes(storage, source + (long) y * shape.w() * steps.pixel(), 0,
              shape.strideW() * steps.pixel(), count, 1, width,
              to + (((long) p * shape.q() + first) * width + lane) * size());
        }
      }
    }
    return new Piece(to, to + panelBytes());
  }
}
