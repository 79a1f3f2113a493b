package dev.orthant.djl;

import dev.orthant.djl.math.Elimination;

/** Colours turned about the axis of greys. */
final class Hues {
  /** From RGB to luminance and chrominance (NTSC 1953). */
  private static final double[] YIQ = {0.299, 0.587, 0.114, 0.596, -0.274, -0.321, 0.211, -0.523, 0.311};

  private Hues() {}

  /** The 3 × 3 matrix M by which a row (r, g, b)·M has its chrominance turned by {@code angle}. */
  static double[] turn(double angle) {
    double u = Math.cos(angle);
    double w = Math.sin(angle);
    double[] rotation = {1, 0, 0, 0, u, -w, 0, w, u};
    double[] columns = product(Elimination.inverses(YIQ, 3), product(rotation, YIQ));
    double[] rows = new double[9];
    for (int i = 0; i < 9; i++) {
      rows[i] = columns[i % 3 * 3 + i / 3];
    }
    return rows;
  }

  private static double[] product(double[] a, double[] b) {
    double[] c = new double[9];
    for (int i = 0; i < 27; i++) {
      c[i / 9 * 3 + i / 3 % 3] += a[i / 9 * 3 + i % 3] * b[i % 3 * 3 + i / 3 % 3];
    }
    return c;
  }
}
