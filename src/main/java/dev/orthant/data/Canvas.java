package dev.orthant.data;

/** A square of grey pixels, 0 (paper) to 1 (ink); pixel (x, y) covers [x, x+1) × [y, y+1). */
final class Canvas {
  private final int size;
  private final float[] pixels;

  Canvas(int size) {
    this.size = size;
    this.pixels = new float[size * size];
  }

  /**
   * Draws with a round pen: ink = min(1, max(0, radius + ½ − distance of the pixel's centre from the nearest line)), so
   * that edges are smooth over one pixel.
   */
  void draw(Strokes strokes, double radius) {
    for (double[][] line : strokes.lines()) {
      for (int i = 1; i < line.length; i++) {
        segment(line[i - 1], line[i], radius);
      }
    }
  }

  private void segment(double[] a, double[] b, double radius) {
    double reach = radius + 1;
    int left = clamp(Math.min(a[0], b[0]) - reach);
    int right = clamp(Math.max(a[0], b[0]) + reach);
    int top = clamp(Math.min(a[1], b[1]) - reach);
    int bottom = clamp(Math.max(a[1], b[1]) + reach);
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        float ink = (float) Math.clamp(radius + 0.5 - distance(x + 0.5, y + 0.5, a, b), 0, 1);
        pixels[y * size + x] = Math.max(pixels[y * size + x], ink);
      }
    }
  }

  private int clamp(double at) {
    return (int) Math.clamp(Math.floor(at), 0, size - 1);
  }

  private static double distance(double x, double y, double[] a, double[] b) {
    double dx = b[0] - a[0];
    double dy = b[1] - a[1];
    double length2 = dx * dx + dy * dy;
    double t = length2 == 0 ? 0 : Math.clamp(((x - a[0]) * dx + (y - a[1]) * dy) / length2, 0, 1);
    double ex = x - a[0] - t * dx;
    double ey = y - a[1] - t * dy;
    return Math.sqrt(ex * ex + ey * ey);
  }

  /** Each pixel becomes (1−2w)·itself + w·(its neighbours), first along x, then along y; paper surrounds the canvas. */
  void blur(double w) {
    smear(1, size, w);
    smear(size, 1, w);
  }

  private void smear(int step, int across, double w) {
    for (int line = 0; line < size; line++) {
      float before = 0;
      for (int i = 0; i < size; i++) {
        int at = line * across + i * step;
        float here = pixels[at];
        float after = i + 1 < size ? pixels[at + step] : 0;
        pixels[at] = (float) ((1 - 2 * w) * here + w * (before + after));
        before = here;
      }
    }
  }

  /** Scales the ink, adds noise of the given standard deviation, and cuts to [0, 1]. */
  void print(double ink, double noise, Draws draws) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.clamp(ink * pixels[i] + noise * draws.bell(), 0, 1);
    }
  }

  void copyTo(float[] target, int at) {
    System.arraycopy(pixels, 0, target, at, pixels.length);
  }
}
