package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.Raw;

/** The micro-kernel where there is no Vector API: any tile, four columns at a time. Same order, same fused steps. */
final class ScalarMicroKernel implements MicroKernel {
  private final RegisterTile tile;

  ScalarMicroKernel(RegisterTile tile) {
    if (tile.nr() % 4 != 0) {
      throw new IllegalArgumentException("scalar tile of " + tile.nr() + " columns: expected a multiple of 4");
    }
    this.tile = tile;
  }

  @Override
  public void panel(int rows, int k, long a, long b, long c, long cStride) {
    int size = tile.element().bytes();
    for (int i = 0; i < rows; i++) {
      long aRow = a + ((long) (i / tile.mr()) * k * tile.mr() + i % tile.mr()) * size;
      for (int j = 0; j < tile.nr(); j += 4) {
        if (size == 8) {
          doubles(k, aRow, b + 8L * j, c + i * cStride + 8L * j);
        } else {
          floats(k, aRow, b + 4L * j, c + i * cStride + 4L * j);
        }
      }
    }
  }

  private void floats(int k, long a, long b, long c) {
    float c0 = 0;
    float c1 = 0;
    float c2 = 0;
    float c3 = 0;
    for (int p = 0; p < k; p++) {
      float x = Raw.getFloat(a + 4L * p * tile.mr());
      long row = b + 4L * p * tile.nr();
      c0 = Math.fma(x, Raw.getFloat(row), c0);
      c1 = Math.fma(x, Raw.getFloat(row + 4), c1);
      c2 = Math.fma(x, Raw.getFloat(row + 8), c2);
      c3 = Math.fma(x, Raw.getFloat(row + 12), c3);
    }
    Raw.putFloat(c, c0);
    Raw.putFloat(c + 4, c1);
    Raw.putFloat(c + 8, c2);
    Raw.putFloat(c + 12, c3);
  }

  private void doubles(int k, long a, long b, long c) {
    double c0 = 0;
    double c1 = 0;
    double c2 = 0;
    double c3 = 0;
    for (int p = 0; p < k; p++) {
      double x = Raw.getDouble(a + 8L * p * tile.mr());
      long row = b + 8L * p * tile.nr();
      c0 = Math.fma(x, Raw.getDouble(row), c0);
      c1 = Math.fma(x, Raw.getDouble(row + 8), c1);
      c2 = Math.fma(x, Raw.getDouble(row + 16), c2);
      c3 = Math.fma(x, Raw.getDouble(row + 24), c3);
    }
    Raw.putDouble(c, c0);
    Raw.putDouble(c + 8, c1);
    Raw.putDouble(c + 16, c2);
    Raw.putDouble(c + 24, c3);
  }
}
